import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider, { type Configuration } from 'oidc-provider'

/** Somebody whom the provider knows. */
export type Account = { sub: string; email?: string; email_verified?: boolean; name?: string }

const PAGE = (names: string[], uid: string) =>
  `<!doctype html><html lang="pt-BR"><head><meta charset="utf-8"><title>Provedor de teste</title></head><body><main><h1>Quem é você?</h1>${names
    .map((n) => `<p><a href="/interaction/${uid}?as=${encodeURIComponent(n)}">${n}</a></p>`)
    .join('')}<p><a href="/interaction/${uid}?deny=1">Cancelar</a></p></main></body></html>`

type Options = {
  redirectUri: () => string
  accounts: Account[]
  /** How the client shows its secret. */
  method?: 'client_secret_basic' | 'client_secret_post'
  /** Claims in the token itself, as some providers do. */
  claimsInToken?: boolean
}
export const CLIENT = { clientId: 'atende', clientSecret: 'segredo-do-provedor-de-teste' }

function configurationOf({ redirectUri, accounts, method = 'client_secret_basic', claimsInToken = false }: Options): Configuration {
  return {
    clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUri()], token_endpoint_auth_method: method }],
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !claimsInToken,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => {
      const account = accounts.find((a) => a.sub === id)
      return account && { accountId: id, claims: async () => ({ ...account }) }
    },
    cookies: { keys: ['stand-in'] },
    // Each stand-in signs with a key of its own.
    jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
  }
}

/** Grants what was asked for and lets this account in. */
async function finish(provider: Provider, request: IncomingMessage, response: ServerResponse, accountId: string): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant.addOIDCScope('openid email profile')
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } }, { mergeWithLastSubmission: false })
}

/** A real OpenID provider (oidc-provider) on loopback, with a page that asks who you are. */
export async function startOidcStandIn(options: Options) {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  const seen: string[] = []
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const provider = new Provider(issuer, configurationOf(options))
  const callback = provider.callback()
  handle = (request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    seen.push(url.pathname)
    const uid = /^\/interaction\/([\w-]+)$/.exec(url.pathname)?.[1]
    if (uid === undefined) return void callback(request, response)
    const as = url.searchParams.get('as')
    if (url.searchParams.has('deny')) {
      return void provider.interactionFinished(request, response, { error: 'access_denied' }, { mergeWithLastSubmission: false })
    }
    if (as !== null) return void finish(provider, request, response, as)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      PAGE(
        options.accounts.map((a) => a.sub),
        uid,
      ),
    )
  }
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return { issuer, seen, accounts: options.accounts, stop }
}
export type OidcStandIn = Awaited<ReturnType<typeof startOidcStandIn>>

/** A browser without a window: keeps cookies per host and follows every redirect until it is back at `until`, or no longer redirected. */
export function newBrowser() {
  const jar = new Map<string, Map<string, string>>()
  const cookiesOf = (url: URL): Map<string, string> => {
    const found = jar.get(url.host) ?? new Map<string, string>()
    jar.set(url.host, found)
    return found
  }
  async function get(target: string): Promise<Response> {
    const url = new URL(target)
    const cookies = cookiesOf(url)
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(([k, v]) => `${k}=${v}`).join('; ') } })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      const value = pair.slice(at + 1)
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), value)
    }
    return response
  }
  /** Answers where it ended, as `account` at the provider (null: cancels there). */
  async function follow(start: string, account: string | null, stopAt: (url: URL) => boolean = () => false): Promise<URL> {
    let url = new URL(start)
    for (let steps = 0; steps < 20; steps++) {
      if (stopAt(url)) return url
      if (/^\/interaction\/[\w-]+$/.test(url.pathname) && url.search === '') url.search = account === null ? '?deny=1' : `?as=${encodeURIComponent(account)}`
      const response = await get(url.href)
      const next = response.headers.get('location')
      await response.body?.cancel()
      if (next === null) return url
      url = new URL(next, url)
    }
    throw new Error(`too many redirects: ${url.href}`)
  }
  return { get, follow, cookies: (url: string) => cookiesOf(new URL(url)) }
}
