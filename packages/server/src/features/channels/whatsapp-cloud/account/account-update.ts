import { type AccountNews, type NewRestriction, type NewsPart, type NoticeDraft, news } from './account-news.ts'
import { dayOf, list, moment, name, type Obj, obj, str } from './read-value.ts'

const RESTRICTIONS: Record<string, string> = {
  RESTRICTED_BIZ_INITIATED_MESSAGING: 'não pode começar conversas',
  RESTRICTED_CUSTOMER_INITIATED_MESSAGING: 'não pode responder a clientes',
  RESTRICTED_ADD_PHONE_NUMBER_ACTION: 'não pode acrescentar números',
  RESTRICTED_BUSINESS_INITIATED_CALLING: 'não pode ligar para clientes',
  RESTRICTED_USER_INITIATED_CALLING: 'não pode receber ligações',
  RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN: 'o botão de ligar ficou escondido',
  ACCOUNT_DISABLED: 'conta desativada pela Meta',
  ACCOUNT_DISABLE_SCHEDULED: 'conta a ser desativada pela Meta',
  ACCOUNT_DELETED: 'conta excluída na Meta',
}
/** What a restriction of Meta's means, for people; a new kind by its name. */
export const sayRestriction = (kind: string): string => (Object.hasOwn(RESTRICTIONS, kind) ? RESTRICTIONS[kind] : undefined) ?? kind

const DISCONNECTIONS: Record<string, string> = {
  BUSINESS_DOWNGRADE: 'o aplicativo WhatsApp Business foi trocado',
  PRIMARY_INACTIVITY: 'o celular ficou dias sem uso',
  COMPANION_INACTIVITY: 'esta conexão ficou dias sem uso',
  ACCOUNT_DISCONNECTED: 'alguém desconectou no celular',
  CHANGE_NUMBER: 'o número do celular mudou',
  USER_RE_REGISTERED: 'o WhatsApp foi instalado de novo',
}

const details = (values: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value ? [[key, value]] : [])))

function violation(value: Obj): AccountNews {
  const info = obj(value.violation_info)
  const type = str(info.violation_type)
  const raise: NoticeDraft = {
    code: 'account_violation',
    severity: 'critical',
    details: details({ reason: type, remediation: str(info.remediation), until: dayOf(moment(info.expiration)) }),
    about: type ?? 'any',
  }
  return news(`Violação das regras do WhatsApp${type ? `: ${type}` : ''}`, [{ topic: `violation:${type ?? ''}`, raise: [raise] }])
}

function restriction(value: Obj): AccountNews {
  const found = list(value.restriction_info).flatMap((r): NewRestriction[] => {
    const kind = name(r.restriction_type)
    return kind ? [{ kind, until: moment(r.expiration), remediation: str(r.remediation) }] : []
  })
  const parts = found.map(
    (r): NewsPart => ({
      topic: `restriction:${r.kind}`,
      restrict: [r],
      raise: [
        {
          code: 'account_restricted',
          severity: r.kind.includes('CALLING') ? 'warning' : 'critical',
          details: details({ restriction: sayRestriction(r.kind), until: dayOf(r.until), remediation: r.remediation }),
          about: r.kind,
        },
      ],
    }),
  )
  return news(`Restrição: ${found.map((r) => sayRestriction(r.kind)).join('; ') || 'sem detalhes'}`, parts, { understood: found.length > 0 })
}

function ban(value: Obj): AccountNews {
  const info = obj(value.ban_info)
  const state = name(info.waba_ban_state)
  const until = moment(info.waba_ban_date)
  const [off, planned] = ['ACCOUNT_DISABLED', 'ACCOUNT_DISABLE_SCHEDULED']
  const topic = 'ban'
  if (state === 'DISABLE') {
    const raise: NoticeDraft = { code: 'account_disabled', severity: 'critical', details: {} }
    const restrict = [{ kind: off, until: null, remediation: null }]
    return news('Conta desativada pela Meta', [{ topic, restrict, lift: [planned], raise: [raise], settle: [{ code: 'account_disable_scheduled' }] }])
  }
  if (state === 'SCHEDULE_FOR_DISABLE') {
    const raise: NoticeDraft = { code: 'account_disable_scheduled', severity: 'critical', details: details({ until: dayOf(until) }) }
    return news('A Meta vai desativar a conta', [{ topic, restrict: [{ kind: planned, until, remediation: null }], raise: [raise] }])
  }
  if (state === 'REINSTATE') {
    return news('Conta reativada pela Meta', [{ topic, lift: [off, planned], settle: [{ code: 'account_disabled' }, { code: 'account_disable_scheduled' }] }], {
      recheck: true,
    })
  }
  return news(`Situação da conta: ${state ?? 'desconhecida'}`, [], { understood: false })
}

