import { explainError } from '../error-table.ts'
import { type AccountNews, type NoticeDraft, news } from './account-news.ts'
import { readAccountUpdate } from './account-update.ts'
import { readAppContacts, readCapability, readHistory, readName, readQuality, readSecurity, readUsername } from './number-fields.ts'
import { list, name, type Obj, obj, str } from './read-value.ts'

function readReview(value: Obj): AccountNews {
  const decision = name(value.decision)
  const words: Record<string, string> = { APPROVED: 'aprovada', REJECTED: 'recusada', PENDING: 'em andamento', DEFERRED: 'adiada' }
  const known = decision !== null && Object.hasOwn(words, decision)
  if (!known) return news(`Revisão da conta: ${decision ?? 'sem decisão'}`, [], { event: decision, understood: false })
  const bad = decision === 'REJECTED'
  const raise: NoticeDraft[] = bad ? [{ code: 'review_rejected', severity: 'critical', details: {} }] : []
  const settle = bad ? [] : [{ code: 'review_rejected' as const }]
  return news(`Revisão da conta ${words[decision]}`, [{ topic: 'review', facts: { review_status: decision }, raise, settle }], { event: decision })
}

const ALERTS: Record<string, string> = {
  INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED: 'o aumento do limite de envio foi adiado',
  INCREASED_CAPABILITIES_ELIGIBILITY_FAILED: 'o aumento do limite de envio não foi aprovado',
  INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO: 'faltam dados da empresa para aumentar o limite de envio',
  OBA_APPROVED: 'selo de conta oficial concedido',
  OBA_REJECTED: 'selo de conta oficial não concedido',
  PROFILE_PICTURE_LOST: 'a foto do perfil se perdeu',
}
const ALERT_CODES: Record<string, NoticeDraft['code']> = { OBA_REJECTED: 'badge_rejected', PROFILE_PICTURE_LOST: 'picture_lost' }
const SEVERITIES: Record<string, NoticeDraft['severity']> = { CRITICAL: 'critical', WARNING: 'warning', INFORMATIONAL: 'info' }

/** `account_alerts`. An alert whose status is NONE is over. */
function readAlert(value: Obj): AccountNews {
  const info = obj(value.alert_info)
  const type = name(info.alert_type ?? value.alert_type)
  if (type === null) return news('Alerta da conta sem tipo', [], { understood: false })
  const known = Object.hasOwn(ALERTS, type)
  const words = (known ? ALERTS[type] : undefined) ?? str(info.alert_description) ?? type
  const code = ALERT_CODES[type] ?? 'account_alert'
  const over = name(info.alert_status) === 'NONE'
  const good = type === 'OBA_APPROVED'
  const raise: NoticeDraft = {
    code,
    severity: SEVERITIES[name(info.alert_severity) ?? ''] ?? 'warning',
    details: { type, description: `${words}.` },
    about: type,
  }
  const topic = `alert:${type}`
  const settle = [{ code, about: type }, ...(good ? [{ code: 'badge_rejected' as const, about: 'OBA_REJECTED' }] : [])]
  return news(`Alerta: ${words}${over ? ' (encerrado)' : ''}`, [over || good ? { topic, settle } : { topic, raise: [raise] }], {
    event: type,
    understood: known,
  })
}

const FLOW_RATES = new Set(['CLIENT_ERROR_RATE', 'ENDPOINT_ERROR_RATE', 'ENDPOINT_LATENCY', 'ENDPOINT_AVAILABILITY'])

function readFlow(value: Obj): AccountNews {
  const event = name(value.event)
  const id = str(value.flow_id) ?? '?'
  const details = { flow: id }
  const topic = `flow:${id}:${event ?? ''}`
  if (event === 'FLOW_STATUS_CHANGE') {
    const status = name(value.new_status) ?? '?'
    const bad = status === 'BLOCKED' || status === 'THROTTLED'
    const draft: NoticeDraft = { code: 'flow_blocked', severity: status === 'BLOCKED' ? 'critical' : 'warning', details: { ...details, status }, about: id }
    const part = bad ? { topic, raise: [draft] } : { topic, settle: [{ code: draft.code, about: id }] }
    return news(`Formulário ${id}: ${name(value.old_status) ?? '?'} → ${status}`, [part], { event })
  }
  if (event === 'FLOW_VERSION_EXPIRY_WARNING') {
    return news(`Formulário ${id}: versão a vencer`, [{ topic, raise: [{ code: 'flow_expiring', severity: 'warning', details, about: id }] }], { event })
  }
  if (event !== null && FLOW_RATES.has(event)) {
    const about = `${id}:${event}`
    const over = name(value.alert_state) === 'DEACTIVATED'
    const raise: NoticeDraft = { code: 'flow_problem', severity: 'warning', details: { ...details, reason: event }, about }
    return news(
      `Formulário ${id}: ${event}${over ? ' voltou ao normal' : ''}`,
      [over ? { topic, settle: [{ code: raise.code, about }] } : { topic, raise: [raise] }],
      {
        event,
      },
    )
  }
  return news(`Formulário ${id}: ${event ?? 'sem nome'}`, [], { event, understood: false })
}

