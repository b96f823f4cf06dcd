import { IdParams } from '@atende/contracts/common'
import {
  Factors,
  NewPasskey,
  NewPasskeyInput,
  Passkey,
  PasskeyOptions,
  RecoveryCodes,
  RenamePasskeyInput,
  StepUpInput,
  TotpConfirmInput,
  TotpStarted,
} from '@atende/contracts/factors'
import { z } from 'zod'
import { callerOf, personTx } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import type { Http } from '../../../platform/http.ts'
import { clientOf } from '../refresh-cookie.ts'
import { addPasskey, finishTotp, newRecoveryCodes, readFactors, removePasskey, switchTotpOff } from './factors.ts'
import { newPasskeyOptions, passkeyOptions, renamePasskey } from './passkeys.ts'
import { type Limits, stepUp } from './step-up.ts'
import { startTotp } from './totp.ts'

const tags = ['factors']
const own = { access: 'login', beforeEnrolment: true } as const
const guarded = { ...own, stepUp: true } as const

/** The own second factors, and proving who one is. Open also to those who must set one up first. */
export function factorRoutes(app: Http, ctx: Context, limits: Limits): void {
  app.get('/api/auth/factors', { config: own, schema: { tags, summary: 'Own second factors', response: { 200: Factors } } }, async (request) =>
    readFactors(ctx, callerOf(request)),
  )

  app.post(
    '/api/auth/factors/recovery-codes',
    { config: guarded, schema: { tags, summary: 'New recovery codes; the old ones are void', response: { 200: RecoveryCodes } } },
    async (request) => ({ recoveryCodes: await newRecoveryCodes(ctx, callerOf(request), clientOf(request)) }),
  )
  totpRoutes(app, ctx, limits)
  passkeyRoutes(app, ctx)
  stepUpRoutes(app, ctx, limits)
}

function totpRoutes(app: Http, ctx: Context, limits: Limits): void {
  app.post(
    '/api/auth/factors/totp',
    { config: guarded, schema: { tags, summary: 'Begin with an authenticator app; nothing changes before its first code', response: { 200: TotpStarted } } },
    async (request) => startTotp(ctx, callerOf(request).userId),
  )

  app.post(
    '/api/auth/factors/totp/confirm',
    { config: guarded, schema: { tags, summary: 'The first code of the app', body: TotpConfirmInput, response: { 200: RecoveryCodes } } },
    async (request) => ({ recoveryCodes: await finishTotp(ctx, limits.code, callerOf(request), request.body.code, clientOf(request)) }),
  )

  app.delete(
    '/api/auth/factors/totp',
    { config: guarded, schema: { tags, summary: 'Switch the authenticator app off', response: { 204: z.void() } } },
    async (request, reply) => {
      await switchTotpOff(ctx, callerOf(request), clientOf(request))
      return reply.code(204).send()
    },
  )
}

function passkeyRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/auth/factors/passkeys/options',
    { config: guarded, schema: { tags, summary: 'What the browser needs to make a passkey', response: { 200: PasskeyOptions } } },
    async (request) => newPasskeyOptions(ctx, callerOf(request).userId),
  )

  app.post(
    '/api/auth/factors/passkeys',
    { config: guarded, schema: { tags, summary: 'Keep a passkey that the browser made', body: NewPasskeyInput, response: { 201: NewPasskey } } },
    async (request, reply) => reply.code(201).send(await addPasskey(ctx, callerOf(request), request.body, clientOf(request))),
  )

  app.patch(
    '/api/auth/factors/passkeys/:id',
    { config: own, schema: { tags, summary: 'Rename a passkey', params: IdParams, body: RenamePasskeyInput, response: { 200: Passkey } } },
    async (request) => personTx(ctx, request, (tx, login) => renamePasskey(tx, login.userId, request.params.id, request.body.name)),
  )

  app.delete(
    '/api/auth/factors/passkeys/:id',
    { config: guarded, schema: { tags, summary: 'Remove a passkey', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      await removePasskey(ctx, callerOf(request), request.params.id, clientOf(request))
      return reply.code(204).send()
    },
  )
}

function stepUpRoutes(app: Http, ctx: Context, limits: Limits): void {
  app.post(
    '/api/auth/step-up/passkey',
    { config: own, schema: { tags, summary: 'What the browser needs to ask for a passkey', response: { 200: PasskeyOptions } } },
    async (request) => passkeyOptions(ctx, 'step_up', callerOf(request).userId),
  )

  app.post(
    '/api/auth/step-up',
    {
      config: own,
      schema: {
        tags,
        summary: 'Prove again who you are',
        description: 'Routes for dangerous actions answer 403 `step_up_required` unless the login or this was within the last ten minutes.',
        body: StepUpInput,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await stepUp(ctx, limits, callerOf(request), request.body, clientOf(request))
      return reply.code(204).send()
    },
  )
}
