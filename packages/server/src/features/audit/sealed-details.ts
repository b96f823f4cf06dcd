import { z } from 'zod'
import type { SystemTx } from '../../platform/database.ts'
import { keysOf } from '../../platform/database.ts'
import type { Keys } from '../../platform/keys.ts'

/** What a line says beyond references: where the call came from, and what it was about. */
export type Details = { ip: string | null; userAgent: string | null; details: Record<string, unknown> }

const Stored = z.object({ ip: z.string().nullable(), ua: z.string().nullable(), d: z.record(z.string(), z.unknown()) })
const contextOf = (id: string) => `audit_logs.sealed:${id}`

/** The one place where lines of the diary are sealed: the hash is made over this, so destroying its key leaves the chain whole. */
export const sealDetails = (tx: SystemTx, id: string, { ip, userAgent, details }: Details): Buffer =>
  keysOf(tx).seal(contextOf(id), JSON.stringify({ ip, ua: userAgent, d: details } satisfies z.infer<typeof Stored>))

type SealedLine = { id: string; version: number; sealed: Buffer; old_ip: string | null; old_details: Record<string, unknown> | null }

/** Undefined when the key is gone, or the bytes are not what was sealed. */
export function openDetails(keys: Keys, line: SealedLine): Details | undefined {
  if (line.version === 0) return { ip: line.old_ip, userAgent: null, details: line.old_details ?? {} }
  try {
    const { ip, ua, d } = Stored.parse(JSON.parse(keys.open(contextOf(line.id), line.sealed)))
    return { ip, userAgent: ua, details: d }
  } catch {
    return undefined
  }
}
