import { GRANTABLE, type Permission } from '@atende/contracts/access'

export type PermissionGroup = 'conversations' | 'contacts' | 'whatsapp' | 'company'

const GROUP_OF: Record<string, PermissionGroup> = {
  conversations: 'conversations',
  messages: 'conversations',
  contacts: 'contacts',
  tags: 'contacts',
  channels: 'whatsapp',
  templates: 'whatsapp',
  usage: 'whatsapp',
  webhooks: 'whatsapp',
}
const areaOf = (p: Permission): string => p.split('.')[0] ?? ''

/** What belongs together on the screen; what is new and not placed yet belongs to the company. */
export const PERMISSION_GROUPS: [PermissionGroup, Permission[]][] = (['conversations', 'contacts', 'whatsapp', 'company'] as const).map((group) => [
  group,
  GRANTABLE.filter((p) => (GROUP_OF[areaOf(p)] ?? 'company') === group),
])

const isPermission = (p: string): p is Permission => GRANTABLE.some((one) => one === p)

/** What one must see in order to do this. */
function needs(p: Permission): Permission | null {
  const read = areaOf(p) === 'messages' ? 'conversations.read' : `${areaOf(p)}.read`
  return read !== p && isPermission(read) ? read : null
}

/** Ticks what it needs too; unticking takes along what needs it. */
export function toggle(held: readonly Permission[], p: Permission): Permission[] {
  if (held.includes(p)) return held.filter((one) => one !== p && needs(one) !== p)
  const need = needs(p)
  return [...held, p, ...(need && !held.includes(need) ? [need] : [])]
}
