import { generateSecret, generateURI, verify } from 'otplib'
import type { Context } from '../../../platform/context.ts'
import { asUser, type SystemTx } from '../../../platform/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { self } from '../access.db.ts'
import * as db from './factors.db.ts'

/** One step of 30 seconds to either side: clocks of phones differ. */
const TOLERANCE_SECONDS = 30

const contextOf = (userId: string): string => `totp_factors.secret:${userId}`

/** The step of 30 seconds that a code belongs to, or undefined when it is none of this secret's. */
async function stepOf(secret: string, code: string): Promise<number | undefined> {
  const result = await verify({ secret, token: code, epochTolerance: TOLERANCE_SECONDS })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** A new secret, for an app; what worked before goes on until it is confirmed. */
export const startTotp = (ctx: Context, userId: string): Promise<{ secret: string; uri: string }> =>
  asUser(ctx.db, userId, async (tx) => {
    const user = await self(tx, userId)
    if (!user) throw new AppError('unauthenticated')
    const secret = generateSecret()
    await db.startTotp(tx, userId, ctx.keys.seal(contextOf(userId), secret))
    return { secret, uri: generateURI({ issuer: 'Atende', label: user.email, secret }) }
  })

/** Does this code belong to the waiting secret? Then that is the person's factor. False for a wrong code and when nothing waits. */
export async function confirmTotp(ctx: Context, tx: SystemTx, userId: string, code: string): Promise<boolean> {
  const sealed = (await db.waitingTotp(tx, userId))?.pending_enc
  const step = sealed ? await stepOf(ctx.keys.open(contextOf(userId), sealed), code) : undefined
  return sealed !== undefined && sealed !== null && step !== undefined && (await db.confirmTotp(tx, userId, sealed, step)) !== undefined
}

/** Takes a code: each works once, and only codes later than the last one that was taken. */
export async function takeTotp(ctx: Context, tx: SystemTx, userId: string, code: string): Promise<boolean> {
  const sealed = (await db.totp(tx, userId))?.secret_enc
  const step = sealed ? await stepOf(ctx.keys.open(contextOf(userId), sealed), code) : undefined
  return step !== undefined && (await db.takeStep(tx, userId, step)) !== undefined
}
