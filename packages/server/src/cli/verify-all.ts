import { readFileSync } from 'node:fs'
import { AuditCheckpoint } from '@atende/contracts/audit'
import { z } from 'zod'
import { chainIn, checkpointsOf } from '../features/audit/chain.db.ts'
import type { Checkpoint } from '../features/audit/chain.ts'
import { ownKeys, readPublicKeys } from '../features/audit/signing-keys.ts'
import { type Trust, type Verdict, verifyChain } from '../features/audit/verify-chain.ts'
import { openDatabase, type SystemTx } from '../platform/database.ts'
import type { Installation } from '../platform/installation.ts'
import { UsageError } from './output.ts'
import { askOwner, type FoundTenant, findTenant } from './with-installation.ts'

type Opened = Pick<Installation, 'db' | 'keys' | 'ownerUrl'>
type Which = { tenant?: string; server?: boolean; publicKey?: string; checkpoints?: string }
type Chain = { tenantId: string | null; name: string }
type Progress = (chain: string, lines: number, total: number) => void

const Line = z.union([
  AuditCheckpoint,
  z.object({ checkpoints: z.array(AuditCheckpoint) }),
  z.object({ items: z.array(AuditCheckpoint) }),
  z.array(AuditCheckpoint),
])

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageError(`cannot read ${path}`)
  }
}

const isJson = (text: string): boolean => {
  try {
    return JSON.parse(text) !== null
  } catch {
    return false
  }
}

/** What was kept elsewhere: a checkpoint per line, what the address received, or an answer of the API. */
function readCheckpoints(path: string): Checkpoint[] {
  const text = readFile(path).trim()
  const values = isJson(text) ? [text] : text.split('\n').filter((line) => line.trim() !== '')
  return values.flatMap((value) => {
    const read = Line.safeParse(isJson(value) ? JSON.parse(value) : null)
    if (!read.success) throw new UsageError(`${path} has a line that is no checkpoint: ${value.slice(0, 80)}`)
    if (Array.isArray(read.data)) return read.data
    if ('checkpoints' in read.data) return read.data.checkpoints
    return 'items' in read.data ? read.data.items : [read.data]
  })
}

function readKeys(path: string): Trust['keys'] {
  const text = readFile(path)
  try {
    return readPublicKeys(text)
  } catch {
    throw new UsageError(`${path} has no public key in PEM format`)
  }
}

async function chainsOf(installation: Opened, which: Which, given: readonly Checkpoint[]): Promise<Chain[]> {
  const server = { tenantId: null, name: 'server' }
  if (which.server) return [server]
  if (which.tenant !== undefined) {
    const { id, slug } = await findTenant(installation, which.tenant)
    return [{ tenantId: id, name: slug }]
  }
  const tenants = await askOwner<FoundTenant>(installation, 'select id, slug, name from tenants order by created_at, id')
  const known = new Set(tenants.map((t) => t.id))
  // A company that is gone from the database altogether is still known to who kept its checkpoints.
  const gone = [...new Set(given.map((c) => c.tenantId))].filter((id) => id !== null && !known.has(id))
  return [server, ...tenants.map((t) => ({ tenantId: t.id, name: t.slug })), ...gone.map((id) => ({ tenantId: id, name: id ?? '' }))]
}

/** As the owner of the tables, who sees every chain; all that is read is of one moment. */
async function asOwner<T>(installation: Opened, work: (tx: SystemTx) => Promise<T>): Promise<T> {
  const { db } = openDatabase(installation.ownerUrl, 1, 'atende-audit')
  try {
    return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work)
  } finally {
    await db.destroy()
  }
}

export async function verifyAll(installation: Opened, which: Which, progress: Progress): Promise<(Verdict & { chain: string; tenantId: string | null })[]> {
  const given = which.checkpoints === undefined ? [] : readCheckpoints(which.checkpoints)
  const keys =
    which.publicKey === undefined ? new Map((await ownKeys(installation.db, installation.keys)).map((k) => [k.id, k.publicKey])) : readKeys(which.publicKey)
  const verdicts = []
  for (const { tenantId, name } of await chainsOf(installation, which, given)) {
    const trust = { keys, given: given.filter((c) => c.tenantId === tenantId) }
    const verdict = await asOwner(installation, async (tx) => {
      const source = chainIn(tx, tenantId)
      const total = Number((await source.head())?.seq ?? 0)
      return verifyChain(source, trust, (lines) => progress(name, lines, total))
    })
    verdicts.push({ chain: name, tenantId, ...verdict })
  }
  return verdicts
}

/** Every chain, for a restored database. */
export const verifyChains = (installation: Opened) => verifyAll(installation, {}, () => {})

export async function allCheckpoints(installation: Opened): Promise<Checkpoint[]> {
  const chains = await chainsOf(installation, {}, [])
  return asOwner(installation, async (tx) => {
    const all: Checkpoint[] = []
    for (const { tenantId } of chains) all.push(...(await checkpointsOf(tx, tenantId)))
    return all
  })
}
