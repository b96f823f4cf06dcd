import { type MemberRole, mayGive, type Permission, type RoleChoice, TenantRole } from '@atende/contracts/access'
import { Roles } from '@atende/contracts/roles'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { useCan, useMe } from '../../lib/session.ts'

export const useRoles = () =>
  useQuery({ queryKey: keys.roles, queryFn: ({ signal }) => api(Roles, 'GET', '/api/roles', { signal }), staleTime: 60_000, enabled: useCan('users.read') })

/** `value`: a built-in role's name, or the id of the company's own. */
export type RoleOption = { value: string; role: MemberRole; permissions: readonly Permission[]; label: string; own: boolean }

export const choiceOf = (value: string): RoleChoice => {
  const role = TenantRole.safeParse(value)
  return role.success ? { role: role.data } : { roleId: value }
}
export const roleKeyOf = (who: { role: MemberRole; roleId: string | null }): string => who.roleId ?? who.role

/** The roles that this person may give; those of the company's own come last. */
export function useRoleOptions(): { options: RoleOption[]; mayChange: (who: { role: MemberRole; roleId: string | null }) => boolean } {
  const { t } = useTranslation('common')
  const { user } = useMe()
  const { data } = useRoles()
  const builtIn = (data?.builtIn ?? []).map((r): RoleOption => ({ ...r, value: r.role, label: t(`role.${r.role}`), own: false }))
  const custom = (data?.custom ?? []).map((r): RoleOption => ({ ...r, role: 'CUSTOM', value: r.id, label: r.name, own: true }))
  const options = [...builtIn, ...custom].filter((one) => mayGive(user, one))
  return { options, mayChange: (who) => options.some((one) => one.value === roleKeyOf(who)) }
}
