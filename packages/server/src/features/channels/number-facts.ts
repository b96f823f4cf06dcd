import type { Selectable, Updateable } from 'kysely'
import type { DB } from '../../platform/schema.ts'
import type { Findings } from './ask-meta.ts'
import { type Answered, isTokenRefusal } from './ask-meta.ts'
import { isSubscribed, missingScopes } from './test-connection.ts'
import { moment, name, readLimit } from './whatsapp-cloud/account/read-value.ts'
import type { NumberDetails } from './whatsapp-cloud/graph-numbers.ts'

type Row = Selectable<DB['channels']>
type Facts = Updateable<DB['channels']>

const QUALITIES = new Set(['GREEN', 'YELLOW', 'RED'])
/** Messages per second (Cloud API, throughput). */
const SPEEDS: Record<string, number> = { STANDARD: 80, HIGH: 1000 }
const COEXISTENCE_SPEED = 20

const ENTITIES: Record<string, string> = { PHONE_NUMBER: 'Número', WABA: 'Conta', BUSINESS: 'Empresa', APP: 'Aplicativo', MESSAGE_TEMPLATE: 'Modelo' }

type Health = NonNullable<NumberDetails['health_status']>
function problemsOf(health: Health): { entity: string; title: string; action: string }[] {
  return health.entities.flatMap((e) => {
    const kind = name(e.entity_type) ?? '?'
    const entity = (Object.hasOwn(ENTITIES, kind) ? ENTITIES[kind] : undefined) ?? kind
    const told = e.errors.map((x) => ({ entity, title: (x.error_description ?? '').slice(0, 500), action: (x.possible_solution ?? '').slice(0, 500) }))
    const silent = told.length === 0 && e.can_send_message !== undefined && e.can_send_message !== 'AVAILABLE'
    return silent ? [{ entity, title: e.can_send_message === 'BLOCKED' ? 'Bloqueado para enviar.' : 'Envio limitado.', action: '' }] : told
  })
}

const sending = (v: string | undefined): 'AVAILABLE' | 'LIMITED' | 'BLOCKED' | null => (v === 'AVAILABLE' || v === 'LIMITED' || v === 'BLOCKED' ? v : null)

function numberFacts(n: NumberDetails, row: Row): Facts {
  const coexistence = n.is_on_biz_app === true
  const level = name(n.throughput?.level) ?? ''
  const speed = coexistence ? COEXISTENCE_SPEED : Object.hasOwn(SPEEDS, level) ? SPEEDS[level] : undefined
  const limit = readLimit(n.whatsapp_business_manager_messaging_limit ?? n.messaging_limit_tier)
  const quality = name(n.quality_rating)
  const told = (column: keyof Row, value: string | number | boolean | Date | null | undefined) => (value === undefined ? {} : { [column]: value })
  return {
    ...told('display_phone_number', n.display_phone_number),
    ...told('verified_name', n.verified_name),
    ...told('number_status', name(n.status) ?? undefined),
    ...told('quality_rating', quality === null ? undefined : QUALITIES.has(quality) ? quality : 'UNKNOWN'),
    ...told('name_status', name(n.new_name_status) && name(n.new_name_status) !== 'NONE' ? name(n.new_name_status) : (name(n.name_status) ?? undefined)),
    ...told('messaging_limit', limit ?? undefined),
    ...told('throughput', speed),
    ...told('pin_enabled', n.is_pin_enabled),
    ...told('username', n.username),
    ...told('registered', n.platform_type === undefined ? undefined : n.platform_type === 'CLOUD_API'),
    ...told('onboarded_at', moment(n.last_onboarded_time) ?? undefined),
    ...(n.is_on_biz_app === undefined ? {} : { coexistence_since: coexistence ? (row.coexistence_since ?? new Date()) : null }),
    ...(n.health_status ? { can_send: sending(n.health_status.can_send_message), health_problems: JSON.stringify(problemsOf(n.health_status)) } : {}),
  }
}

const answerOf = <T>(a: Answered<T>): T | undefined => (a.ok ? a.value : undefined)
const without = (url: string) => url.replace(/\/+$/, '')

/** Where Meta delivers this number's messages: the number's own address, else the account's, else the app's (Cloud API, webhook overrides). */
function webhookFacts(found: Findings, ownUrl: string): Facts {
  const configured = answerOf(found.number)?.webhook_configuration
  const overrides = (answerOf(found.apps) ?? []).flatMap((a) => a.override_callback_uri ?? [])
  const url = configured?.phone_number ?? configured?.whatsapp_business_account ?? overrides[0] ?? configured?.application
  const subscribed = isSubscribed(found)
  return {
    ...(subscribed === null ? {} : { webhook_subscribed: subscribed }),
    ...(url ? { webhook_url: url, webhook_ours: [ownUrl, `${ownUrl}/v2`].includes(without(url)) } : {}),
  }
}

function tokenFacts(found: Findings): Facts {
  const token = answerOf(found.token)
  if (token) {
    return {
      token_valid: token.is_valid,
      token_expires_at: token.expires_at ? new Date(token.expires_at * 1000) : null,
      token_missing_scopes: missingScopes(token.scopes),
      ...(token.app_id ? { app_id: token.app_id } : {}),
    }
  }
  const refused = [found.token, found.number].some((a) => !a.ok && isTokenRefusal(a.failure))
  return refused ? { token_valid: false } : found.number.ok ? { token_valid: true } : {}
}

/** What the findings say, as columns; what was not answered stays as it was. */
export function factsOf(found: Findings, row: Row, ownUrl: string): Facts {
  const [number, account] = [answerOf(found.number), answerOf(found.account)]
  const review = name(account?.account_review_status)
  return {
    ...(number ? numberFacts(number, row) : {}),
    ...(review ? { review_status: review } : {}),
    ...webhookFacts(found, ownUrl),
    ...tokenFacts(found),
  }
}
