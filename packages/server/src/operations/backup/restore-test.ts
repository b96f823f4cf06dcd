import { existsSync } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { embeddedTools } from '../../platform/embedded-postgres.ts'
import type { Installation } from '../../platform/installation.ts'
import type { Keys } from '../../platform/keys.ts'
import { diskStorage } from '../../platform/storage-disk.ts'
import { beginRun, latestRuns } from '../server-runs.ts'
import { BackupError, codeOf } from './backup-error.ts'
import { type Checked, type Fault, settleRestored, type VerifyChains } from './check-restored.ts'
import { readStored } from './chunks.ts'
import { connect, embeddedData, one, placeOf } from './database-place.ts'
import { endServed } from './recover.ts'
import { withRecovered } from './restore.ts'
import { withDumpLoaded } from './restore-dump.ts'
import { chooseBackup, type Plan, planRestore, type RestoreOptions } from './restore-plan.ts'
import { openMediaSample } from './restored-media.ts'
import { openTargets, type Target } from './target.ts'
import { openTestKey } from './test-key.ts'
import { intoFolder, readIndex, unpackCluster, unpackMedia } from './unpack.ts'

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
  await endServed(embeddedData(scratch))
  if (existsSync(scratch)) await rm(scratch, { recursive: true, force: true })
}

type Media = { files: number; opened: number; faults: Fault[] }

/**
 * Every media piece is where it should be and as it was written. What came with this backup is unpacked (its test key opens nothing
 * older), and a sample of it is opened with its keys.
 */
async function tryMedia({ plan, target, identities, scratch, keys }: Tried, url: string): Promise<Media> {
  const { manifest } = plan
  for (const pack of manifest.media.packs) for (const chunk of pack.chunks) await readStored(target, chunk)
  const own = manifest.media.packs.filter((p) => p.id === manifest.id)
  const files: string[] = []
  const folder = path.join(scratch, 'media')
  const write = intoFolder(folder, {})
  await unpackMedia(own, await readIndex(manifest, { target, identities }), { target, identities, told: () => {} }, async (entry) => {
    await write(entry)
    files.push(entry.name)
  })
  return { files: files.length, ...(files.length > 0 ? await openMediaSample(url, keys, diskStorage(folder), files) : { opened: 0, faults: [] }) }
}

type Trying = { config: Config; installation: Installation; target: Target; scratch: string; o: TestOptions }
type Tried = { plan: Plan; target: Target; identities: readonly string[]; scratch: string; keys: Keys }

async function planTest({ config, installation, target, scratch, o }: Trying): Promise<{ plan: Plan; identities: readonly string[]; options: RestoreOptions }> {
  const { manifest } = await chooseBackup(target, undefined, 'latest')
  const own = o.identities ? undefined : await openTestKey(installation.home, installation.keys.masters, manifest.testRecipient)
  const identities = o.identities ?? (own ? [own] : undefined)
  if (!identities) throw new BackupError('test_not_possible', `the test key of ${manifest.id} is not on this server`)
  const options = {
    target,
    // A place that is away is told of by the backups; here its list of erasures is not missed.
    places: [target],
    backup: manifest.id,
    to: 'latest' as const,
    timeline: 'latest',
    home: scratch,
    keyHome: installation.home,
    pgdata: undefined,
    stopped: false,
    startLater: false,
    identities,
    skipMedia: true,
  }
  const plan = await planRestore(config, options)
  if (plan.authentic === 'wrong') throw new BackupError('not_authentic', `the list of contents of ${manifest.id} was changed`)
  if (plan.space.free < plan.space.needed) throw new BackupError('not_enough_space', `a test needs ${plan.space.needed} bytes, ${plan.space.free} are free`)
  return { plan, identities, options }
}

async function tryNewest(trying: Trying): Promise<Omit<TestResult, 'seconds'>> {
  const { installation, target, scratch, o } = trying
  const { keys } = installation
  const { plan, identities, options } = await planTest(trying)
  const { manifest } = plan
  const check = async (url: string) => {
    o.told('checking')
    const checked = await settleRestored({ url, keys, places: [target], counts: manifest.counts, verifyChains: o.verifyChains })
    o.told('checking the media')
    const media = await tryMedia({ plan, target, identities, scratch, keys }, url)
    return { ...checked, opened: checked.opened + media.opened, files: media.files, faults: [...checked.faults, ...media.faults] }
  }
  o.told('unpacking the database')
  if (manifest.database.kind === 'dump') {
    const value = await withDumpLoaded({ plan, target, identities }, scratch, check)
    return { backup: manifest.id, from: target.kind, segments: 0, ...value }
  }
  const tools = await embeddedTools(scratch)
  const owner = tools.run.uid === undefined ? {} : { uid: tools.run.uid, gid: tools.run.gid ?? tools.run.uid }
  await unpackCluster(manifest, plan.data, owner, { target, identities, told: () => {} })
  o.told('reading the archive')
  const restoring = { ...options, verifyChains: o.verifyChains, told: () => {} }
  const { value, segments } = await withRecovered({ plan, o: restoring, tools, owner, work: plan.data, scratch: true }, check)
  return { backup: manifest.id, from: target.kind, segments, ...value }
}

/** One whose last test failed comes first; then whichever was tested longest ago. */
async function chooseTarget(config: Config, installation: Installation, only: TestOptions['only']): Promise<Target> {
  const tests = (await latestRuns(installation.db, ['restore-test'], 60)).filter((r) => r.outcome === 'ok' || r.outcome === 'failed')
  const rank = (t: Target) => {
    const last = tests.find((r) => r.details.from === t.kind)
    return last?.outcome === 'ok' ? last.startedAt.getTime() : 0
  }
  const [first] = openTargets(config, installation.home, only).toSorted((a, b) => rank(a) - rank(b))
  if (!first) throw new BackupError('not_configured', 'no place is configured for backups')
  return first
}

/** Any constant that nothing else uses. */
const TEST_LOCK = 7_204_130
/** One test at a time: the folder is one. @throws BackupError test_running */
async function alone<T>(config: Config, installation: Installation, work: () => Promise<T>): Promise<T> {
  const client = await connect(placeOf(config, installation).url)
  try {
    const { ok } = await one<{ ok: boolean }>(client, 'select pg_try_advisory_lock($1) ok', [TEST_LOCK])
    if (!ok) throw new BackupError('test_running', 'another test of a restore is under way')
    return await work()
  } finally {
    await client.end()
  }
}

/** Whoever stops the server stops its test as well, which leaves a whole copy of the database. */
export async function clearTest(config: Config, installation: Installation): Promise<void> {
  const scratch = scratchOf(installation.home)
  if (existsSync(scratch)) await alone(config, installation, () => clear(scratch))
}

/**
 * Restores the newest backup into a folder of its own and looks whether it is as it should be. Nothing of it stays.
 * @throws BackupError check_failed and others
 */
export const testRestore = (config: Config, installation: Installation, o: TestOptions): Promise<TestResult> =>
  alone(config, installation, () => testAlone(config, installation, o))

async function testAlone(config: Config, installation: Installation, o: TestOptions): Promise<TestResult> {
  const target = await chooseTarget(config, installation, o.only)
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
