import type { StepUpInput } from '@atende/contracts/factors'
import type { Login } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import { checkPassword } from '../../../platform/crypto.ts'
import { asUser } from '../../../platform/database.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { self } from '../access.db.ts'
import { inPlace } from '../in-place.ts'
import type { LoginLimit } from '../login-limit.ts'
import type { Client } from '../sessions.ts'
import * as db from './factors.db.ts'
import { auditPerson, proveFactor } from './prove.ts'

/** Passwords and codes are counted apart: whoever mistypes one may still use the other. */
export type Limits = { password: LoginLimit; code: LoginLimit }

async function provePassword(ctx: Context, limit: LoginLimit, login: Login, password: string, client: Client): Promise<void> {
  const user = await asUser(ctx.db, login.userId, (tx) => self(tx, login.userId))
  if (!user) throw new AppError('unauthenticated')
  const right = await limit.attempt({ ip: client.ip, email: user.email }, async () => (await checkPassword(password, user.password_hash)) || undefined)
  if (!right) throw invalidField('password', 'wrong_password', 'A senha não confere.')
}

/**
 * The person of this session proves again who they are; dangerous actions are open to this session for ten minutes from now on.
 * @throws AppError validation_failed (password), code_wrong, passkey_refused, too_many_requests
 */
export async function stepUp(ctx: Context, limits: Limits, login: Login, input: StepUpInput, client: Client): Promise<void> {
  const { method } = input
  const proving =
    method === 'password' ? provePassword(ctx, limits.password, login, input.password, client) : proveFactor(ctx, limits.code, login, 'step_up', input, client)
  await proving.catch(async (e: unknown) => {
    await inPlace(ctx, login, (tx) => auditPerson(tx, login, client, 'session.step_up', { outcome: 'failure', details: { method } }))
    throw e
  })
  await inPlace(ctx, login, async (tx) => {
    await db.setProven(tx, login.sessionId)
    await auditPerson(tx, login, client, 'session.step_up', { details: { method } })
  })
}
