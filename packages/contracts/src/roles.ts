import { z } from 'zod'
import { GRANTABLE, Permission, RoleChoice, TenantRole } from './access.ts'
import { Id, Time } from './common.ts'

/** A role of the company's own. */
export const CustomRole = z
  .object({ id: Id, name: z.string(), permissions: z.array(Permission), members: z.int(), invitations: z.int(), createdAt: Time, updatedAt: Time })
  .meta({ id: 'CustomRole' })
export type CustomRole = z.infer<typeof CustomRole>

export const BuiltInRole = z.object({ role: TenantRole, permissions: z.array(Permission), members: z.int() }).meta({ id: 'BuiltInRole' })
export type BuiltInRole = z.infer<typeof BuiltInRole>

/** Who may do what in this company. */
export const Roles = z.object({ builtIn: z.array(BuiltInRole), custom: z.array(CustomRole) }).meta({ id: 'Roles' })
export type Roles = z.infer<typeof Roles>

const name = z.string().trim().min(2).max(60)
const permissions = z.array(z.enum(GRANTABLE)).max(GRANTABLE.length)
export const CreateRoleInput = z.object({ name, permissions }).meta({ id: 'CreateRoleInput' })
export const UpdateRoleInput = z.object({ name: name.optional(), permissions: permissions.optional() }).meta({ id: 'UpdateRoleInput' })
/** Where the people of a deleted role go; needed when it has any. */
export const DeleteRoleQuery = RoleChoice
