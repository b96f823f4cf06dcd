import type { Permission } from '@atende/contracts/access'
import type { ReactNode } from 'react'
import { useCan } from '../lib/session.ts'
import { NoPermission } from '../ui/NoPermission.tsx'

export function RequirePermission({ permission, children }: { permission: Permission; children: ReactNode }) {
  return useCan(permission) ? children : <NoPermission />
}
