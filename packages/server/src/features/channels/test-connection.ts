import type { ChannelTest } from '@atende/contracts/channels'
import { explainError, explainOwn } from './whatsapp-cloud/error-table.ts'
import { createGraph, type Graph, GraphFailure } from './whatsapp-cloud/graph.ts'

type Check = ChannelTest['checks'][number]
export type Credentials = { phoneNumberId: string; wabaId: string; accessToken: string; graphUrl: string; graphVersion: string }
type NumberCheck = Check & { displayPhoneNumber: string | null; verifiedName: string | null }

const TIMEOUT_MS = 8_000
const USABLE = new Set(['CONNECTED', 'FLAGGED'])
const NEEDED_SCOPE = 'whatsapp_business_messaging'

const passed = (name: Check['name'], message: string): Check => ({ name, ok: true, message })
const failed = (name: Check['name'], message: string): Check => ({ name, ok: false, message })

/** Says what to do about a failed call. `absent` is for "no such object", which Graph also answers when the token may not see it. */
function sayFailure(e: unknown, absent: string): string {
  if (!(e instanceof GraphFailure)) throw e
  const { failure } = e
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

async function checkNumber(graph: Graph, phoneNumberId: string): Promise<NumberCheck> {
  const none = { displayPhoneNumber: null, verifiedName: null }
  try {
    const number = await graph.getNumber(phoneNumberId)
    const known = { displayPhoneNumber: number.display_phone_number ?? null, verifiedName: number.verified_name ?? null }
    if (number.status && !USABLE.has(number.status)) {
      return { ...failed('number', `O número existe, mas está como ${number.status} na Meta. Registre ou reative o número no painel da Meta.`), ...known }
    }
    return { ...passed('number', `Número encontrado: ${[known.displayPhoneNumber, known.verifiedName].filter(Boolean).join(', ')}.`), ...known }
  } catch (e) {
    const absent = 'A Meta não encontrou este número com este token. Confira o ID do número e se o token tem acesso a ele.'
    return { ...failed('number', sayFailure(e, absent)), ...none }
  }
}

const day = (seconds: number) =>
  new Intl.DateTimeFormat('pt-BR', { dateStyle: 'short', timeStyle: 'short', timeZone: 'America/Sao_Paulo' }).format(new Date(seconds * 1000))

async function checkToken(graph: Graph): Promise<Check> {
  try {
    const token = await graph.debugToken()
    if (!token.is_valid) return failed('token', 'O token não vale mais. Gere outro no painel da Meta e cole aqui.')
    if (token.scopes && !token.scopes.includes(NEEDED_SCOPE)) {
      return failed('token', `Falta ao token a permissão ${NEEDED_SCOPE}. Gere outro com ela no painel da Meta.`)
    }
    if (token.expires_at) {
      return passed('token', `O token funciona até ${day(token.expires_at)}. Para não parar nesse dia, use um token de usuário do sistema, que não vence.`)
    }
    return passed('token', 'O token funciona e não vence.')
  } catch (e) {
    const mayNotAsk = e instanceof GraphFailure && e.failure.outcome === 'refused' && e.failure.error.code !== 190 && e.failure.error.code !== 0
    // Some tokens may not ask about themselves; the number's check has told whether they work.
    if (mayNotAsk) return passed('token', 'A Meta não informa a validade deste token.')
    return failed('token', sayFailure(e, ''))
  }
}

async function checkSubscription(graph: Graph, wabaId: string): Promise<Check> {
  try {
    const apps = await graph.getSubscribedApps(wabaId)
    if (apps.length > 0) return passed('subscription', 'Seu aplicativo recebe as mensagens desta conta.')
    return failed('subscription', 'Seu aplicativo ainda não recebe as mensagens desta conta. Use "Assinar os eventos por aqui".')
  } catch (e) {
    return failed('subscription', sayFailure(e, 'A Meta não encontrou esta conta com este token. Confira o ID da conta do WhatsApp (WABA).'))
  }
}

/** Asks Graph whether these credentials work. Answers also when nothing does; never inside a transaction. */
export async function testConnection(c: Credentials): Promise<ChannelTest> {
  const graph = createGraph({ ...c, timeoutMs: TIMEOUT_MS })
  const [number, token, subscription] = await Promise.all([checkNumber(graph, c.phoneNumberId), checkToken(graph), checkSubscription(graph, c.wabaId)])
  const { displayPhoneNumber, verifiedName, ...numberCheck } = number
  const checks = [numberCheck, token, subscription]
  return { ok: checks.every((x) => x.ok), displayPhoneNumber, verifiedName, checks }
}

/** Meta's words for why the app could not be subscribed, for people. */
export const saySubscribeFailure = (e: unknown): string =>
  sayFailure(e, 'A Meta não encontrou esta conta com este token. Confira o ID da conta do WhatsApp (WABA).')
