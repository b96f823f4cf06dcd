import type { z } from 'zod'
import type { FieldProblem } from './errors.ts'
import type { SendInteractive } from './messages.ts'

/** Pure: what the shape of an interactive message alone cannot say (Cloud API, send messages, interactive). */
export type InteractiveProblem = z.infer<typeof FieldProblem>

export const MOST_LIST_ROWS = 10
export const MOST_CARD_BUTTONS = 2
export const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

const problem = (path: string, code: string, message: string): InteractiveProblem => ({ path, code, message })

/** Places of those that repeat an earlier one. */
function repeated(values: readonly string[]): number[] {
  const seen = new Set<string>()
  return values.flatMap((v, i) => {
    const known = seen.has(v)
    seen.add(v)
    return known ? [i] : []
  })
}

const checkButtons = (buttons: readonly { id: string; title: string }[], at: string): InteractiveProblem[] => [
  ...repeated(buttons.map((b) => b.title)).map((i) => problem(`${at}.${i}.title`, 'repeated', 'Cada botão precisa de um texto diferente.')),
  ...repeated(buttons.map((b) => b.id)).map((i) => problem(`${at}.${i}.id`, 'repeated', 'Cada botão precisa de um identificador diferente.')),
]

function checkList(m: Extract<SendInteractive, { kind: 'list' }>): InteractiveProblem[] {
  const rows = m.sections.flatMap((section, s) => section.rows.map((row, r) => ({ id: row.id, path: `sections.${s}.rows.${r}.id` })))
  const titles = m.sections.length > 1 ? m.sections.flatMap((section, i) => (section.title?.trim() ? [] : [i])) : []
  return [
    ...(rows.length > MOST_LIST_ROWS
      ? [problem('sections', 'too_many_rows', `Uma lista tem até ${MOST_LIST_ROWS} opções, somando todas as seções. Esta tem ${rows.length}.`)]
      : []),
    ...titles.map((i) => problem(`sections.${i}.title`, 'required', 'Com mais de uma seção, cada uma precisa de um título (até 24 caracteres).')),
    ...repeated(rows.map((r) => r.id)).map((i) => problem(rows[i]?.path ?? 'sections', 'repeated', 'Cada opção precisa de um identificador diferente.')),
  ]
}

function checkCarousel(m: Extract<SendInteractive, { kind: 'carousel' }>): InteractiveProblem[] {
  const shape = (card: (typeof m.cards)[number]) => `${card.header.kind}/${card.action.kind}/${card.action.kind === 'buttons' ? card.action.buttons.length : 1}`
  const first = m.cards[0]
  return m.cards.flatMap((card, i) => {
    const at = `cards.${i}`
    const other = first && shape(card) !== shape(first)
    const buttons = card.action.kind === 'buttons' ? card.action.buttons : []
    return [
      ...(other ? [problem(at, 'different', 'Todos os cartões precisam ter o mesmo tipo de mídia e os mesmos botões.')] : []),
      ...(buttons.length > MOST_CARD_BUTTONS
        ? [problem(`${at}.action.buttons`, 'too_big', `Cada cartão tem até ${MOST_CARD_BUTTONS} botões de resposta.`)]
        : []),
      ...checkButtons(buttons, `${at}.action.buttons`),
    ]
  })
}

/** Problems with their place in the message, a code for programs and a sentence for people. */
export function checkInteractive(m: SendInteractive): InteractiveProblem[] {
  switch (m.kind) {
    case 'buttons':
      return checkButtons(m.buttons, 'buttons')
    case 'list':
      return checkList(m)
    case 'carousel':
      return checkCarousel(m)
    case 'flow':
      return EMOJI.test(m.label) ? [problem('label', 'emoji', 'O botão do formulário não aceita emoji.')] : []
    case 'cta_url':
      return /^https?:\/\//i.test(m.action.url) ? [] : [problem('action.url', 'not_http', 'O endereço precisa começar com https:// ou http://.')]
    default:
      return []
  }
}
