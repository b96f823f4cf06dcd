import { z } from 'zod'
import { Email, Id, Password, PersonName, Time } from './common.ts'

/** CUSTOM: a role that the company made; what it may do stands in the database. */
export const Role = z.enum(['SUPER_ADMIN', 'OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO', 'CUSTOM'])
export type Role = z.infer<typeof Role>
/** Built-in roles that a membership may have; SUPER_ADMIN runs the server and belongs to no tenant. */
export const TenantRole = z.enum(['OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO'])
export type TenantRole = z.infer<typeof TenantRole>
/** What stands in a membership or an invitation: a built-in role, or CUSTOM with the id of the company's own. */
export const MemberRole = z.enum([...TenantRole.options, 'CUSTOM'])
export type MemberRole = z.infer<typeof MemberRole>

export const Permission = z.enum([
  'conversations.read',
  'conversations.read_all',
  'conversations.write',
  'messages.send',
  'contacts.read',
  'contacts.write',
  'contacts.merge',
  'contacts.delete',
  'tags.read',
  'tags.write',
  'users.read',
  'users.manage',
  'api_keys.manage',
  'tenant.read',
  'tenant.manage',
  'channels.read',
  'channels.manage',
  'webhooks.read',
  'templates.read',
  'templates.manage',
  'usage.read',
  'audit.read',
  'access_records.export',
  'server.manage',
])
export type Permission = z.infer<typeof Permission>

const attendant: Permission[] = [
  'conversations.read',
  'conversations.write',
  'messages.send',
  'contacts.read',
  'contacts.write',
  'contacts.merge',
  'tags.read',
  'users.read',
  'tenant.read',
  'channels.read',
  'templates.read',
]
const supervisor: Permission[] = [...attendant, 'conversations.read_all', 'tags.write', 'contacts.delete', 'usage.read', 'templates.manage']
const admin: Permission[] = [...supervisor, 'users.manage', 'api_keys.manage', 'tenant.manage', 'channels.manage', 'webhooks.read', 'audit.read']

/** Who may do what. The server enforces it; the interface hides what is not allowed. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  SUPER_ADMIN: ['server.manage'],
  OWNER: [...admin, 'access_records.export'],
  ADMIN: admin,
  SUPERVISOR: supervisor,
  ATTENDANT: attendant,
  DPO: ['conversations.read_all', 'contacts.read', 'users.read', 'tenant.read', 'audit.read', 'access_records.export'],
  CUSTOM: [],
}

/** What a built-in role may do. For a login, ask its own permissions: it may have a role of the company's own. */
export const can = (role: Role, permission: Permission) => ROLE_PERMISSIONS[role].includes(permission)

/** What a company may put into a role of its own. */
export const GRANTABLE = Permission.options.filter((p) => p !== 'server.manage')
/** What a key may never do: it manages no people and no keys, so that a stolen one cannot make itself at home. */
export const NOT_FOR_KEYS: readonly Permission[] = ['users.manage', 'api_keys.manage', 'access_records.export', 'server.manage']
/** Whose conversations are seen by who lacks `conversations.read_all`: everybody's, or only the own (and those of nobody). */
export const Sight = z.enum(['all', 'own_and_unassigned', 'own'])
export type Sight = z.infer<typeof Sight>
/** These reach beyond what a limited person sees, so they rest while the limit is on. */
const REACH_ALL: readonly Permission[] = ['contacts.merge', 'contacts.delete', 'webhooks.read']

/** What a role holds: a built-in one from the table above, the company's own from its stored list. */
export const granted = (role: Role, own: readonly string[] | null | undefined): Permission[] =>
  role === 'CUSTOM' ? GRANTABLE.filter((p) => own?.includes(p)) : [...ROLE_PERMISSIONS[role]]

/** What remains of it under the company's rule of who sees which conversations. */
export function underSight(held: readonly Permission[], rule: Sight): { sees: Sight; permissions: Permission[] } {
  const sees = held.includes('conversations.read_all') ? 'all' : rule
  return { sees, permissions: sees === 'all' ? [...held] : held.filter((p) => !REACH_ALL.includes(p)) }
}