function readPayment(value: Obj): AccountNews {
  const status = str(value.status)
  const configuration = str(value.configuration_name) ?? 'any'
  const good = status === null || /^active$/i.test(status)
  const raise: NoticeDraft = { code: 'payment_configuration', severity: 'warning', details: status ? { status } : {}, about: configuration }
  const topic = `payment:${configuration}`
  return news(`Configuração de pagamentos: ${status ?? 'mudou'}`, [
    good ? { topic, settle: [{ code: raise.code, about: configuration }] } : { topic, raise: [raise] },
  ])
}

/** `automatic_events`, `tracking_events`: which customer's click it was is not kept in the diary. */
function readTracking(value: Obj): AccountNews {
  const events = [...list(value.automatic_events), ...list(value.tracking_events)]
  const names = [...new Set(events.flatMap((e) => str(e.event_name) ?? []))]
  return news(`Eventos de anúncio: ${events.length}${names.length > 0 ? ` (${names.join(', ')})` : ''}`, [], { keep: { count: events.length, names } })
}

/** `value.errors` without messages: a failure of the number or the account. */
function readErrors(value: Obj): AccountNews {
  const errors = 'errors' in value ? list(value.errors) : [value]
  const parts = errors.flatMap((e) => {
    const code = Number(str(e.code)) || null
    const { title, action, kind } = explainError(code, str(obj(e.error_data).details) ?? str(e.message))
    const raise: NoticeDraft = { code: 'account_error', severity: 'warning', details: { title, action, code: String(code ?? '') }, about: String(code ?? '?') }
    return kind === 'act' ? [{ topic: `error:${code ?? '?'}`, raise: [raise] }] : []
  })
  const codes = errors.map((e) => str(e.code) ?? '?')
  return news(`Erro do WhatsApp: ${codes.join(', ') || '?'}`, parts, { event: codes[0] ?? null })
}

const TEMPLATE_EVENTS: Record<string, string> = {
  APPROVED: 'aprovado',
  REJECTED: 'recusado',
  PENDING: 'em análise',
  PAUSED: 'pausado',
  DISABLED: 'desativado',
  FLAGGED: 'com qualidade baixa',
  REINSTATED: 'de volta',
  ARCHIVED: 'arquivado',
  UNARCHIVED: 'desarquivado',
  DELETED: 'excluído',
  PENDING_DELETION: 'a ser excluído',
  IN_APPEAL: 'em recurso',
  LOCKED: 'travado',
  LIMIT_EXCEEDED: 'acima do limite',
}
/** The diary's line of a template field; the templates themselves are changed by their own feature. */
function readTemplate(field: string, value: Obj): AccountNews {
  const template = `Modelo «${str(value.message_template_name) ?? '?'}»`
  const event = name(value.event)
  if (field === 'message_template_status_update') {
    const words = event && Object.hasOwn(TEMPLATE_EVENTS, event) ? TEMPLATE_EVENTS[event] : undefined
    return news(`${template} ${words ?? event ?? ''}`.trim(), [], { event, understood: words !== undefined })
  }
  if (field === 'message_template_quality_update') return news(`${template}: qualidade ${name(value.new_quality_score) ?? '?'}`)
  if (field === 'message_template_components_update') return news(`${template}: texto mudou`)
  const category = name(value.correct_category) ?? name(value.new_category) ?? '?'
  return news(`${template}: categoria ${category}`)
}

const FIELDS: Record<string, (value: Obj) => AccountNews> = {
  account_update: readAccountUpdate,
  account_review_update: readReview,
  account_alerts: readAlert,
  account_settings_update: () => news('Configurações do número mudaram', [], { recheck: true }),
  phone_number_name_update: readName,
  phone_number_quality_update: readQuality,
  business_capability_update: readCapability,
  business_status_update: (v) => news(`Situação da empresa: ${name(v.status ?? v.event ?? v.business_status) ?? 'mudou'}`, [], { recheck: true }),
  business_username_update: readUsername,
  business_username_updates: readUsername,
  security: readSecurity,
  flows: readFlow,
  partner_solutions: (v) => news(`Solução de parceiro: ${name(v.solution_status) ?? name(v.event) ?? 'mudou'}`),
  payment_configuration_update: readPayment,
  automatic_events: readTracking,
  tracking_events: readTracking,
  history: readHistory,
  smb_app_state_sync: readAppContacts,
  errors: readErrors,
}

export const TEMPLATE_FIELDS: ReadonlySet<string> = new Set([
  'message_template_status_update',
  'message_template_quality_update',
  'message_template_components_update',
  'template_category_update',
  'template_correct_category_detection',
])
export const ACCOUNT_FIELDS: readonly string[] = Object.keys(FIELDS)

/** What a change says, in our words. Pure; a field or an event that nobody knows is named and kept. */
export function readAccountField(field: string, value: Obj): AccountNews {
  if (TEMPLATE_FIELDS.has(field)) return readTemplate(field, value)
  const read = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
  if (!read) return news(`Evento «${field.slice(0, 60)}» que ainda não conhecemos`, [], { event: name(value.event), understood: false })
  const said = read(value)
  return { ...said, event: said.event ?? name(value.event ?? value.decision ?? value.status) }
}
