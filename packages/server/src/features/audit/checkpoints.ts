import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../platform/context.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { type StoredCheckpoint, toCheckpoint } from './chain.db.ts'
import { signCheckpoint } from './chain.ts'
import * as db from './checkpoints.db.ts'
import { signingKey, toPem } from './signing-keys.ts'

const EVERY_MS = 5 * 60_000
const PAGE = 200
const COPY_TIMEOUT_MS = 15_000
/** File of AUDIT_COPY_DIR: one checkpoint per line. */
const COPY_FILE = 'checkpoints.jsonl'

/** Signs where each chain stands that grew since the last time. Any process may do it, also several at once. Answers how many. */
export async function makeCheckpoints(ctx: Pick<Context, 'db' | 'keys'>): Promise<number> {
  let made = 0
  for (;;) {
    const chains = await db.due(ctx.db, PAGE)
    if (chains.length === 0) return made
    const { id: keyId, privateKey } = await signingKey(ctx.db, ctx.keys)
    let added = 0
    for (const { tenant_id: tenantId, seq, hash } of chains) {
      const at = new Date()
      const unsigned = { version: 1 as const, tenantId, seq: Number(seq), hash: hash.toString('hex'), at: at.toISOString(), keyId }
      const signature = Buffer.from(signCheckpoint(unsigned, privateKey).signature, 'hex')
      if (await db.addCheckpoint(ctx.db, { id: uuidv7(), tenant_id: tenantId, seq, hash, at, key_id: keyId, signature })) added++
    }
    made += added
    if (chains.length < PAGE || added === 0) return made
  }
}

/** Takes a copy out of the reach of whoever rules the database: into a file that only grows, to an address, or both. */
async function copyOut(ctx: Context, rows: readonly StoredCheckpoint[]): Promise<void> {
  const { AUDIT_COPY_DIR: dir, AUDIT_COPY_URL: url } = ctx.config
  const checkpoints = rows.map(toCheckpoint)
  if (url !== undefined) {
    const { id, publicKey } = await signingKey(ctx.db, ctx.keys)
    const body = JSON.stringify({ checkpoints, keyId: id, publicKey: toPem(publicKey) })
    const headers = { 'content-type': 'application/json' }
    const answer = await ctx.outgoing.fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(COPY_TIMEOUT_MS) })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`AUDIT_COPY_URL answered ${answer.status}`)
  }
  if (dir !== undefined) {
    await mkdir(dir, { recursive: true })
    await appendFile(path.join(dir, COPY_FILE), checkpoints.map((c) => `${JSON.stringify(c)}\n`).join(''))
  }
}

/** What could not be copied stays due; what was copied may be copied again after a crash, and is known by chain and place. */
export async function copyCheckpoints(ctx: Context): Promise<number> {
  if (ctx.config.AUDIT_COPY_DIR === undefined && ctx.config.AUDIT_COPY_URL === undefined) return 0
  for (let copied = 0; ; ) {
    const rows = await db.uncopied(ctx.db, PAGE)
    if (rows.length === 0) return copied
    await copyOut(ctx, rows)
    await db.markCopied(
      ctx.db,
      rows.map((r) => r.id),
    )
    copied += rows.length
  }
}

/** Every five minutes, in each worker. */
export function startCheckpoints(ctx: Context): { stop: () => Promise<void> } {
  let running = Promise.resolve()
  const round = async () => {
    await makeCheckpoints(ctx).catch((err: unknown) => ctx.log.error({ err }, 'audit: checkpoints not signed'))
    await copyCheckpoints(ctx).catch((err: unknown) => ctx.log.error({ err }, 'audit: checkpoints not copied'))
  }
  const tick = () => {
    running = running.then(round)
  }
  const timer = setInterval(tick, EVERY_MS)
  timer.unref()
  tick()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
