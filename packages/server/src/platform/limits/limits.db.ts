import { sql } from 'kysely'
import type { Database, SystemTx } from '../database.ts'
import type { Outcome, Slot, Taken } from './store.ts'

type Row = { allowed: boolean; now_ms: string; used: number; newest: string; fits_at: string; slot: string }

export async function takeLimits(db: Database, slots: readonly Slot[], now: number | undefined): Promise<Outcome> {
  const keys = slots.map((s) => s.key)
  const [limits, windows, grains, costs] = [slots.map((s) => s.limit), slots.map((s) => s.windowMs), slots.map((s) => s.grainMs), slots.map((s) => s.cost)]
  const { rows } = await sql<Row>`select * from door_take_limits(${keys}, ${limits}, ${windows}, ${grains}, ${costs}, ${now ?? null})`.execute(db)
  return {
    allowed: rows[0]?.allowed ?? true,
    now: Number(rows[0]?.now_ms),
    counts: rows.map((r) => ({ used: r.used, newest: Number(r.newest), fitsAt: Number(r.fits_at), at: Number(r.slot) })),
  }
}

export async function giveBackLimits(db: Database, taken: readonly Taken[]): Promise<void> {
  const [keys, slots, costs] = [taken.map((t) => t.key), taken.map((t) => t.at), taken.map((t) => t.cost)]
  await sql`select door_give_back_limits(${keys}, ${slots}, ${costs})`.execute(db)
}

export async function clearLimits(db: Database, keys: readonly Buffer[]): Promise<void> {
  await sql`select door_clear_limits(${[...keys]})`.execute(db)
}

/** Old counts, old bans, and what is beyond `max` rows. */
export async function purgeLimits(db: Database, max: number): Promise<void> {
  await sql`select door_purge_limits(${max})`.execute(db)
}

export type BanRow = { key: Buffer; scope: string; network_enc: Buffer; level: number; banned_at: Date; banned_until: Date }
export const activeBans = async (db: Database): Promise<BanRow[]> => (await sql<BanRow>`select * from door_active_bans()`.execute(db)).rows

type NewBan = { key: Buffer; scope: string; networkEnc: Buffer; ladder: readonly number[]; quietSeconds: number }
export async function raiseBan(db: Database, b: NewBan): Promise<{ level: number; banned_until: Date } | undefined> {
  const { rows } = await sql<{ level: number; banned_until: Date }>`
    select * from door_raise_ban(${b.key}, ${b.scope}, ${b.networkEnc}, ${[...b.ladder]}, make_interval(secs => ${b.quietSeconds}))`.execute(db)
  return rows[0]
}

export const liftBans = async (tx: SystemTx, keys: readonly Buffer[]): Promise<number> =>
  (await sql<{ n: number }>`select door_lift_bans(${[...keys]}) as n`.execute(tx)).rows[0]?.n ?? 0

export const readAddressLists = async (db: Database): Promise<Buffer | null> =>
  (await sql<{ enc: Buffer | null }>`select door_address_lists() as enc`.execute(db)).rows[0]?.enc ?? null

export const saveAddressLists = async (tx: SystemTx, enc: Buffer): Promise<boolean> =>
  (await sql<{ saved: boolean }>`select door_save_address_lists(${enc}) as saved`.execute(tx)).rows[0]?.saved ?? false

export const tenantPlan = async (db: Database, tenantId: string): Promise<string | null> =>
  (await sql<{ plan: string | null }>`select door_tenant_plan(${tenantId}) as plan`.execute(db)).rows[0]?.plan ?? null
