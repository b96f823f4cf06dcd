import type { Factors, Passkey, PasskeyAttestation } from '@atende/contracts/factors'
import type { Login } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import { asUser, type Database, enterTenant, type SystemTx } from '../../../platform/database.ts'
import { AppError, notFound } from '../../../platform/errors.ts'
import { writeAudit } from '../../audit/audit.ts'
import { findLogin } from '../access.db.ts'
import { inPlace } from '../in-place.ts'
import type { LoginLimit } from '../login-limit.ts'
import type { Client } from '../sessions.ts'
import * as db from './factors.db.ts'
import { checkNewPasskey, keepPasskey, presentPasskey } from './passkeys.ts'
import { auditPerson } from './prove.ts'
import { firstRecoveryCodes, renewRecoveryCodes } from './recovery-codes.ts'
import { relyingPartyId } from './relying-party.ts'
import { confirmTotp } from './totp.ts'

/** What the person has, for their profile. */
export const readFactors = (ctx: Context, login: Login): Promise<Factors> =>
  inPlace(ctx, login, async (tx) => {
    const { userId } = login
    const totp = await db.totp(tx, userId)
    return {
      totp: totp?.confirmed_at ? { since: totp.confirmed_at.toISOString() } : null,
      passkeys: (await db.passkeys(tx, userId)).map(presentPasskey),
      recoveryCodes: await db.recoveryCounts(tx, userId),
      required: (await db.standing(tx, login)).required,
      passkeysPossible: relyingPartyId(ctx) !== undefined,
    }
  })

/** The first code of a new app. Recovery codes come with the first factor. @throws AppError code_wrong, too_many_requests */
export async function finishTotp(ctx: Context, limit: LoginLimit, login: Login, code: string, client: Client): Promise<string[] | null> {
  const { userId } = login
  const right = await limit.attempt(
    { ip: client.ip, email: userId },
    async () => (await asUser(ctx.db, userId, (tx) => confirmTotp(ctx, tx, userId, code))) || undefined,
  )
  if (!right) throw new AppError('code_wrong')
  return inPlace(ctx, login, async (tx) => {
    await auditPerson(tx, login, client, 'factor.totp_on')
    return firstRecoveryCodes(tx, userId)
  })
}

/** The recovery codes go with the last factor: alone they would be a password that nobody remembers. */
async function forgetCodesWithoutFactor(tx: SystemTx, login: Login): Promise<void> {
  if (!(await db.standing(tx, login)).has) await db.dropRecoveryCodes(tx, login.userId)
}

/** @throws AppError not_found */
export const switchTotpOff = (ctx: Context, login: Login, client: Client): Promise<void> =>
  inPlace(ctx, login, async (tx) => {
    if (!(await db.dropTotp(tx, login.userId))?.confirmed_at) throw notFound()
    await forgetCodesWithoutFactor(tx, login)
    await auditPerson(tx, login, client, 'factor.totp_off')
  })

/** New recovery codes; those from before are void. @throws AppError not_found, for who has no second factor */
export const newRecoveryCodes = (ctx: Context, login: Login, client: Client): Promise<string[]> =>
  inPlace(ctx, login, async (tx) => {
    if (!(await db.standing(tx, login)).has) throw notFound()
    await auditPerson(tx, login, client, 'factor.recovery_codes_renewed')
    return renewRecoveryCodes(tx, login.userId)
  })

type NewPasskey = { name: string; response: PasskeyAttestation }

/** @throws AppError passkey_refused, passkeys_impossible, already_exists */
export async function addPasskey(ctx: Context, login: Login, input: NewPasskey, client: Client): Promise<{ passkey: Passkey; recoveryCodes: string[] | null }> {
  const row = await checkNewPasskey(ctx, login.userId, input.response)
  return inPlace(ctx, login, async (tx) => {
    const passkey = presentPasskey(await keepPasskey(tx, row, input.name))
    await auditPerson(tx, login, client, 'factor.passkey_added', { details: { passkeyId: passkey.id } })
    return { passkey, recoveryCodes: await firstRecoveryCodes(tx, login.userId) }
  })
}

/** @throws AppError not_found */
export const removePasskey = (ctx: Context, login: Login, id: string, client: Client): Promise<void> =>
  inPlace(ctx, login, async (tx) => {
    if (!(await db.dropPasskey(tx, login.userId, id))) throw notFound()
    await forgetCodesWithoutFactor(tx, login)
    await auditPerson(tx, login, client, 'factor.passkey_removed', { details: { passkeyId: id } })
  })

/**
 * For the command line: whoever has lost phone and recovery codes logs in with the password again. Told in the diary of each of their
 * companies. False when nobody has this address.
 */
export async function forgetFactors(database: Database, email: string): Promise<boolean> {
  const found = await findLogin(database, email)
  if (!found) return false
  await asUser(database, found.userId, async (tx) => {
    await db.dropAll(tx, found.userId)
    for (const { tenantId } of found.workplaces) {
      const line = { tenantId, actorId: null, action: 'factor.reset_by_operator', object: { type: 'user', id: found.userId }, details: { by: 'command line' } }
      await writeAudit(await enterTenant(tx, tenantId), line)
    }
  })
  return true
}
