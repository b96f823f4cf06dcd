import type { Role, TenantRole } from '@atende/contracts/access'
import { AppError } from '../../platform/errors.ts'

const RANK: Record<Role, number> = { SUPER_ADMIN: 0, DPO: 1, ATTENDANT: 1, SUPERVISOR: 2, ADMIN: 3, OWNER: 4 }

/** Nobody gives, takes or changes a role above their own. @throws AppError forbidden */
export function requireRank(actor: Role, role: TenantRole): void {
  if (RANK[role] > RANK[actor]) throw new AppError('forbidden', { detail: 'Só quem tem este perfil pode dar ou mudar este perfil.' })
}
