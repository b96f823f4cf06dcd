import type { Template } from '../../src/emulator-types.ts'
import { h } from '../dom.ts'
import type { Backstage } from './backstage.ts'
import { button, hint, line, type Option, pick, run } from './controls.ts'

const STATUS: Record<string, string> = {
  APPROVED: 'aprovado',
  PENDING: 'em análise',
  REJECTED: 'recusado',
  PAUSED: 'pausado',
  DISABLED: 'desativado',
  ARCHIVED: 'arquivado',
  IN_APPEAL: 'em recurso',
}
const DECISIONS: readonly Option[] = [
  ['APPROVED', 'Aprovar'],
  ['REJECTED', 'Recusar'],
  ['PAUSED', 'Pausar'],
  ['REINSTATED', 'Reativar'],
  ['DISABLED', 'Desativar'],
  ['FLAGGED', 'Sinalizar'],
  ['IN_APPEAL', 'Em recurso'],
  ['PENDING_DELETION', 'Exclusão pendente'],
  ['ARCHIVED', 'Arquivar'],
  ['LIMIT_EXCEEDED', 'Acima do limite'],
]

/** Meta's decisions about the templates of the account. */
export function buildTemplateSection({ state, number }: Backstage): Node[] {
  const own = state.templates.filter((template) => template.wabaId === number.wabaId)
  if (own.length === 0) return [hint('Nenhum modelo nesta conta. Crie um pelo sistema ou com POST /{WABA}/message_templates.')]
  return own.map(buildTemplateCard)
}

function buildTemplateCard(template: Template): HTMLElement {
  const decide = (body: object): void => run('POST', `templates/${template.id}/decision`, body, 'Decisão enviada.')
  const event = pick('Decisão', DECISIONS)
  const reason = pick('Motivo da recusa', [
    ['INVALID_FORMAT', 'Formato'],
    ['ABUSIVE_CONTENT', 'Abusivo'],
    ['INCORRECT_CATEGORY', 'Categoria'],
    ['PROMOTIONAL', 'Promocional'],
    ['SCAM', 'Golpe'],
    ['TAG_CONTENT_MISMATCH', 'Não combina'],
  ])
  reason.hidden = true
  event.addEventListener('change', () => {
    reason.hidden = event.value !== 'REJECTED'
  })
  const other = template.category === 'MARKETING' ? 'UTILITY' : 'MARKETING'
  return h(
    'article',
    { class: 'template-card' },
    h(
      'div',
      {},
      h('b', {}, template.name),
      h('small', {}, `${template.language} · ${template.category} · ${STATUS[template.status] ?? template.status} · ${template.quality}`),
    ),
    line(
      event,
      reason,
      button('Decidir', () => decide(event.value === 'REJECTED' ? { event: event.value, reason: reason.value } : { event: event.value })),
    ),
    line(
      button('Qualidade GREEN', () => decide({ quality: 'GREEN' })),
      button('YELLOW', () => decide({ quality: 'YELLOW' })),
      button('RED', () => decide({ quality: 'RED' })),
    ),
    line(
      button(`Anunciar ${other}`, () => decide({ category: other, impending: true })),
      button(`Mudar para ${other}`, () => decide({ category: other })),
    ),
  )
}
