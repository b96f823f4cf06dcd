import { hashPassword } from '../../platform/crypto.ts'
import { type Database, inTenant, type TenantTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { requireGoodPassword } from '../../platform/weak-password.ts'
import { slugOf } from './slug.ts'
import * as db from './tenants.db.ts'

export type NewTenant = {
  name: string
  /** Made from the name when absent. */
  slug?: string | undefined
  email: string
  plan?: string
  status?: string
  owner: { name: string; email: string; password: string }
  /** Whoever runs the server vouches for the owner's address. */
  emailConfirmed?: boolean
}
export type CreatedTenant = { tenantId: string; userId: string; slug: string }

const TRIES = 5

async function freeSlug(database: Database, name: string): Promise<string> {
  const base = slugOf(name)
  return database.transaction().execute(async (tx) => {
    for (let n = 1; n < 50; n++) {
      const slug = n === 1 ? base : `${base}-${n}`
      if (!(await db.slugTaken(tx, slug))) return slug
    }
    return `${base}-${uuidv7().slice(-8)}`
  })
}

/**
 * A tenant with its owner's login, and `also` in the same transaction (as the owner).
 * @throws AppError validation_failed (password), email_taken, already_exists (the slug that was asked for is taken)
 */
export async function createTenantAnd<T>(database: Database, input: NewTenant, also: (tx: TenantTx, made: CreatedTenant) => Promise<T>): Promise<T> {
  requireGoodPassword(input.owner.password, [input.name, input.owner.name, input.owner.email])
  const passwordHash = await hashPassword(input.owner.password)
  for (let attempt = 1; ; attempt++) {
    const made = { tenantId: uuidv7(), userId: uuidv7(), slug: input.slug ?? (await freeSlug(database, input.name)) }
    try {
      return await inTenant(database, made.tenantId, (tx) => save(tx, input, made, passwordHash).then(() => also(tx, made)), made.userId)
    } catch (e) {
      if (isUniqueViolation(e, 'users_email')) throw new AppError('email_taken')
      if (!isUniqueViolation(e, 'tenants_slug_key')) throw e
      if (input.slug !== undefined) throw new AppError('already_exists', { detail: 'Este endereço já é de outra conta.' })
      // Someone took the same address between looking and saving: look again.
      if (attempt >= TRIES) throw e
    }
  }
}

async function save(tx: TenantTx, input: NewTenant, made: CreatedTenant, passwordHash: string): Promise<void> {
  const { name, email, plan = 'BASIC', status = 'TRIAL' } = input
  await db.insert(tx, { id: made.tenantId, name, slug: made.slug, email: email.toLowerCase(), plan, status })
  await db.insertUser(tx, {
    id: made.userId,
    email: input.owner.email.toLowerCase(),
    name: input.owner.name,
    password_hash: passwordHash,
    email_confirmed_at: input.emailConfirmed ? new Date() : null,
  })
  await db.insertMembership(tx, { tenant_id: made.tenantId, user_id: made.userId, role: 'OWNER' })
}

/** For the command line, the demo and super admins. @throws AppError email_taken, already_exists */
export const createTenantWithOwner = (ctx: { db: Database }, input: NewTenant): Promise<CreatedTenant> =>
  createTenantAnd(ctx.db, { ...input, emailConfirmed: true }, async (_tx, made) => made)
