import { type MemberRole, mayGive } from '@atende/contracts/access'
import type { Login } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'

export type RoleFacts = { role: MemberRole; permissions: readonly string[] | null }

const refused = (detail: string) => new AppError('forbidden', { detail })

/** Nobody gives, takes or changes a role above their own. @throws AppError forbidden */
export function requireRank(actor: Login, role: RoleFacts): void {
  if (!mayGive(actor, role)) throw refused('Este perfil pode mais do que o seu: só quem pode tanto quanto ele o dá ou muda.')
}

/** @throws AppError forbidden */
export function requireHeld(actor: Login, permissions: readonly string[]): void {
  const held = new Set<string>(actor.permissions)
  if (!permissions.every((p) => held.has(p))) throw refused('Ninguém pode dar uma permissão que não tem.')
}
