import type { ErrorCode } from '@atende/contracts/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Login } from '../auth.ts'
import type { Context } from '../context.ts'
import { AppError } from '../errors.ts'
import type { Http } from '../http.ts'
import { addressReader, type ClientAddress, inRanges, networkOf, rangesOf } from './client-address.ts'
import { writeLimitHeaders } from './limit-headers.ts'
import * as db from './limits.db.ts'
import type { Rule, Take, Verdict } from './limits.ts'
import { limitRules, type TenantPlan } from './rules.ts'

/**
 * `send`: counts as a message that leaves. `refused`: a public route for people who have a login (the refresh of it, signed links of
 * files); only what is refused counts, so that a ban of their network does not reach them.
 */
export type RouteLimit = 'send' | 'refused'

declare module 'fastify' {
  interface FastifyContextConfig {
    limit?: RouteLimit
  }
  interface FastifyRequest {
    client: ClientAddress
  }
}

/** Who pays for a request: a person in the browser, or an API key. */
export type Principal = { kind: 'session' | 'api-key'; id: string; tenantId: string | null }

/** An API key's login says its id in `apiKeyId`. */
function principalOf(request: { login: Login | null }): Principal | undefined {
  const login: (Login & { apiKeyId?: string | null }) | null = request.login
  if (!login) return undefined
  return login.apiKeyId ? { kind: 'api-key', id: login.apiKeyId, tenantId: login.tenantId } : { kind: 'session', id: login.userId, tenantId: login.tenantId }
}

/** Where a request comes from, with the port; behind trusted proxies the client's own. */
export const clientAddress = (request: Pick<FastifyRequest, 'client'>): ClientAddress => request.client

export const tooMany = (seconds: number, detail?: string): AppError =>
  new AppError('too_many_requests', { retryAfter: seconds, detail: detail ?? `Muitos pedidos em pouco tempo. Tente de novo em ${wait(seconds)}.` })

const wait = (seconds: number): string => (seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`)

const OWN_NETWORKS = rangesOf(['loopback', 'uniquelocal'])

/** First of all: who is this, and is this network welcome? */
export function guardAddresses(app: Http, ctx: Context): void {
  const read = addressReader(ctx.config.TRUSTED_PROXIES)
  let warned = ctx.config.TRUSTED_PROXIES.length > 0
  app.decorateRequest('client', null as unknown as ClientAddress)
  app.addHook('onRequest', async (request) => {
    request.client = read(request.raw)
    if (!warned && request.headers['x-forwarded-for'] !== undefined && inRanges(request.client.address, OWN_NETWORKS)) {
      warned = true
      ctx.log.warn('a proxy seems to stand in front: name it in TRUSTED_PROXIES, or all visitors share its address and its limits')
    }
    // Fastify's own reading takes anything for an address.
    Object.defineProperty(request, 'ip', { value: request.client.address })
    if (ctx.addresses.standing(request.ip) === 'blocked') throw new AppError('address_blocked')
  })
}

const PLAN_SECONDS = 60
/** A tenant's plan, looked up once a minute. */
function planReader(ctx: Context): (tenantId: string) => Promise<TenantPlan> {
  const known = new Map<string, { plan: TenantPlan; until: number }>()
  return async (tenantId) => {
    const kept = known.get(tenantId)
    if (kept && kept.until > Date.now()) return kept.plan
    const said = await db.tenantPlan(ctx.db, tenantId).catch(() => null)
    const plan = said === 'PRO' || said === 'ENTERPRISE' ? said : 'BASIC'
    if (known.size > 10_000) known.clear()
    known.set(tenantId, { plan, until: Date.now() + PLAN_SECONDS * 1000 })
    return plan
  }
}

/** Takes for a request and says so in its header fields. @throws AppError too_many_requests */
async function takeFor(ctx: Context, reply: FastifyReply, takes: readonly Take[]): Promise<void> {
  const verdicts = await ctx.limits.takeAll(takes)
  writeLimitHeaders(reply, verdicts)
  const refused = verdicts.filter((v) => !v.allowed).toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0]
  if (refused) throw tooMany(refused.retryAfterSeconds, sentenceOf(refused))
}

function sentenceOf({ rule, limit, retryAfterSeconds }: Verdict): string | undefined {
  if (rule.name === 'send') return `Já saíram ${limit} mensagens suas no último minuto. A próxima pode ir em ${wait(retryAfterSeconds)}.`
  if (rule.name === 'tenant') return `A sua empresa fez muitos pedidos em pouco tempo. Tente de novo em ${wait(retryAfterSeconds)}.`
  return undefined
}

/** Counts each request for who makes it. Runs after the guard of the routes, which knows the login. */
export function limitRequests(app: Http, ctx: Context): void {
  const rules = limitRules(ctx.config)
  const planOf = planReader(ctx)
  app.addHook('onRequest', async (request, reply) => {
    const { access, limit } = request.routeOptions.config
    const principal = principalOf(request)
    if (principal) {
      const takes: Take[] = [{ rule: principal.kind === 'api-key' ? rules.apiKey : rules.session, key: principal.id }]
      if (principal.tenantId) takes.push({ rule: rules.tenant[await planOf(principal.tenantId)], key: principal.tenantId })
      if (limit === 'send') takes.push({ rule: rules.send, key: `${principal.kind} ${principal.id}` })
      return takeFor(ctx, reply, takes)
    }
    if (access !== 'public' || !request.routeOptions.url?.startsWith('/api/')) return
    if (limit === 'refused' || ctx.addresses.standing(request.ip) === 'allowed') return
    const banned = ctx.addresses.bannedSeconds('public', request.ip)
    if (banned > 0) throw tooMany(banned)
    await takeFor(ctx, reply, [{ rule: rules.network.public, key: networkOf(request.ip) }]).catch(async (e) => {
      await strike(ctx, request.ip)
      throw e
    })
  })
}

/** Somebody without a login goes on although refused: after a number of times the network is banned. */
export async function strike(ctx: Context, address: string): Promise<void> {
  if (ctx.addresses.standing(address) === 'allowed') return
  const verdict = await ctx.limits.take({ rule: limitRules(ctx.config).network.strikes, key: networkOf(address) })
  if (!verdict.allowed) await ctx.addresses.ban('public', address)
}

/** What guessing and probing earns: tokens, links, signatures. Passwords have a limit of their own. */
const PROBES: readonly ErrorCode[] = [
  'unauthenticated',
  'signature_invalid',
  'verification_refused',
  'refresh_invalid',
  'invitation_invalid',
  'link_invalid',
  'second_step_expired',
  'not_found',
]

/**
 * A request without a login was refused: does it become one too many? Answers the seconds to wait then. Deliveries have a rule of their
 * own and are never banned: a wrong App Secret makes Meta's own ones look like this.
 */
export async function countRefusal(ctx: Context, request: FastifyRequest, code: ErrorCode): Promise<number> {
  if (request.login || !PROBES.includes(code) || ctx.addresses.standing(request.ip) === 'allowed') return 0
  const { network } = limitRules(ctx.config)
  const webhook = request.routeOptions.url?.startsWith('/webhooks/') ?? false
  const rule: Rule = webhook ? network.webhook : network.refused
  const banned = webhook ? 0 : ctx.addresses.bannedSeconds('public', request.ip)
  if (banned > 0) return banned
  const verdict = await ctx.limits.take({ rule, key: networkOf(request.ip) })
  if (verdict.allowed) return 0
  if (!webhook) await strike(ctx, request.ip)
  return verdict.retryAfterSeconds
}