const RANK: Record<Exclude<Role, 'CUSTOM'>, number> = { SUPER_ADMIN: 0, DPO: 1, ATTENDANT: 1, SUPERVISOR: 2, ADMIN: 3, OWNER: 4 }

/**
 * May somebody give, take or change this role? Never one above their own. With a role of the company's own in the game: only what
 * they hold themselves, and the built-in heads stay among themselves.
 */
export function mayGive(
  actor: { role: Role; permissions: readonly Permission[] },
  target: { role: MemberRole; permissions: readonly string[] | null },
): boolean {
  if (target.role !== 'CUSTOM' && actor.role !== 'CUSTOM') return RANK[target.role] <= RANK[actor.role]
  if (target.role === 'OWNER' || target.role === 'ADMIN') return false
  return granted(target.role, target.permissions).every((p) => actor.permissions.includes(p))
}

/** Which role somebody gets: a built-in one, or one of the company's own. */
export const RoleChoice = z.object({ role: TenantRole.optional(), roleId: Id.optional() })
export type RoleChoice = z.infer<typeof RoleChoice>
const oneRole = (c: RoleChoice) => (c.role === undefined) !== (c.roleId === undefined)
/** Beside `role`: which one of the company's own, and its name; null for built-in roles. */
const ownRole = { roleId: Id.nullable(), roleName: z.string().nullable() }

export const Locale = z.enum(['pt-BR', 'en'])

export const SessionUser = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string(),
    emailConfirmed: z.boolean(),
    role: Role,
    ...ownRole,
    locale: Locale,
    permissions: z.array(Permission),
    sees: Sight,
  })
  .meta({ id: 'SessionUser' })
export const SessionTenant = z
  .object({ id: Id, name: z.string(), slug: z.string(), onboardedAt: Time.nullable(), plan: z.string(), status: z.string() })
  .meta({ id: 'SessionTenant' })

/** What the browser knows about who is logged in. `tenant` is null for a super admin. */
export const Me = z
  .object({
    user: SessionUser,
    tenant: SessionTenant.nullable(),
    memberships: z.array(z.object({ tenantId: Id, tenantName: z.string(), role: MemberRole })),
    sessionId: Id,
    /** The company requires a second factor and this person has none: nothing else works before. */
    mustEnrol: z.boolean(),
    /**
     * Where the events of the company stood before this was read. A screen reads its data after it, and gives it to the socket's first
     * `authenticate`: so nothing falls between the two. Not there outside of a company, nor from an older server during an update.
     */
    cursor: z.string().optional(),
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
    role: MemberRole,
    ...ownRole,
    /** May answer customers, so a conversation can be theirs. */
    answers: z.boolean(),
    active: z.boolean(),
    lastSeenAt: Time.nullable(),
    createdAt: Time,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

export const UpdateUserInput = RoleChoice.extend({ active: z.boolean().optional() })
  .refine((v) => v.role === undefined || v.roleId === undefined, { path: ['roleId'], message: 'one role only' })
  .meta({ id: 'UpdateUserInput' })

export const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: MemberRole,
    ...ownRole,
    invitedBy: z.string().nullable(),
    expiresAt: Time,
    createdAt: Time,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

export const InviteInput = RoleChoice.extend({ email: Email })
  .refine(oneRole, { path: ['role'], message: 'one role' })
  .meta({ id: 'InviteInput' })
/** `link` is shown once: only its hash is kept. `mailed`: it also goes to the person by mail. */
export const InvitationCreated = Invitation.extend({ link: z.string(), mailed: z.boolean() }).meta({ id: 'InvitationCreated' })

export const InvitationPreview = z
  .object({
    tenantName: z.string(),
    email: z.string(),
    role: MemberRole,
    roleName: z.string().nullable(),
    invitedBy: z.string().nullable(),
    existingUser: z.boolean(),
  })
  .meta({ id: 'InvitationPreview' })
/** Someone who already has a login confirms with that password; a newcomer chooses one. */
export const AcceptInvitationInput = z.object({ name: PersonName, password: Password }).meta({ id: 'AcceptInvitationInput' })
