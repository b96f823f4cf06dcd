import { SecondFactorPolicy, type TenantSecurity } from '@atende/contracts/factors'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import * as db from './tenants.db.ts'

/** What the company asks of its people. @throws AppError not_found */
export async function readSecurity(tx: TenantTx, tenantId: string): Promise<TenantSecurity> {
  const row = await db.find(tx, tenantId)
  if (!row) throw notFound()
  return { secondFactor: SecondFactorPolicy.parse(row.second_factor), ...(await db.factorCounts(tx)) }
}

/** Counts at once: whoever has to set a factor up can do nothing else from now on, and their sockets close. @throws AppError not_found */
export async function updateSecurity(tx: TenantTx, tenantId: string, secondFactor: SecondFactorPolicy): Promise<TenantSecurity> {
  await db.setSecondFactor(tx, tenantId, secondFactor)
  const events: NewEvent[] = (await db.memberIds(tx)).map((m) => ({ kind: 'access.changed', payload: { userId: m.user_id } }))
  await publish(tx, tenantId, events)
  return readSecurity(tx, tenantId)
}
