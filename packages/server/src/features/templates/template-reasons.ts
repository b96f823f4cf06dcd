import type { Template } from '@atende/contracts/templates'

/** Why a template may not be used, to a person. `reason` is Meta's word (Cloud API, template status webhooks). */
type Sentence = { title: string; action: string }

const REJECTED: Record<string, Sentence> = {
  ABUSIVE_CONTENT: {
    title: 'A Meta recusou: o conteúdo fere as regras do WhatsApp.',
    action: 'Reescreva o texto sem ameaças, ofensas ou promessas enganosas e envie de novo.',
  },
  INCORRECT_CATEGORY: {
    title: 'A Meta recusou: a categoria não combina com o texto.',
    action: 'Troque a categoria (quase sempre para Marketing) ou tire do texto o que é propaganda.',
  },
  INVALID_FORMAT: { title: 'A Meta recusou: o formato não está certo.', action: 'Confira variáveis, exemplos e botões, e envie de novo.' },
  PROMOTIONAL: { title: 'A Meta recusou: o texto é propaganda.', action: 'Troque a categoria para Marketing ou tire a oferta do texto.' },
  SCAM: { title: 'A Meta recusou: o texto parece golpe.', action: 'Deixe claro quem fala e por quê; não peça senhas nem dados de cartão.' },
  TAG_CONTENT_MISMATCH: {
    title: 'A Meta recusou: o idioma ou a categoria não combina com o texto.',
    action: 'Confira se o idioma escolhido é o do texto, e a categoria também.',
  },
}

const PAUSED: Record<string, Sentence> = {
  FIRST_PAUSE: {
    title: 'Pausado por 3 horas: muitas pessoas bloquearam ou denunciaram.',
    action: 'Espere o fim da pausa e envie só a quem espera esta mensagem.',
  },
  SECOND_PAUSE: { title: 'Pausado por 6 horas, pela segunda vez.', action: 'Na próxima ele é desativado. Reveja o texto e para quem envia.' },
  RATE_LIMITING_PAUSE: { title: 'Pausado: foi enviado depressa demais para muita gente.', action: 'Espere o fim da pausa e envie aos poucos.' },
}

const BY_STATUS: Record<string, Sentence> = {
  PENDING: { title: 'Em análise na Meta.', action: 'Costuma levar minutos, às vezes até 24 horas. Avisamos aqui.' },
  IN_APPEAL: { title: 'Recurso em análise na Meta.', action: 'Aguarde a resposta; ela aparece aqui.' },
  REJECTED: { title: 'A Meta recusou este modelo.', action: 'Mude o texto e envie de novo para análise.' },
  PAUSED: { title: 'Pausado pela Meta por causa da qualidade.', action: 'A pausa acaba sozinha; envie só a quem espera esta mensagem.' },
  DISABLED: { title: 'Desativado pela Meta.', action: 'Não dá para reativar. Crie outro modelo, com outro nome.' },
  FLAGGED: { title: 'Sinalizado pela Meta por causa da qualidade.', action: 'Pare de enviar por uns dias; se melhorar, volta sozinho.' },
  LOCKED: { title: 'Travado pela Meta.', action: 'Veja o motivo no gerenciador do WhatsApp, na Meta.' },
  LIMIT_EXCEEDED: { title: 'A conta chegou ao limite de modelos.', action: 'Apague modelos que não usa e crie este de novo.' },
  ARCHIVED: { title: 'Arquivado na Meta.', action: 'Desarquive no gerenciador do WhatsApp para usar.' },
  PENDING_DELETION: { title: 'Está sendo apagado na Meta.', action: 'Nada a fazer.' },
  DELETED: { title: 'Foi apagado na Meta.', action: 'Crie de novo se ainda precisar. Um nome aprovado e apagado só volta depois de 30 dias.' },
}
const UNKNOWN: Sentence = { title: 'Num estado que ainda não conhecemos.', action: 'Sincronize; se continuar, veja no gerenciador do WhatsApp, na Meta.' }

export type ReasonSource = { status: string; reason: string | null; reason_details: string | null; synced_at: Date | null }

/** Meta's word for a refusal or a pause, in Portuguese, as part of a sentence; undefined when there is none for it. */
export function wordReason(reason: string): string | undefined {
  const table = { ...REJECTED, ...PAUSED }
  const title = Object.hasOwn(table, reason) ? table[reason]?.title : undefined
  return title?.replace(/^(A Meta recusou: |Pausado(: )?)/, '').replace(/\.$/, '')
}

/** Null when the template may be used. */
export function explainState({ status, reason, reason_details: details, synced_at: syncedAt }: ReasonSource): Template['reason'] {
  if (status === 'APPROVED') {
    if (syncedAt) return null
    return { title: 'Ainda não buscamos o texto deste modelo na Meta.', action: 'Clique em «Sincronizar» e ele aparece.', details: null }
  }
  const table = status === 'REJECTED' ? REJECTED : status === 'PAUSED' ? PAUSED : {}
  const sentence = (reason && Object.hasOwn(table, reason) ? table[reason] : undefined) ?? BY_STATUS[status] ?? UNKNOWN
  return { ...sentence, details: details ?? (sentence === UNKNOWN || (reason && !Object.hasOwn(table, reason)) ? reason : null) }
}
