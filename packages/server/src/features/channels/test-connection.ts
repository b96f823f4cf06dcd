import type { ChannelTest } from '@atende/contracts/channels'
import { type Answered, askMeta, type Credentials, type Findings, isTokenRefusal } from './ask-meta.ts'
import { explainError, explainOwn } from './whatsapp-cloud/error-table.ts'
import { GraphFailure } from './whatsapp-cloud/graph.ts'
import type { Failure } from './whatsapp-cloud/graph-call.ts'

type Check = ChannelTest['checks'][number]

export type { Credentials } from './ask-meta.ts'

/** States in which a number can send; one that is new to us counts as not usable (Cloud API, phone numbers). */
export const USABLE = new Set(['CONNECTED', 'FLAGGED', 'RATE_LIMITED'])
export const NEEDED_SCOPES = ['whatsapp_business_messaging', 'whatsapp_business_management']

const passed = (name: Check['name'], message: string): Check => ({ name, ok: true, message })
const failed = (name: Check['name'], message: string): Check => ({ name, ok: false, message })

/** Says what to do about a failed call. `absent` is for "no such object", which Graph also answers when the token may not see it. */
function sayFailure(failure: Failure, absent: string): string {
  if (failure.outcome !== 'refused') {
    const { title } = explainOwn('unreached')
    return `${title} Confira o endereço e a internet do servidor (${failure.reason}).`
  }
  const { code, details, subcode, httpStatus } = failure.error
  if (code === 100 || code === 33) return absent
  if (code === null) return `O endereço respondeu HTTP ${httpStatus}, sem ser a API do WhatsApp. Confira o endereço.`
  const { title, action } = explainError(code, details, subcode)
  return `${title} ${action}`
}

/** A cause that makes every question pointless is told once, by the question that it is about; the others say that they could not be asked. */
const notAsked = (failure: Failure, what: string): string | undefined =>
  isTokenRefusal(failure)
    ? `Não deu para conferir ${what}: a Meta não aceitou o token.`
    : failure.outcome === 'refused'
      ? undefined
      : `Não deu para conferir ${what}: não houve resposta.`

function checkNumber({ number }: Findings): Check {
  if (!number.ok) {
    const absent = 'A Meta não encontrou este número com este token. Confira o ID do número e se o token tem acesso a ele.'
    const untold = isTokenRefusal(number.failure) ? notAsked(number.failure, 'o número') : undefined
    return failed('number', untold ?? sayFailure(number.failure, absent))
  }
  const { status, display_phone_number, verified_name } = number.value
  if (status && !USABLE.has(status)) {
    return failed('number', `O número existe, mas está como ${status} na Meta. Registre ou reative o número na página do canal ou no painel da Meta.`)
  }
  return passed('number', `Número encontrado: ${[display_phone_number, verified_name].filter(Boolean).join(', ')}.`)
}

const moment = (seconds: number) =>
  new Intl.DateTimeFormat('pt-BR', { dateStyle: 'short', timeStyle: 'short', timeZone: 'America/Sao_Paulo' }).format(new Date(seconds * 1000))

const EXPIRED_SUBCODE = 463

const saysExpired = (a: Answered<unknown>): boolean => !a.ok && a.failure.outcome === 'refused' && a.failure.error.subcode === EXPIRED_SUBCODE
const isOver = (expires: number | undefined): boolean => expires !== undefined && expires > 0 && expires * 1000 <= Date.now()
const sayDeadToken = (expired: boolean): string =>
  `${expired ? 'O token venceu' : 'O token não vale: a Meta não o reconhece, ou ele foi retirado'}. Gere outro no painel da Meta e cole aqui.`

function checkToken({ token, number }: Findings): Check {
  if (!token.ok) {
    if (isTokenRefusal(token.failure)) return failed('token', sayDeadToken(saysExpired(token)))
    if (token.failure.outcome !== 'refused') return failed('token', notAsked(token.failure, 'o token') ?? '')
    // Some tokens may not ask about themselves; the number's check has told whether they work.
    return number.ok ? passed('token', 'O token funciona; a Meta não informa até quando.') : passed('token', 'A Meta não informa a validade deste token.')
  }
  const { is_valid, scopes, expires_at } = token.value
  if (!is_valid) return failed('token', sayDeadToken(isOver(expires_at) || saysExpired(number)))
  const missing = missingScopes(scopes)
  if (missing.length > 0) return failed('token', `Falta ao token a permissão ${missing.join(' e ')}. Gere outro com ela no painel da Meta.`)
  if (expires_at) {
    return passed('token', `O token funciona até ${moment(expires_at)}. Para não parar nesse dia, use um token de usuário do sistema, que não vence.`)
  }
  return passed('token', 'O token funciona e não vence.')
}

export const missingScopes = (scopes: readonly string[] | undefined): string[] => (scopes ? NEEDED_SCOPES.filter((s) => !scopes.includes(s)) : [])

/** Is the token's own app among those that receive this account's messages? Null: not known. */
export function isSubscribed({ apps, token }: Findings): boolean | null {
  if (!apps.ok) return null
  const own = token.ok ? token.value.app_id : undefined
  const ids = apps.value.flatMap((a) => a.whatsapp_business_api_data?.id ?? [])
  return own === undefined || ids.length === 0 ? apps.value.length > 0 : ids.includes(own)
}

function checkSubscription(found: Findings): Check {
  const subscribed = isSubscribed(found)
  if (subscribed) return passed('subscription', 'Seu aplicativo recebe as mensagens desta conta.')
  if (subscribed === false) return failed('subscription', 'Seu aplicativo ainda não recebe as mensagens desta conta. Use "Assinar os eventos por aqui".')
  const failure = failureOf(found.apps)
  return failed('subscription', (failure && (notAsked(failure, 'os eventos') ?? sayFailure(failure, ABSENT_ACCOUNT))) ?? '')
}

const ABSENT_ACCOUNT = 'A Meta não encontrou esta conta com este token. Confira o ID da conta do WhatsApp (WABA).'
const failureOf = (answered: Answered<unknown>): Failure | undefined => (answered.ok ? undefined : answered.failure)

/** Three checks, each true by itself: the number, the token, the subscription. */
export function judgeFindings(found: Findings): ChannelTest {
  const checks = [checkNumber(found), checkToken(found), checkSubscription(found)]
  const number = found.number.ok ? found.number.value : undefined
  return {
    ok: checks.every((x) => x.ok),
    displayPhoneNumber: number?.display_phone_number ?? null,
    verifiedName: number?.verified_name ?? null,
    checks,
  }
}

/** Asks Graph whether these credentials work. Answers also when nothing does; never inside a transaction. */
export const testConnection = async (c: Credentials): Promise<ChannelTest> => judgeFindings(await askMeta(c))

/** Meta's words for why the app could not be subscribed, for people. */
export function saySubscribeFailure(e: unknown): string {
  if (!(e instanceof GraphFailure)) throw e
  return sayFailure(e.failure, ABSENT_ACCOUNT)
}
