import { z } from 'zod'
import { Sight } from './access.ts'
import { Email, Id, Password, PersonName, Time } from './common.ts'

export const TenantStatus = z.enum(['TRIAL', 'ACTIVE', 'SUSPENDED', 'CANCELLED'])
export const Plan = z.enum(['BASIC', 'PRO', 'ENTERPRISE'])
export type Plan = z.infer<typeof Plan>

/** Limits per plan; null is unlimited. Checked when a user is invited or a channel is connected. */
export const PLAN_LIMITS: Record<Plan, { users: number | null; channels: number | null }> = {
  BASIC: { users: 10, channels: 2 },
  PRO: { users: 50, channels: 10 },
  ENTERPRISE: { users: null, channels: null },
}

export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/)
  .describe('Subdomain of BASE_DOMAIN')

export const Tenant = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string(),
    email: z.string(),
    status: TenantStatus,
    plan: Plan,
    limits: z.object({ users: z.int().nullable(), channels: z.int().nullable() }),
    /** Whose conversations are seen by who may not see all of them. */
    attendantsSee: Sight,
    onboardedAt: Time.nullable(),
    createdAt: Time,
  })
  .meta({ id: 'Tenant' })
export type Tenant = z.infer<typeof Tenant>

export const UpdateTenantInput = z
  .object({
    name: z.string().trim().min(2).max(120).optional(),
    email: Email.optional(),
    /** True marks the first-run checklist as done or dismissed. */
    onboarded: z.literal(true).optional(),
    attendantsSee: Sight.optional(),
  })
  .meta({ id: 'UpdateTenantInput' })

/** Super admin only. */
export const CreateTenantInput = z
  .object({
    name: z.string().trim().min(2).max(120),
    slug: Slug.optional(),
    email: Email,
    plan: Plan.default('BASIC'),
    owner: z.object({ name: PersonName, email: Email, password: Password }),
  })
  .meta({ id: 'CreateTenantInput' })
export const AdminUpdateTenantInput = z.object({ status: TenantStatus.optional(), plan: Plan.optional() }).meta({ id: 'AdminUpdateTenantInput' })

/** Counted facts of one month. */
export const Usage = z.object({ month: z.string(), metrics: z.record(z.string(), z.int()), users: z.int(), channels: z.int() }).meta({ id: 'Usage' })
