import { granted, type Permission, Role, type Sight, Sight as SightWord, underSight } from '@atende/contracts/access'
import { sql } from 'kysely'
import type { Database, SystemTx } from './database.ts'

/** What a person may do in a company and whose conversations they see, as the database says now. `rule` is the company's, for who may not see all. */
export type Rights = { role: Role; roleId: string | null; roleName: string | null; permissions: readonly Permission[]; sees: Sight; rule: Sight }

/** A row of `door_rights`, or a membership joined with its role. */
export type RightsRow = {
  role: string | null
  role_id: string | null
  role_name: string | null
  permissions: readonly string[] | null
  attendants_see: string | null
}

/** Outside of any tenant there is only who runs the server. */
export const SERVER_RIGHTS: Rights = { role: 'SUPER_ADMIN', roleId: null, roleName: null, permissions: granted('SUPER_ADMIN', null), sees: 'all', rule: 'all' }

export function readRights(row: RightsRow): Rights {
  const role = Role.parse(row.role)
  // An unknown word limits most.
  const rule = SightWord.catch('own').parse(row.attendants_see)
  return { role, roleId: row.role_id, roleName: row.role_name, rule, ...underSight(granted(role, row.permissions), rule) }
}

export async function findRights(db: Database | SystemTx, tenantId: string, userId: string): Promise<Rights | undefined> {
  const { rows } = await sql<RightsRow>`select * from door_rights(${tenantId}, ${userId})`.execute(db)
  return rows[0] && readRights(rows[0])
}