function removed(value: Obj): AccountNews {
  const info = obj(value.disconnection_info)
  const reason = name(info.reason)
  const words = reason ? ((Object.hasOwn(DISCONNECTIONS, reason) ? DISCONNECTIONS[reason] : undefined) ?? reason) : null
  const raise: NoticeDraft = { code: 'partner_removed', severity: 'critical', details: details({ reason: words }) }
  const facts = reason ? { number_status: 'DISCONNECTED', registered: false, coexistence_since: null } : {}
  return news(`Desligado deste aplicativo${words ? `: ${words}` : ''}`, [{ topic: 'connection', facts, raise: [raise] }])
}

const offboarded = (): AccountNews =>
  news('O número saiu da Cloud API', [
    {
      topic: 'connection',
      facts: { number_status: 'DISCONNECTED', registered: false, coexistence_since: null },
      raise: [{ code: 'account_offboarded', severity: 'critical', details: {} }],
    },
  ])

const reconnected = (): AccountNews =>
  news(
    'O número voltou à Cloud API',
    [
      {
        topic: 'connection',
        facts: { number_status: 'CONNECTED', registered: true },
        settle: [{ code: 'account_offboarded' }, { code: 'partner_removed' }],
      },
    ],
    { recheck: true },
  )

function tier(value: Obj): AccountNews {
  const info = obj(value.volume_tier_info)
  const words = [str(info.pricing_category), str(info.tier), str(info.region), str(info.effective_month)].filter(Boolean)
  return news(`Faixa de preço por volume: ${words.join(', ') || 'mudou'}`)
}

/** Every event of `account_update` (Cloud API, account_update). */
const EVENTS: Record<string, (value: Obj) => AccountNews> = {
  ACCOUNT_DELETED: () =>
    news('Conta excluída na Meta', [
      {
        topic: 'deleted',
        restrict: [{ kind: 'ACCOUNT_DELETED', until: null, remediation: null }],
        raise: [{ code: 'account_deleted', severity: 'critical', details: {} }],
      },
    ]),
  ACCOUNT_VIOLATION: violation,
  ACCOUNT_RESTRICTION: restriction,
  DISABLED_UPDATE: ban,
  VERIFIED_ACCOUNT: () => news('Conta verificada', [], { recheck: true }),
  AD_ACCOUNT_LINKED: () => news('Conta de anúncios ligada'),
  AUTH_INTL_PRICE_ELIGIBILITY_UPDATE: () => news('Mudou o preço internacional de mensagens de autenticação'),
  BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE: (v) => news(`País da empresa: ${str(v.country) ?? 'mudou'}`),
  MM_LITE_TERMS_SIGNED: () => news('Termos da API de marketing aceitos'),
  PARTNER_ADDED: () => news('Conta compartilhada com este aplicativo', [{ topic: 'connection', settle: [{ code: 'partner_removed' }] }], { recheck: true }),
  PARTNER_REMOVED: removed,
  PARTNER_APP_INSTALLED: () =>
    news('Aplicativo instalado na conta', [{ topic: 'app', facts: { webhook_subscribed: true }, settle: [{ code: 'app_uninstalled' }] }], { recheck: true }),
  PARTNER_APP_UNINSTALLED: () =>
    news('Aplicativo removido da conta', [
      { topic: 'app', facts: { webhook_subscribed: false }, raise: [{ code: 'app_uninstalled', severity: 'critical', details: {} }] },
    ]),
  PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE: () => news('Certificação da empresa pelo parceiro mudou'),
  VOLUME_BASED_PRICING_TIER_UPDATE: tier,
  ACCOUNT_OFFBOARDED: offboarded,
  ACCOUNT_RECONNECTED: reconnected,
}

export const ACCOUNT_UPDATE_EVENTS = Object.keys(EVENTS)

export function readAccountUpdate(value: Obj): AccountNews {
  const event = name(value.event)
  const read = event && Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
  return read ? { ...read(value), event } : news(`Aviso da conta: ${event ?? 'sem nome'}`, [], { event, understood: false })
}
