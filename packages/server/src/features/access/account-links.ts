import type { Context } from '../../platform/context.ts'
import type { SystemTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import * as db from './links.db.ts'
import { saveMail } from './mails/mails.ts'
import { hashSecret, newSecret } from './tokens.ts'

/** Mails of one kind to one person in a quarter of an hour: nobody's mailbox is filled by somebody else. */
const MOST = 3
const MINUTES: Record<db.LinkKind, number> = { reset_password: 30, confirm_email: 24 * 60 }
// After the `#`: neither proxies nor access logs see the secret.
const PAGES: Record<db.LinkKind, string> = { reset_password: 'redefinir-senha', confirm_email: 'confirmar-email' }

/** Where somebody goes who did not do what the mail tells. */
export const forgotPage = (ctx: Context): string => `${ctx.publicUrl()}/esqueci-a-senha`

/** A link that works once; earlier ones of its kind are worth nothing from now on. Undefined when there were too many. */
async function newLink(ctx: Context, tx: SystemTx, kind: db.LinkKind, who: { userId: string; email: string }): Promise<string | undefined> {
  if ((await db.countRecent(tx, who.userId, kind)) >= MOST) return undefined
  const secret = newSecret()
  await db.voidLinks(tx, who.userId, [kind])
  await db.insertLink(tx, { id: uuidv7(), user_id: who.userId, kind, token_hash: hashSecret(secret), email: who.email, minutes: MINUTES[kind] })
  return `${ctx.publicUrl()}/${PAGES[kind]}#${secret}`
}

type Recipient = { userId: string; tenantId: string; email: string; locale: string }
const MAILS = { reset_password: 'resetPassword', confirm_email: 'confirmEmail' } as const

/** Makes the link and its mail, in a transaction of the person. False when they got too many of late. */
export async function mailLink(ctx: Context, tx: SystemTx, kind: db.LinkKind, to: Recipient): Promise<boolean> {
  const link = await newLink(ctx, tx, kind, to)
  if (link !== undefined) await saveMail(ctx, tx, to.tenantId, to, { kind: MAILS[kind], link })
  return link !== undefined
}

/** @throws AppError link_invalid: unknown, used, replaced, too old, all the same */
export async function findLink(ctx: Context, secret: string, kind: db.LinkKind): Promise<db.FoundLink> {
  const link = await db.findLink(ctx.db, hashSecret(secret), kind)
  if (!link) throw new AppError('link_invalid')
  return link
}

/** @throws AppError link_invalid */
export async function useLink(tx: SystemTx, link: db.FoundLink): Promise<void> {
  if (!(await db.takeLink(tx, link.id))) throw new AppError('link_invalid')
}

export const voidLinks = (tx: SystemTx, userId: string, kinds: readonly db.LinkKind[] = ['reset_password', 'confirm_email']) => db.voidLinks(tx, userId, kinds)
export const lockPerson = db.lockSelf
