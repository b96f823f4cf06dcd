import { Login } from '@atende/contracts/access'
import { LoginAnswer, PasskeyLoginInput, PasskeyOptions, SecondStepInput, SecondStepPasskeyInput } from '@atende/contracts/factors'
import type { Context } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Http } from '../../../platform/http.ts'
import { findLogin } from '../access.db.ts'
import { inPlace } from '../in-place.ts'
import { choose } from '../log-in.ts'
import type { LoginLimit } from '../login-limit.ts'
import { clientOf } from '../refresh-cookie.ts'
import { sendLogin, sendOutcome } from '../send-login.ts'
import type { Client } from '../sessions.ts'
import { finishLogin, type Outcome, secondStep, secondStepOptions } from './finish-login.ts'
import { ownerOfPasskey, passkeyOptions, takePasskey } from './passkeys.ts'
import { auditPerson } from './prove.ts'

const tags = ['auth']
const config = { access: 'public' } as const

/** @throws AppError passkey_refused, tenant_suspended, too_many_requests */
async function logInByPasskey(ctx: Context, limit: LoginLimit, input: PasskeyLoginInput, client: Client): Promise<Outcome> {
  const { response, tenantId } = input
  const entry = await limit.attempt({ ip: client.ip, email: `passkey ${client.ip}` }, async () => {
    const owner = await ownerOfPasskey(ctx, response)
    const found = owner && (await findLogin(ctx.db, owner.email))
    const place = found && (await choose(ctx, found, tenantId, client.host))
    if (!place) return undefined
    const taken = await takePasskey(ctx, { userId: place.userId, purpose: 'login', asked: null }, response).catch(async (e: unknown) => {
      if (!(e instanceof AppError) || e.code !== 'passkey_refused') throw e
      const who = { userId: place.userId, tenantId: place.tenant?.tenantId ?? null }
      const details = { reason: e.code, method: 'passkey' }
      await inPlace(ctx, who, (tx) => auditPerson(tx, who, client, 'session.login', { outcome: 'failure', details }))
      return undefined
    })
    return taken && place
  })
  if (!entry) throw new AppError('passkey_refused')
  return finishLogin(ctx, entry, client, 'passkey')
}

/** The second step of a login, and the login that needs no password. */
export function secondStepRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.post(
    '/api/auth/login/second',
    { config, schema: { tags, summary: 'The second step: a code or a passkey', body: SecondStepInput, response: { 200: Login } } },
    async (request, reply) => {
      const opened = await secondStep(ctx, limit, request.body.token, request.body.proof, clientOf(request))
      return sendLogin(ctx, reply, opened)
    },
  )

  app.post(
    '/api/auth/login/second/passkey',
    {
      config,
      schema: { tags, summary: 'What the browser needs for a passkey as second step', body: SecondStepPasskeyInput, response: { 200: PasskeyOptions } },
    },
    async (request) => secondStepOptions(ctx, request.body.token),
  )

  app.post(
    '/api/auth/login/passkey/options',
    { config, schema: { tags, summary: 'What the browser needs to log in by a passkey alone', response: { 200: PasskeyOptions } } },
    async () => passkeyOptions(ctx, 'login', null),
  )

  app.post(
    '/api/auth/login/passkey',
    { config, schema: { tags, summary: 'Log in by a passkey alone', body: PasskeyLoginInput, response: { 200: LoginAnswer } } },
    async (request, reply) => {
      const outcome = await logInByPasskey(ctx, limit, request.body, clientOf(request))
      return sendOutcome(ctx, reply, outcome)
    },
  )
}
