import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Config } from '../config.ts'
import { isAddressAllowed, isPortAllowed, readAllowed } from './addresses.ts'
import { type Agents, createAgents, type Hop, OutgoingError, type Resolve, requestOnce } from './one-request.ts'

export type OutgoingInit = Pick<RequestInit, 'method' | 'headers' | 'body' | 'redirect' | 'signal'> & {
  /** The answer may have so many bytes after decoding; 32 MB when nothing is said. */
  maxBytes?: number
  /** Ends the call, its answer's body included, when the caller gives no signal of its own; 60 s when nothing is said. */
  timeoutMs?: number
}
/** As `fetch`, but follows redirects only when told to. */
export type OutgoingFetch = (url: string | URL, init?: OutgoingInit) => Promise<Response>
/** The one way out to addresses that somebody else may have chosen. */
export type Outgoing = { fetch: OutgoingFetch; close: () => void }

type Settings = Pick<Config, 'NODE_ENV' | 'OUTGOING_ALLOW' | 'OUTGOING_HOSTS' | 'GRAPH_URL' | 'EMULATOR_URL' | 'AUDIT_COPY_URL' | 'SENTRY_DSN'> &
  Partial<Pick<Config, 'ALERT_SLACK_URL'>>

const MAX_BYTES = 32 * 1024 * 1024
const TIMEOUT_MS = 60_000
const MAX_REDIRECTS = 5
const DEFAULT_HEADERS = { 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'Atende', accept: '*/*' }
const META = 'https://graph.facebook.com'
/** What may travel on when a redirect leads to another server: nothing that could be a credential. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent', 'range'])

const refuse = (why: string): never => {
  throw new TypeError('fetch failed', { cause: new OutgoingError('OUTGOING_REFUSED', why) })
}

/** Outside of production everything that a developer runs beside the server may be called; there, nothing that is not named. */
const allowedBy = (settings: Settings): readonly string[] => {
  const said = settings.OUTGOING_ALLOW ?? (settings.NODE_ENV === 'production' ? [] : ['127.0.0.0/8', '::1/128'])
  // The operator's own settings are an operator's word, too, with their port and no other. Meta's address needs no exception.
  const own = [settings.GRAPH_URL, settings.EMULATOR_URL, settings.AUDIT_COPY_URL, settings.SENTRY_DSN, settings.ALERT_SLACK_URL].flatMap((u) =>
    u && u !== META ? [hostAndPort(new URL(u))] : [],
  )
  return [...said.filter((entry) => entry !== 'none'), ...own]
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80))
const hostOf = (url: URL): string =>
  url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
const hostAndPort = (url: URL): string => `${hostOf(url)}:${portOf(url)}`

async function readBody(init: OutgoingInit): Promise<{ body: Buffer | undefined; type: string | null }> {
  if (init.body === undefined || init.body === null) return { body: undefined, type: null }
  const packed = new Response(init.body)
  return { body: Buffer.from(await packed.arrayBuffer()), type: packed.headers.get('content-type') }
}

async function firstHop(url: string, init: OutgoingInit): Promise<Hop> {
  if (!URL.canParse(url)) return refuse('no address')
  const { body, type } = await readBody(init)
  const headers = new Headers({ ...DEFAULT_HEADERS, ...(type ? { 'content-type': type } : {}) })
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
  const signal = init.signal ?? AbortSignal.timeout(init.timeoutMs ?? TIMEOUT_MS)
  signal.throwIfAborted()
  return { url: new URL(url), method: (init.method ?? 'GET').toUpperCase(), headers, body, signal, maxBytes: init.maxBytes ?? MAX_BYTES }
}

/** Where a redirect leads, or nothing when the answer is none. A changed method loses the body, a changed server the credentials. */
function follow(hop: Hop, answer: Response): Hop | undefined {
  const to = answer.headers.get('location')
  if (![301, 302, 303, 307, 308].includes(answer.status) || to === null) return undefined
  if (!URL.canParse(to, hop.url.href)) return refuse('a redirect to no address')
  const url = new URL(to, hop.url)
  if (hop.url.protocol === 'https:' && url.protocol !== 'https:') return refuse('a redirect from https to http')
  const headers = new Headers(hop.headers)
  const toGet = answer.status === 303 ? hop.method !== 'HEAD' : answer.status < 303 && hop.method === 'POST'
  if (toGet) for (const name of ['content-type', 'content-length']) headers.delete(name)
  const elsewhere = url.origin !== hop.url.origin
  if (elsewhere) for (const name of [...headers.keys()]) if (!HARMLESS.has(name)) headers.delete(name)
  const body = toGet ? undefined : hop.body
  if (elsewhere && body) return refuse('a redirect would carry a body to another server')
  return { ...hop, url, headers, body, method: toGet ? 'GET' : hop.method }
}

/** `hosts` answer instead of DNS, like a hosts file: `name=address`, repeated for several. */
const resolverOf = (hosts: readonly string[]): Resolve => {
  const known = new Map<string, string[]>()
  for (const [name = '', address = ''] of hosts.map((entry) => entry.split('='))) known.set(name, [...(known.get(name) ?? []), address])
  return async (host) => known.get(host)?.map((address) => ({ address, family: isIP(address) })) ?? lookup(host, { all: true })
}

/**
 * A client that refuses inner, local and metadata addresses: after names were resolved, at the moment of connecting, and again for
 * each redirect. `resolve` stands in for DNS.
 */
export function createOutgoing(settings: Settings, resolve: Resolve = resolverOf(settings.OUTGOING_HOSTS)): Outgoing {
  const allowed = readAllowed(allowedBy(settings))
  const nameAllowed = (host: string, port: number) => allowed.names.has(host) || allowed.names.has(`${host}:${port}`)
  const strict = createAgents(resolve, (_host, address) => isAddressAllowed(address, allowed))
  // Its connections are kept apart: to a name with its port, whatever it resolves to.
  const trusted = createAgents(resolve, () => true)

  /** Which agents may serve this address. @throws TypeError with an OutgoingError */
  function agentsFor(url: URL): Agents {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('only http and https are called')
    if (url.username || url.password) return refuse('no credentials in an address')
    const [host, port] = [hostOf(url), portOf(url)]
    if (nameAllowed(host, port)) return trusted
    if (!isPortAllowed(port)) return refuse('this port may not be called')
    // An address that is written out is never looked up.
    if (isIP(host) && !isAddressAllowed(host, allowed)) return refuse('this address may not be called')
    return strict
  }

  async function call(url: string | URL, init: OutgoingInit = {}): Promise<Response> {
    let hop = await firstHop(String(url), init)
    for (let redirects = 0; ; redirects++) {
      const answer = await requestOnce(hop, agentsFor(hop.url))
      const next = init.redirect === 'follow' ? follow(hop, answer) : undefined
      if (!next) return answer
      await answer.body?.cancel()
      if (redirects >= MAX_REDIRECTS) throw new TypeError('fetch failed', { cause: new OutgoingError('OUTGOING_REDIRECTS', 'too many redirects') })
      hop = next
    }
  }
  return {
    fetch: call,
    close: () => {
      for (const agents of [strict, trusted]) for (const agent of [agents.http, agents.https]) agent.destroy()
    },
  }
}
