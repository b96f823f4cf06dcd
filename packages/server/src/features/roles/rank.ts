import { granted, type MemberRole, type Role } from '@atende/contracts/access'
import type { Login } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'

const RANK: Record<Exclude<Role, 'CUSTOM'>, number> = { SUPER_ADMIN: 0, DPO: 1, ATTENDANT: 1, SUPERVISOR: 2, ADMIN: 3, OWNER: 4 }

export type RoleFacts = { role: MemberRole; permissions: readonly string[] | null }

const refused = (detail: string) => new AppError('forbidden', { detail })

/**
 * Nobody gives, takes or changes a role above their own; with a role of the company's own in the game, nobody gives or takes what
 * they do not hold themselves, and the built-in heads stay among themselves. @throws AppError forbidden
 */
export function requireRank(actor: Login, { role, permissions }: RoleFacts): void {
  if (role !== 'CUSTOM' && actor.role !== 'CUSTOM') {
    if (RANK[role] > RANK[actor.role]) throw refused('Só quem tem este perfil pode dar ou mudar este perfil.')
    return
  }
  if (role === 'OWNER' || role === 'ADMIN') throw refused('Só quem tem este perfil pode dar ou mudar este perfil.')
  requireHeld(actor, granted(role, permissions))
}

/** @throws AppError forbidden */
export function requireHeld(actor: Login, permissions: readonly string[]): void {
  const held = new Set<string>(actor.permissions)
  if (!permissions.every((p) => held.has(p))) throw refused('Ninguém pode dar uma permissão que não tem.')
}
