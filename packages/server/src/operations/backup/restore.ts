import { statSync } from 'node:fs'
import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { openDatabase } from '../../platform/database.ts'
import { embeddedTools, type PostgresTools } from '../../platform/embedded-postgres.ts'
import { beginRun } from '../server-runs.ts'
import { type Checked, type Fault, settleRestored, type VerifyChains } from './check-restored.ts'
import { readChunks } from './chunks.ts'
import { namesOf, walSource } from './follow-archive.ts'
import { type Recovered, recover, recoverySettings, writeRecovery } from './recover.ts'
import { type RestoredMedia, restoreMedia } from './restore-media.ts'
import { keysFor, nearest, type Plan, type RestoreOptions } from './restore-plan.ts'
import { setEmbeddedPassword, setLogins } from './restored-logins.ts'
import { serveWal, type WalSource } from './serve-wal.ts'
import { freshWorkFolder, LAID_OUT, swapIn, workFolder } from './swap-folder.ts'
import { backupFolder, collect } from './target.ts'
import { numberOf } from './timelines.ts'
import { type Owner, unpackCluster } from './unpack.ts'

export type RestoreStep = { part: 'database' | 'archive' | 'check' | 'media'; bytes: number; total: number | undefined }
export type Restoring = RestoreOptions & { verifyChains: VerifyChains; told: (step: RestoreStep) => void }
export type Restored = {
  backup: string
  seconds: number
  segments: number
  checked: Checked | null
  media: Omit<RestoredMedia, 'prepared' | 'faults'>
  faults: Fault[]
  aside: string[]
}

const timelineFor = ({ wal }: Plan): string => String(numberOf(wal.timeline))

/** As whom the files must lie there. */
function ownerOf(o: RestoreOptions, tools: PostgresTools | undefined): Owner {
  if (o.pgdata === undefined) return { ...(tools?.run.uid !== undefined ? { uid: tools.run.uid, gid: tools.run.gid ?? tools.run.uid } : {}) }
  const { uid, gid } = statSync(nearest(o.pgdata))
  return process.getuid?.() === 0 ? { uid, gid } : {}
}

/** The whole archive, for a PostgreSQL that will read it where we are not. */
async function layOut(folder: string, source: WalSource, names: readonly string[], owner: Owner): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of names) {
    const data = await source(name)
    if (!data) continue
    await writeFile(path.join(folder, name), data, { mode: 0o600 })
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(path.join(folder, name), owner.uid, owner.gid)
  }
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid)
}

async function prepareLater(work: string, plan: Plan, o: Restoring, owner: Owner): Promise<void> {
  await layOut(path.join(work, LAID_OUT), walSource(plan, o), namesOf(plan), owner)
  await writeRecovery(work, owner, recoverySettings(o.to, timelineFor(plan), `cp "${LAID_OUT}/%f" "%p"`))
}

type Brought = { checked: Checked; media: Omit<RestoredMedia, 'prepared'>; faults: readonly Fault[] }
export async function recordRun(url: string, { plan, o }: { plan: Plan; o: Restoring }, { checked, media, faults }: Brought, began: number): Promise<void> {
  const { db } = openDatabase(url, 1, 'atende-restore')
  try {
    const run = await beginRun(db, 'restore', { base: plan.manifest.id, until: o.to instanceof Date ? o.to.toISOString() : o.to })
    const { files, kept, missing } = media
    const figures = { bytes: plan.manifest.database.plainBytes, files, kept, missing, erased: checked.erased, faults: faults.length }
    await run.end('ok', { seconds: secondsSince(began), ...figures })
  } finally {
    await db.destroy()
  }
}

/** For names of folders. */
export const stampNow = (): string => new Date().toISOString().replace(/[-:]|\.\d+/g, '')
export const secondsSince = (began: number): number => Math.round((performance.now() - began) / 100) / 10

type Running = { plan: Plan; o: Restoring; tools: PostgresTools; owner: Owner; work: string; scratch: boolean }

