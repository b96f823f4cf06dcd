import { type AccountNews, type NewsPart, news } from './account-news.ts'
import { list, name, type Obj, obj, readLimit, sayLimit, str } from './read-value.ts'

const limitPart = (limit: number | null): NewsPart[] => (limit === null ? [] : [{ topic: 'limit', facts: { messaging_limit: limit } }])

/** `phone_number_quality_update`: the limit now stands in `max_daily_conversations_per_business`, before in `current_limit`. */
export function readQuality(value: Obj): AccountNews {
  const event = name(value.event)
  const limit = readLimit(value.max_daily_conversations_per_business) ?? readLimit(value.current_limit)
  const limits = limitPart(limit)
  const words = limit === null ? '' : limit < 0 ? ' (sem limite por dia)' : ` (${sayLimit(limit)} pessoas por dia)`
  switch (event) {
    case 'FLAGGED':
      return news(`Qualidade do número baixa${words}`, [
        {
          topic: 'quality',
          facts: { number_status: 'FLAGGED', quality_rating: 'RED' },
          raise: [{ code: 'quality_low', severity: 'warning', details: {} }],
        },
        ...limits,
      ])
    case 'UNFLAGGED':
      return news(
        `Qualidade do número recuperada${words}`,
        [{ topic: 'quality', facts: { number_status: 'CONNECTED', quality_rating: 'UNKNOWN' }, settle: [{ code: 'quality_low' }] }, ...limits],
        { recheck: true },
      )
    case 'THROUGHPUT_UPGRADE':
      return news('Velocidade do número aumentada', [{ topic: 'throughput', facts: { throughput: 1000 } }, ...limits])
    case 'ONBOARDING':
      return news(`Número novo na plataforma${words}`, limits, { recheck: true })
    case 'UPGRADE':
      return news(`Limite aumentado${words}`, limits)
    case 'DOWNGRADE':
      return news(`Limite reduzido${words}`, limits)
    default:
      return news(`Qualidade do número: ${event ?? 'sem nome'}`, limits, { understood: false })
  }
}

const NAME_STATUS: Record<string, string> = { APPROVED: 'APPROVED', REJECTED: 'DECLINED', PENDING: 'PENDING_REVIEW', DEFERRED: 'DEFERRED' }

/** `phone_number_name_update`. */
export function readName(value: Obj): AccountNews {
  const event = name(value.decision)
  const asked = str(value.requested_verified_name) ?? ''
  const status = event && Object.hasOwn(NAME_STATUS, event) ? NAME_STATUS[event] : undefined
  if (event === null || status === undefined) return news(`Nome do número: ${event ?? 'sem decisão'}`, [], { understood: false })
  const facts = { name_status: status, requested_name: asked || null }
  const topic = 'name'
  if (event === 'REJECTED') {
    const reason = str(value.rejection_reason)
    return news(`Nome «${asked}» recusado`, [
      {
        topic,
        facts,
        settle: [{ code: 'name_approved' }],
        raise: [{ code: 'name_rejected', severity: 'warning', details: { name: asked, ...(reason && reason !== 'NONE' ? { reason } : {}) } }],
      },
    ])
  }
  if (event === 'APPROVED') {
    const raise = { code: 'name_approved', severity: 'warning', details: { name: asked } } as const
    return news(`Nome «${asked}» aprovado`, [{ topic, facts, raise: [raise], settle: [{ code: 'name_rejected' }] }])
  }
  return news(`Nome «${asked}» em análise`, [{ topic, facts, settle: [{ code: 'name_rejected' }, { code: 'name_approved' }] }])
}

/** `business_capability_update`: numbers, or `TIER_…` in later versions. */
export function readCapability(value: Obj): AccountNews {
  const limit = readLimit(value.max_daily_conversations_per_business ?? value.max_daily_conversation_per_phone)
  const numbers = readLimit(value.max_phone_numbers_per_waba ?? value.max_phone_numbers_per_business)
  const parts = [...limitPart(limit), ...(numbers === null ? [] : [{ topic: 'numbers', facts: { max_numbers: numbers } }])]
  const words = [limit === null ? '' : `${sayLimit(limit)} pessoas por dia`, numbers === null ? '' : `${sayLimit(numbers)} números`].filter(Boolean)
  return news(`Capacidade da conta: ${words.join(', ') || 'mudou'}`, parts, { understood: parts.length > 0 || 'max_daily_conversations_per_business' in value })
}

