import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { embeddedTools, isServed } from '../../platform/embedded-postgres.ts'
import type { Installation } from '../../platform/installation.ts'
import { beginRun } from '../server-runs.ts'
import { BackupError, codeOf } from './backup-error.ts'
import { type Checked, settleRestored, type VerifyChains } from './check-restored.ts'
import { readStored } from './chunks.ts'
import { embeddedData } from './database-place.ts'
import { withRecovered } from './restore.ts'
import { chooseBackup, type Plan, planRestore } from './restore-plan.ts'
import { openTargets, type Target } from './target.ts'
import { openTestKey } from './test-key.ts'
import { unpackCluster, unpackMedia } from './unpack.ts'

export type TestOptions = {
  only: 'dir' | 's3' | undefined
  identities: readonly string[] | undefined
  verifyChains: VerifyChains
  told: (part: string) => void
}
export type TestResult = { backup: string; from: string; seconds: number; segments: number; files: number } & Checked

const scratchOf = (home: string): string => path.join(home, 'backup-test')

/** What a test left that was killed; its PostgreSQL may still run there. */
async function clear(scratch: string): Promise<void> {
  const data = embeddedData(scratch)
  if (isServed(data)) process.kill(Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT')
  for (let n = 0; n < 100 && isServed(data); n++) await new Promise((r) => setTimeout(r, 50))
  if (existsSync(scratch)) await rm(scratch, { recursive: true, force: true })
}

/** Every media piece is where it should be and as it was written; what came with this backup is unpacked (its test key opens nothing older). */
async function tryMedia(plan: Plan, target: Target, identities: readonly string[], scratch: string): Promise<number> {
  for (const pack of plan.manifest.media.packs) for (const chunk of pack.chunks) await readStored(target, chunk)
  const own = plan.manifest.media.packs.filter((p) => p.id === plan.manifest.id)
  return unpackMedia(plan.manifest, path.join(scratch, 'media'), {}, { target, identities, told: () => {} }, own)
}

type Trying = { config: Config; installation: Installation; target: Target; scratch: string; o: TestOptions }

async function tryNewest({ config, installation, target, scratch, o }: Trying): Promise<Omit<TestResult, 'seconds'>> {
  const { manifest } = await chooseBackup(target, undefined, 'latest')
  if (manifest.database.kind !== 'physical')
    throw new BackupError('test_not_possible', 'the newest backup is a dump, which is tested by hand (docs/operations.md)')
  const own = o.identities ? undefined : await openTestKey(installation.home, installation.keys.masters, manifest.testRecipient)
  const identities = o.identities ?? (own ? [own] : undefined)
  if (!identities) throw new BackupError('test_not_possible', `the test key of ${manifest.id} is not on this server`)
  const options = {
    target,
    backup: manifest.id,
    to: 'latest' as const,
    home: scratch,
    keyHome: installation.home,
    pgdata: undefined,
    identities,
    skipMedia: true,
  }
  const plan = await planRestore(config, options)
  if (plan.authentic === 'wrong') throw new BackupError('not_authentic', `the list of contents of ${manifest.id} was changed`)
  if (plan.space.free < plan.space.needed) throw new BackupError('not_enough_space', `a test needs ${plan.space.needed} bytes, ${plan.space.free} are free`)
  const tools = await embeddedTools(scratch)
  const owner = tools.run.uid === undefined ? {} : { uid: tools.run.uid, gid: tools.run.gid ?? tools.run.uid }
  o.told('unpacking the database')
  await unpackCluster(manifest, plan.data, owner, { target, identities, told: () => {} })
  o.told('reading the archive and checking')
  const restoring = { ...options, timeline: 'latest', startLater: false, verifyChains: o.verifyChains, told: () => {} }
  const { value, segments } = await withRecovered({ plan, o: restoring, tools, owner, work: plan.data, scratch: true }, (url) =>
    settleRestored({ url, keys: installation.keys, target, manifest, verifyChains: o.verifyChains }),
  )
  o.told('checking the media')
  return { backup: manifest.id, from: target.kind, segments, files: await tryMedia(plan, target, identities, scratch), ...value }
}

/**
 * Restores the newest backup into a folder of its own and looks whether it is as it should be. Nothing of it stays.
 * @throws BackupError check_failed and others
 */
export async function testRestore(config: Config, installation: Installation, o: TestOptions): Promise<TestResult> {
  const [target] = openTargets(config, installation.home, o.only)
  if (!target) throw new BackupError('not_configured', 'no place is configured for backups')
  const scratch = scratchOf(installation.home)
  const began = performance.now()
  const run = await beginRun(installation.db, 'restore-test', { from: target.kind })
  try {
    await clear(scratch)
    await mkdir(scratch, { recursive: true })
    await chmod(scratch, 0o711)
    const tried = await tryNewest({ config, installation, target, scratch, o })
    const result = { ...tried, seconds: Math.round((performance.now() - began) / 100) / 10 }
    const { backup, seconds, segments, files, counts, opened, erased, chains, faults } = result
    const rows = Object.values(counts).reduce((a, b) => a + b, 0)
    const [first] = faults
    await run.end(first ? 'failed' : 'ok', {
      base: backup,
      seconds,
      segments,
      files,
      rows,
      opened,
      erased,
      chains,
      faults: faults.length,
      ...(first ? { error: first.code } : {}),
    })
    if (first) throw new BackupError('check_failed', faults.map((f) => `${f.code}: ${f.what}`).join('; '))
    return result
  } catch (e) {
    await run.end('failed', { error: codeOf(e), seconds: Math.round((performance.now() - began) / 100) / 10 })
    throw e
  } finally {
    await clear(scratch)
  }
}