/** Starts the restored files once, and brings them to where they should be. @throws BackupError */
export async function withRecovered<T>(
  { plan, o, tools, owner, work, scratch }: Running,
  then: (url: string) => Promise<T>,
): Promise<{ value: T; segments: number }> {
  const { name, owner: user } = plan.manifest.database
  const source = walSource(plan, o)
  const total = plan.wal.archived.length
  let asked = 0
  const serving = await serveWal(path.join(path.dirname(work), `.wal-${process.pid}`), owner, async (segment) => {
    const data = await source(segment)
    if (data) o.told({ part: 'archive', bytes: ++asked, total })
    return data
  })
  let server: Recovered | undefined
  try {
    const login = { user, database: name }
    server = await recover({ tools, data: work, owner, to: o.to, timeline: timelineFor(plan), restoreCommand: serving.command, login, scratch }).catch(
      (e: unknown) => {
        throw serving.failure() ?? e
      },
    )
    return { value: await then(server.url), segments: serving.served() }
  } finally {
    await server?.stop()
    await serving.stop()
  }
}

type Done = { segments: number; checked: Checked | null; media: RestoredMedia; faults: Fault[] }

async function restoreDatabase(config: Config, plan: Plan, o: Restoring, tools: PostgresTools | undefined): Promise<Done> {
  const began = performance.now()
  const owner = ownerOf(o, tools)
  const work = await freshWorkFolder(plan.data)
  const total = plan.manifest.database.plainBytes
  await unpackCluster(plan.manifest, work, owner, { target: o.target, identities: o.identities, told: (bytes) => o.told({ part: 'database', bytes, total }) })
  if (!tools) {
    await prepareLater(work, plan, o, owner)
    return { checked: null, segments: plan.wal.archived.length, media: await restoreMedia(config, plan, o, undefined), faults: [] }
  }
  const { value, segments } = await withRecovered({ plan, o, tools, owner, work, scratch: false }, async (url) => {
    o.told({ part: 'check', bytes: 0, total: undefined })
    const { places, verifyChains } = o
    const checked = await settleRestored({ url, keys: keysFor(config, o.home), places, counts: plan.manifest.counts, verifyChains })
    const media = await restoreMedia(config, plan, o, url)
    const faults = [...checked.faults, ...media.faults, ...(await settleLogins(config, o, url))]
    await recordRun(url, { plan, o }, { checked, media, faults }, began)
    return { checked, media, faults }
  })
  return { ...value, segments }
}

/** So that whoever starts next can log in. */
async function settleLogins(config: Config, o: Restoring, url: string): Promise<Fault[]> {
  if (o.pgdata !== undefined)
    return (await setLogins(url, config)).map((role) => ({ code: 'login_missing', what: `${role} of the settings is no login there` }))
  await setEmbeddedPassword(url, o.home)
  return []
}

/** The settings of that day, for the operator to read; nothing reads them by itself. */
export const readSettings = ({ manifest }: Plan, { target, identities }: Restoring): Promise<Buffer> =>
  collect(readChunks(target, manifest.settings, identities))

/** What belongs to the restored data beside them. They are in place by now: what cannot be written is told, and stops nothing. */
export async function settleHome(home: string, settings: Buffer): Promise<Fault[]> {
  try {
    await writeFile(path.join(home, 'restored-settings.env'), settings, { mode: 0o600 })
    // What the next backup would take for known is not at the places where it was.
    await rm(path.join(backupFolder(home), 'media-index.json'), { force: true })
    return []
  } catch (e) {
    return [{ code: 'settings_left', what: `the restore is done; the settings of the backup were not written (${e instanceof Error ? e.message : e})` }]
  }
}

/**
 * Puts a backup into place. Everything is prepared and checked beside what is there, and only then moved in; an error on the way
 * leaves the installation as it was.
 * @throws BackupError
 */
export async function restore(config: Config, plan: Plan, o: Restoring): Promise<Restored> {
  const began = performance.now()
  await mkdir(o.home, { recursive: true, mode: 0o755 })
  const tools = o.startLater ? undefined : await embeddedTools(o.home)
  try {
    const { checked, segments, media, faults } = await restoreDatabase(config, plan, o, tools)
    const { prepared, faults: _, ...figures } = media
    const settings = await readSettings(plan, o)
    const stamp = stampNow()
    const aside = [await swapIn(plan.data, stamp), ...(prepared ? [await swapIn(plan.media, stamp)] : [])]
    faults.push(...(await settleHome(o.home, settings)))
    return { backup: plan.manifest.id, seconds: secondsSince(began), segments, checked, media: figures, faults, aside: aside.filter((a) => a !== null) }
  } catch (e) {
    for (const folder of [plan.data, plan.media]) await rm(workFolder(folder), { recursive: true, force: true })
    throw e
  }
}