/** `security`: the two-step PIN. */
export function readSecurity(value: Obj): AccountNews {
  const event = name(value.event)
  switch (event) {
    case 'PIN_CHANGED':
      return news('PIN de duas etapas trocado', [
        {
          topic: 'pin',
          facts: { pin_enabled: true },
          raise: [{ code: 'pin_changed', severity: 'warning', details: {} }],
          settle: [{ code: 'pin_reset_requested' }],
        },
      ])
    case 'PIN_RESET_REQUEST':
      return news('Pedido para desligar o PIN de duas etapas', [{ topic: 'pin', raise: [{ code: 'pin_reset_requested', severity: 'critical', details: {} }] }])
    case 'PIN_REQUEST_SUCCESS':
      return news('PIN de duas etapas desligado', [{ topic: 'pin', facts: { pin_enabled: false }, settle: [{ code: 'pin_reset_requested' }] }])
    default:
      return news(`Segurança do número: ${event ?? 'sem nome'}`, [], { understood: false })
  }
}

/** `business_username_update`, in both spellings of the field. */
export function readUsername(value: Obj): AccountNews {
  const status = name(value.status)
  const username = str(value.username) ?? ''
  const topic = 'username'
  if (status === 'APPROVED') return news(`Nome de usuário «${username}» aprovado`, [{ topic, facts: { username }, settle: [{ code: 'username_lost' }] }])
  if (status === 'RESERVED') return news(`Nome de usuário «${username}» reservado`, [{ topic, settle: [{ code: 'username_lost' }] }])
  if (status === 'DELETED') {
    const raise = { code: 'username_lost', severity: 'warning', details: { username } } as const
    return news(`Nome de usuário «${username}» perdido`, [{ topic, facts: { username: null }, raise: [raise] }])
  }
  return news(`Nome de usuário: ${status ?? 'sem estado'}`, [], { event: status, understood: false })
}

const REFUSED_HISTORY = 2593109

/** `history` of a number that is also in the WhatsApp Business app: how far it is, or that it was refused. The messages go their own way. */
export function readHistory(value: Obj): AccountNews {
  const chunks = list(value.history)
  const errors = [...chunks.flatMap((h) => list(h.errors)), ...list(value.errors)]
  const [error] = errors
  if (error) {
    const code = Number(str(error.code))
    const text = str(obj(error.error_data).details) ?? str(error.message) ?? str(error.title)
    const refused = code === REFUSED_HISTORY
    return news(
      refused ? 'Histórico do aplicativo não compartilhado' : `Histórico do aplicativo: erro ${code || ''}`,
      [{ topic: 'history', facts: { sync_error: text ?? 'erro' }, raise: refused ? [{ code: 'history_refused', severity: 'warning', details: {} }] : [] }],
      { keep: { errors } },
    )
  }
  const progress = Math.max(...chunks.map((h) => Number(str(obj(h.metadata).progress))).filter((n) => n >= 0 && n <= 100), -1)
  const facts = progress < 0 ? {} : { sync_progress: Math.trunc(progress), sync_error: null }
  const words = progress < 0 ? '' : `: ${progress} %`
  return news(`Histórico do aplicativo chegando${words}`, [{ topic: 'history', facts, settle: [{ code: 'history_refused' }] }], {
    keep: { progress: progress < 0 ? null : progress },
  })
}

/** `smb_app_state_sync`: contacts of the app. Their names are not kept in the diary. */
export function readAppContacts(value: Obj): AccountNews {
  const count = list(value.state_sync).length
  return news(`Contatos do aplicativo: ${count}`, [], { keep: { count } })
}
