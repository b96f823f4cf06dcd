import { z } from 'zod'
import { Email, Id, Password, PersonName, Time } from './common.ts'

export const Role = z.enum(['SUPER_ADMIN', 'OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO'])
export type Role = z.infer<typeof Role>
/** Roles that a membership may have; SUPER_ADMIN runs the server and belongs to no tenant. */
export const TenantRole = z.enum(['OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO'])
export type TenantRole = z.infer<typeof TenantRole>

export const Permission = z.enum([
  'conversations.read',
  'conversations.write',
  'messages.send',
  'contacts.read',
  'contacts.write',
  'contacts.delete',
  'tags.read',
  'tags.write',
  'users.read',
  'users.manage',
  'tenant.read',
  'tenant.manage',
  'channels.read',
  'channels.manage',
  'webhooks.read',
  'templates.read',
  'templates.manage',
  'usage.read',
  'audit.read',
  'server.manage',
])
export type Permission = z.infer<typeof Permission>

const attendant: Permission[] = [
  'conversations.read',
  'conversations.write',
  'messages.send',
  'contacts.read',
  'contacts.write',
  'tags.read',
  'users.read',
  'tenant.read',
  'channels.read',
  'templates.read',
]
const supervisor: Permission[] = [...attendant, 'tags.write', 'contacts.delete', 'usage.read', 'templates.manage']
const admin: Permission[] = [...supervisor, 'users.manage', 'tenant.manage', 'channels.manage', 'webhooks.read', 'audit.read']

/** Who may do what. The server enforces it; the interface hides what is not allowed. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  SUPER_ADMIN: ['server.manage'],
  OWNER: admin,
  ADMIN: admin,
  SUPERVISOR: supervisor,
  ATTENDANT: attendant,
  DPO: ['contacts.read', 'users.read', 'tenant.read', 'audit.read'],
}

export const can = (role: Role, permission: Permission) => ROLE_PERMISSIONS[role].includes(permission)

export const Locale = z.enum(['pt-BR', 'en'])

export const SessionUser = z
  .object({ id: Id, name: z.string(), email: z.string(), emailConfirmed: z.boolean(), role: Role, locale: Locale, permissions: z.array(Permission) })
  .meta({ id: 'SessionUser' })
export const SessionTenant = z
  .object({ id: Id, name: z.string(), slug: z.string(), onboardedAt: Time.nullable(), plan: z.string(), status: z.string() })
  .meta({ id: 'SessionTenant' })

/** What the browser knows about who is logged in. `tenant` is null for a super admin. */
export const Me = z
  .object({
    user: SessionUser,
    tenant: SessionTenant.nullable(),
    memberships: z.array(z.object({ tenantId: Id, tenantName: z.string(), role: TenantRole })),
    sessionId: Id,
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

/** The refresh token travels only in the httpOnly cookie `atende_refresh` (path /api/auth). */
export const Login = z.object({ accessToken: z.string(), /** Seconds. */ expiresIn: z.int(), me: Me }).meta({ id: 'LoginResult' }) // Not "Login": the documentation names its input form LoginInput, which is taken.
export type Login = z.infer<typeof Login>

export const RegisterInput = z
  .object({ companyName: z.string().trim().min(2).max(120), name: PersonName, email: Email, password: Password })
  .meta({ id: 'RegisterInput' })
export const LoginInput = z.object({ email: Email, password: z.string().min(1).max(200), tenantId: Id.optional() }).meta({ id: 'LoginInput' })

export const UpdateMeInput = z
  .object({
    name: PersonName.optional(),
    locale: Locale.optional(),
    currentPassword: z.string().max(200).optional(),
    newPassword: Password.optional(),
  })
  .refine((v) => v.newPassword === undefined || v.currentPassword !== undefined, {
    path: ['currentPassword'],
    message: 'current password is required to change the password',
  })
  .meta({ id: 'UpdateMeInput' })

export const Session = z
  .object({
    id: Id,
    createdAt: Time,
    lastUsedAt: Time,
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' })

export const User = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string(),
    role: TenantRole,
    active: z.boolean(),
    lastSeenAt: Time.nullable(),
    createdAt: Time,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

export const UpdateUserInput = z.object({ role: TenantRole.optional(), active: z.boolean().optional() }).meta({ id: 'UpdateUserInput' })

export const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: TenantRole,
    invitedBy: z.string().nullable(),
    expiresAt: Time,
    createdAt: Time,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

export const InviteInput = z.object({ email: Email, role: TenantRole }).meta({ id: 'InviteInput' })
/** `link` is shown once: only its hash is kept. `mailed`: it also goes to the person by mail. */
export const InvitationCreated = Invitation.extend({ link: z.string(), mailed: z.boolean() }).meta({ id: 'InvitationCreated' })

export const InvitationPreview = z
  .object({ tenantName: z.string(), email: z.string(), role: TenantRole, invitedBy: z.string().nullable(), existingUser: z.boolean() })
  .meta({ id: 'InvitationPreview' })
/** Someone who already has a login confirms with that password; a newcomer chooses one. */
export const AcceptInvitationInput = z.object({ name: PersonName, password: Password }).meta({ id: 'AcceptInvitationInput' })
