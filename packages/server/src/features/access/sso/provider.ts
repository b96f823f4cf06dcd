import type { SsoTest } from '@atende/contracts/sso'
import * as oidc from 'openid-client'
import type { Context } from '../../../platform/context.ts'

const TIMEOUT_SECONDS = 10
/** How far the provider's clock may be from ours. */
const CLOCK_SECONDS = 30
/** How long what a provider says of itself is believed. */
const KEPT_MS = 5 * 60_000
const KEPT_MOST = 200

/** Somebody's provider cannot be used. */
export class ProviderProblem extends Error {
  readonly outcome: Exclude<SsoTest['outcome'], 'ok'>
  constructor(outcome: Exclude<SsoTest['outcome'], 'ok'>, cause?: unknown) {
    super(`single sign-on: the provider is ${outcome}`, { cause })
    this.outcome = outcome
  }
}

export type Client = { issuer: string; clientId: string; clientSecret: string }
/** What the provider vouches for. */
export type Claims = { issuer: string; subject: string; email: string | undefined; emailVerified: boolean; name: string | undefined }

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
/** Plain http is for a stand-in on the same machine, outside of production. */
function requireSafe(ctx: Context, url: URL): boolean {
  if (url.protocol === 'https:') return false
  if (ctx.config.NODE_ENV === 'production' || !LOOPBACK.test(url.hostname)) throw new ProviderProblem('insecure')
  return true
}

async function discover(ctx: Context, { issuer, clientId, clientSecret }: Client, auth: oidc.ClientAuth): Promise<oidc.Configuration> {
  const insecure = requireSafe(ctx, new URL(issuer))
  // The signature of the token counts, also where the transport alone would do.
  const execute = [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])]
  const options = {
    [oidc.customFetch]: (url: string, init: oidc.CustomFetchOptions) => ctx.outgoing.fetch(url, init as RequestInit),
    timeout: TIMEOUT_SECONDS,
    execute,
  }
  return oidc.discovery(new URL(issuer), clientId, { client_secret: clientSecret, [oidc.clockTolerance]: CLOCK_SECONDS }, auth, options).catch((e) => {
    throw new ProviderProblem('unreachable', e)
  })
}

const METHODS = { basic: oidc.ClientSecretBasic, post: oidc.ClientSecretPost }
type Method = keyof typeof METHODS
const kept = new Map<string, { until: number; configuration: Promise<oidc.Configuration> }>()

/** `version` changes with the settings. */
function configurationOf(ctx: Context, client: Client, version: string, method: Method): Promise<oidc.Configuration> {
  const key = `${version} ${method}`
  const found = kept.get(key)
  if (found && found.until > Date.now()) return found.configuration
  const configuration = discover(ctx, client, METHODS[method](client.clientSecret))
  kept.delete(key)
  kept.set(key, { until: Date.now() + KEPT_MS, configuration })
  configuration.catch(() => kept.delete(key))
  for (const old of kept.keys()) if (kept.size > KEPT_MOST) kept.delete(old)
  return configuration
}

export type Proof = { state: string; nonce: string; verifier: string }
export const newProof = (): Proof => ({ state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() })

/** Where to send the browser. @throws ProviderProblem */
export async function authorizationUrl(ctx: Context, client: Client, version: string, proof: Proof, redirectUri: string): Promise<string> {
  const configuration = await configurationOf(ctx, client, version, 'basic')
  if (!configuration.serverMetadata().authorization_endpoint) throw new ProviderProblem('unfit')
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(proof.verifier),
    code_challenge_method: 'S256',
    state: proof.state,
    nonce: proof.nonce,
  }).href
}

const isWrongMethod = (e: unknown): boolean => e instanceof oidc.ResponseBodyError && e.error === 'invalid_client'

/** Exchanges the code of the way back. `url`: where the browser came, with its query. @throws ProviderProblem, or an error of openid-client */
export async function exchange(ctx: Context, client: Client, version: string, proof: Proof, url: URL): Promise<Claims> {
  // How a client shows its secret is agreed at the provider: the way of the standard first, then the other.
  return exchangeBy(ctx, client, version, proof, url, 'basic').catch((e) => {
    if (!isWrongMethod(e) && !isWrongMethod(e?.cause)) throw e
    return exchangeBy(ctx, client, version, proof, url, 'post')
  })
}

async function exchangeBy(ctx: Context, client: Client, version: string, proof: Proof, url: URL, method: Method): Promise<Claims> {
  const configuration = await configurationOf(ctx, client, version, method)
  const checks = { pkceCodeVerifier: proof.verifier, expectedState: proof.state, expectedNonce: proof.nonce, idTokenExpected: true }
  const tokens = await oidc.authorizationCodeGrant(configuration, url, checks)
  const token = tokens.claims()
  if (!token) throw new ProviderProblem('unfit')
  // Many providers say the address only when asked for it.
  const asked = token.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
  const more: Record<string, unknown> = asked ? await oidc.fetchUserInfo(configuration, tokens.access_token, token.sub) : {}
  const claims: Record<string, unknown> = { ...more, ...token }
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)
  return {
    issuer: token.iss,
    subject: token.sub,
    email: text(claims.email)?.toLowerCase(),
    // Some say it as a word.
    emailVerified: claims.email_verified === true || claims.email_verified === 'true',
    name: text(claims.name),
  }
}

const lists = (list: readonly string[] | undefined, word: string): boolean => list === undefined || list.includes(word)

/** Asks a provider what it can do; changes nothing. */
export async function testProvider(ctx: Context, issuer: string): Promise<SsoTest> {
  try {
    const configuration = await discover(ctx, { issuer, clientId: 'test', clientSecret: 'test' }, oidc.None())
    const found = configuration.serverMetadata()
    const endpoints = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri]
    const fit = lists(found.response_types_supported, 'code') && lists(found.code_challenge_methods_supported, 'S256') && !endpoints.includes(undefined)
    for (const endpoint of endpoints) if (endpoint !== undefined) requireSafe(ctx, new URL(endpoint))
    const host = found.authorization_endpoint === undefined ? null : new URL(found.authorization_endpoint).host
    return { outcome: fit ? 'ok' : 'unfit', issuer: found.issuer, authorizationHost: host }
  } catch (e) {
    if (e instanceof ProviderProblem) return { outcome: e.outcome, issuer: null, authorizationHost: null }
    throw e
  }
}
