import { z } from 'zod'
import { Permission } from './access.ts'
import { Id, Time } from './common.ts'

/** A program's way in: `Authorization: Bearer atd_<id>_<secret>`. It may do what its scopes say, as long as its creator may. */
export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    scopes: z.array(Permission),
    createdBy: z.object({ id: Id, name: z.string() }),
    createdAt: Time,
    /** Null: it never ends by itself. */
    expiresAt: Time.nullable(),
    /** To the minute. */
    lastUsedAt: Time.nullable(),
    lastUsedFrom: z.string().nullable(),
    revokedAt: Time.nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const KEY_DAYS = 90
export const KEY_DAYS_MAX = 365
export const CreateApiKeyInput = z
  .object({
    name: z.string().trim().min(2).max(80),
    scopes: z.array(Permission).min(1).max(Permission.options.length),
    /** Days until it ends; null: never. */
    days: z.int().min(1).max(KEY_DAYS_MAX).nullable().default(KEY_DAYS),
  })
  .meta({ id: 'CreateApiKeyInput' })
/** `key` is shown once: only a hash of its secret is kept. */
export const ApiKeyCreated = ApiKey.extend({ key: z.string() }).meta({ id: 'ApiKeyCreated' })
