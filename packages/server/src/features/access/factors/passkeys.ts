import type { Passkey, PasskeyAssertion, PasskeyAttestation } from '@atende/contracts/factors'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import type { Context } from '../../../platform/context.ts'
import { sha256 } from '../../../platform/crypto.ts'
import { asUser, type SystemTx } from '../../../platform/database.ts'
import { AppError, isUniqueViolation, notFound } from '../../../platform/errors.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import { self } from '../access.db.ts'
import * as db from './factors.db.ts'
import { isOwnOrigin, relyingPartyId } from './relying-party.ts'

/** What a challenge is for: one that was given for one thing is worth nothing for another. */
export type Purpose = 'register' | 'login' | 'second' | 'step_up'

/** A person who has more than this has lost count. */
const MOST = 20

const uuidBytes = (id: string) => new Uint8Array(Buffer.from(id.replaceAll('-', ''), 'hex'))

/** @throws AppError passkeys_impossible */
function requireParty(ctx: Context): string {
  const id = relyingPartyId(ctx)
  if (id === undefined) throw new AppError('passkeys_impossible')
  return id
}

/** For the browser's passkey dialog. `userId` is null when the passkey itself will say who it is. */
export async function passkeyOptions(ctx: Context, purpose: Purpose, userId: string | null): Promise<Record<string, unknown>> {
  const known = userId === null ? [] : await asUser(ctx.db, userId, (tx) => db.passkeys(tx, userId))
  const allowCredentials = known.map((p) => ({ id: p.credential_id, transports: p.transports }))
  const options = await generateAuthenticationOptions({
    rpID: requireParty(ctx),
    userVerification: 'required',
    ...(userId === null ? {} : { allowCredentials }),
  })
  await db.keepChallenge(ctx.db, sha256(options.challenge), purpose, userId)
  return { ...options }
}

/** @throws AppError passkeys_impossible, already_exists (too many) */
export async function newPasskeyOptions(ctx: Context, userId: string): Promise<Record<string, unknown>> {
  const rpID = requireParty(ctx)
  const { user, known } = await asUser(ctx.db, userId, async (tx) => ({ user: await self(tx, userId), known: await db.passkeys(tx, userId) }))
  if (!user) throw new AppError('unauthenticated')
  if (known.length >= MOST) throw new AppError('already_exists', { detail: `São ${MOST} chaves de acesso no máximo. Remova uma antes.` })
  const options = await generateRegistrationOptions({
    rpName: 'Atende',
    rpID,
    userName: user.email,
    userDisplayName: user.name,
    userID: uuidBytes(userId),
    excludeCredentials: known.map((p) => ({ id: p.credential_id, transports: p.transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await db.keepChallenge(ctx.db, sha256(options.challenge), 'register', userId)
  return { ...options }
}

const ClientData = z.object({ challenge: z.string(), origin: z.string() })

type Ceremony = { rpId: string; challenge: string; origin: string }

/** Takes the challenge, which works once whatever comes of it, and checks the page. @throws AppError passkey_refused, passkeys_impossible */
async function openCeremony(ctx: Context, purpose: Purpose, userId: string | null, clientDataJSON: string): Promise<Ceremony> {
  const rpId = requireParty(ctx)
  const said = ClientData.safeParse(readJson(Buffer.from(clientDataJSON, 'base64url').toString()))
  if (!said.success) throw new AppError('passkey_refused')
  const { challenge, origin } = said.data
  const given = await db.takeChallenge(ctx.db, sha256(challenge), purpose, userId)
  if (!given || !isOwnOrigin(ctx, rpId, origin)) throw new AppError('passkey_refused')
  return { rpId, challenge, origin }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refuse = () => {
  throw new AppError('passkey_refused')
}

export const presentPasskey = (row: db.PasskeyRow): Passkey => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  backedUp: row.backed_up,
})

/** What the browser made, checked, ready to be kept. @throws AppError passkey_refused */
export async function checkNewPasskey(ctx: Context, userId: string, response: PasskeyAttestation) {
  const { rpId, challenge, origin } = await openCeremony(ctx, 'register', userId, response.response.clientDataJSON)
  const answer: RegistrationResponseJSON = {
    ...response,
    response: { ...response.response, transports: response.response.transports ?? [] },
    clientExtensionResults: {},
  }
  const checked = await verifyRegistrationResponse({ response: answer, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId }).catch(refuse)
  if (!checked.verified) throw new AppError('passkey_refused')
  const { credential, credentialBackedUp } = checked.registrationInfo
  return {
    id: uuidv7(),
    user_id: userId,
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: [...(response.response.transports ?? [])],
    backed_up: credentialBackedUp,
  }
}

/** @throws AppError already_exists, when it is somebody's already */
export const keepPasskey = (tx: SystemTx, row: Omit<Parameters<typeof db.insertPasskey>[1], 'name'>, name: string): Promise<db.PasskeyRow> =>
  db.insertPasskey(tx, { ...row, name }).catch((e) => {
    throw isUniqueViolation(e, 'passkeys_credential') ? new AppError('already_exists') : e
  })

/** @throws AppError not_found */
export async function renamePasskey(tx: SystemTx, userId: string, id: string, name: string): Promise<Passkey> {
  const row = await db.renamePasskey(tx, userId, id, name)
  if (!row) throw notFound()
  return presentPasskey(row)
}

/**
 * Takes a signature of one of this person's passkeys. A counter that goes back means that a copy of the key is about: refused, and told.
 * @throws AppError passkey_refused
 */
export async function takePasskey(ctx: Context, who: { userId: string; purpose: Purpose; asked: string | null }, response: PasskeyAssertion): Promise<string> {
  const { rpId, challenge, origin } = await openCeremony(ctx, who.purpose, who.asked, response.response.clientDataJSON)
  const row = await asUser(ctx.db, who.userId, (tx) => db.passkeyByCredential(tx, who.userId, response.id))
  if (!row) throw new AppError('passkey_refused')
  const checked = await verifyAuthenticationResponse({
    response: { ...response, clientExtensionResults: {} } as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    // The counter is compared below, in the statement that keeps it.
    credential: { id: row.credential_id, publicKey: new Uint8Array(row.public_key), counter: 0 },
    requireUserVerification: true,
  }).catch(refuse)
  if (!checked.verified) throw new AppError('passkey_refused')
  const { newCounter, credentialBackedUp } = checked.authenticationInfo
  const used = await asUser(ctx.db, who.userId, (tx) => db.usePasskey(tx, row.id, newCounter, credentialBackedUp))
  if (!used) {
    ctx.log.warn({ passkeyId: row.id, counter: newCounter, before: Number(row.counter) }, 'access: the counter of a passkey went back, it may have been copied')
    throw new AppError('passkey_refused', { detail: 'O contador desta chave voltou atrás, como se ela tivesse sido copiada. Remova-a e cadastre outra.' })
  }
  return row.id
}

/** Whose passkey is this? Undefined when it is nobody's, or says that it is somebody else's. */
export async function ownerOfPasskey(ctx: Context, response: PasskeyAssertion): Promise<{ userId: string; email: string } | undefined> {
  const found = await db.findPasskeyOwner(ctx.db, response.id)
  const { userHandle } = response.response
  if (!found || userHandle !== Buffer.from(uuidBytes(found.user_id)).toString('base64url')) return undefined
  return { userId: found.user_id, email: found.email }
}
