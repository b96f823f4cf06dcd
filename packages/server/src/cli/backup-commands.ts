import { type Command, Option } from 'commander'
import type { BackupResult } from '../operations/backup/take-backup.ts'
import { showSteps, size } from './backup-progress.ts'
import { print, say, table, UsageError, warn } from './output.ts'

type Where = { from?: string; json?: boolean }

const FROM = '--from <dir|s3|folder>'
const FROM_WORDS = 'where it lies: the configured folder (dir), the configured bucket (s3), or another folder'

export function backupCommands(program: Command): void {
  const backup = program
    .command('backup')
    .description('take a backup now: database, media and settings, encrypted to BACKUP_RECIPIENT')
    .option('--wait <minutes>', 'wait so long for another one that is under way, instead of failing')
    .addHelpText(
      'after',
      '\nThe master key is never in it: keep a copy of it elsewhere.\n\nExamples:\n  atende backup\n  atende backup list\n  atende backup verify --identity ./atende-backup.key',
    )
    .action(take)
  backup.command('list').description('the backups that are there, the newest first').option(FROM, FROM_WORDS).action(list)
  backup
    .command('verify')
    .argument('[id]', 'one backup; the newest when left out')
    .option('--all', 'every backup')
    .option('--identity <file>', 'also open everything')
    .option(FROM, FROM_WORDS)
    .description('read a backup and its archive again and compare the checksums; exit code 1 when something is damaged')
    .action(verify)
  backup
    .command('test')
    .description('restore the newest backup into a folder of its own, check it, and remove it; runs by itself every BACKUP_TEST_DAYS')
    .option('--identity <file>', "instead of the server's key for tests")
    .addOption(new Option('--from <dir|s3>', 'which place').choices(['dir', 's3']))
    .action(test)
  backup.command('ship').description('send the archive and the list of erasures now, instead of within BACKUP_WAL_MINUTES').action(ship)
  backup.command('prune').description('remove what is older than the settings keep, and what interrupted backups left').action(pruneNow)
  backup
    .command('adopt')
    .description('the places hold the backups of another installation that is gone for good (a fresh machine after a restore): they are ours from now on')
    .addOption(new Option('--from <dir|s3>', 'only this place').choices(['dir', 's3']))
    .addHelpText('after', '\nNever on a machine where a restore is only rehearsed: it would remove the backups of the real one.')
    .action(adopt)
  backup.command('serve').description('run the timer in the foreground (BACKUP_RUN=elsewhere for the workers): archive, daily backup, tests').action(serve)
  const key = backup.command('key').description('the key that opens backups')
  key
    .command('make')
    .description('make an age identity (keep it away from this server) and its recipient (BACKUP_RECIPIENT)')
    .addHelpText('after', '\nRun it on your own computer when you can:\n  atende backup key make > atende-backup.key')
    .action(makeKey)
}

const LOOK_MS = 2000
/** Until nobody else takes a backup, or the time is over. */
async function inTurn<T>(minutes: number, work: () => Promise<T>): Promise<T> {
  const end = Date.now() + minutes * 60_000
  for (;;) {
    try {
      return await work()
    } catch (e) {
      const isTaken = e instanceof Error && 'code' in e && e.code === 'backup_running'
      if (!isTaken || Date.now() >= end) throw e
      await new Promise((r) => setTimeout(r, LOOK_MS))
    }
  }
}

async function take(_: unknown, command: Command): Promise<void> {
  const { json = false, wait = '0' } = command.optsWithGlobals<Where & { wait?: string }>()
  if (!/^\d{1,4}$/.test(wait)) throw new UsageError('--wait takes a number of minutes')
  const [{ withOpened }, { takeBackup }] = [await import('./with-opened.ts'), await import('../operations/backup/take-backup.ts')]
  const steps = showSteps(json)
  const r: BackupResult = await inTurn(Number(wait), () => withOpened(({ config, installation }) => takeBackup(config, installation, steps.told))).finally(
    steps.end,
  )
  if (json) say(JSON.stringify({ done: true, ...r }))
  else say(`Backup ${r.id}: ${size(r.bytes)} in ${r.seconds} s to ${r.to}${r.pruned > 0 ? `; ${r.pruned} old ones removed` : ''}.`)
  if (r.pruneError) warn(`note (${r.pruneError}): old backups could not be removed; "atende backup prune" says why.`)
}

async function list(_: unknown, command: Command): Promise<void> {
  const { from, json = false } = command.optsWithGlobals<Where>()
  const { openPlaces } = await import('./backup-places.ts')
  const { listManifests } = await import('../operations/backup/manifest.ts')
  const rows = []
  for (const target of await openPlaces(from)) {
    const { found, unreadable } = await listManifests(target)
    for (const { manifest: m } of found) {
      const { database, media } = m
      const total = [...database.chunks, ...media.packs.flatMap((p) => p.chunks)].reduce((sum, c) => sum + c.bytes, 0)
      rows.push({
        id: m.id,
        takenAt: m.takenAt,
        where: target.name,
        version: m.version,
        kind: database.kind,
        bytes: m.bytes,
        total,
        files: media.files,
        seconds: m.seconds,
      })
    }
    for (const id of unreadable) warn(`note: the list of contents of ${id} at ${target.name} cannot be read.`)
  }
  const lines = rows.map((r) => [r.id, r.takenAt, r.kind, size(r.bytes), size(r.total), String(r.files), `${r.seconds} s`, r.where])
  print(json, rows, rows.length === 0 ? ['No backups yet.'] : table([['ID', 'TAKEN AT', 'KIND', 'ADDED', 'WHOLE', 'FILES', 'TOOK', 'WHERE'], ...lines]))
}

/** Ends the command with exit code 1; what is damaged is printed before. */
class Damaged extends Error {
  readonly code = 'chunk_corrupt'
}

class BackupGap extends Error {
  readonly code = 'wal_missing'
}

async function verify(id: string | undefined, _: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<Where & { all?: boolean; identity?: string }>()
  const { json = false } = o
  if (id && o.all) throw new UsageError('name one backup, or take --all')
  const { openPlaces } = await import('./backup-places.ts')
  const { verifyPlaces } = await import('./verify-places.ts')
  const steps = showSteps(json)
  const results = await verifyPlaces(await openPlaces(o.from), { id, all: o.all ?? false, identity: o.identity }, steps.told).finally(steps.end)
  const faults = results.flatMap((r) => r.faults)
  const lines = results.map(
    (r) => `${r.faults.length === 0 ? 'ok     ' : 'DAMAGED'} ${r.name}: ${r.pieces} pieces, ${size(r.bytes)}${r.opened ? ', all opened' : ''}`,
  )
  if (json) say(JSON.stringify({ ok: faults.length === 0, results }))
  else for (const line of [...lines, ...faults.map((f) => `  ${f}`)]) say(line)
  if (faults.length === 0) return
  if (results.every((r) => r.faults.length === 0 || r.gap !== null))
    throw new BackupGap('the archive has a gap; "atende backup" takes a new copy, from which it is whole')
  throw new Damaged(`${faults.length} pieces are damaged or missing`)
}

async function test(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<{ identity?: string; from?: 'dir' | 's3'; json?: boolean }>()
  const json = o.json ?? false
  const [{ withOpened }, { testRestore }] = [await import('./with-opened.ts'), await import('../operations/backup/restore-test.ts')]
  const [{ readIdentities }, { verifyChains }] = [await import('../operations/backup/age-files.ts'), await import('./verify-all.ts')]
  const identities = o.identity === undefined ? undefined : readIdentities(o.identity)
  const told = (part: string) => (json || !process.stderr.isTTY ? undefined : warn(`${part} …`))
  const r = await withOpened(({ config, installation }) => testRestore(config, installation, { only: o.from, identities, verifyChains, told }))
  const rows = Object.values(r.counts).reduce((a, b) => a + b, 0)
  print(json, r, [
    `Backup ${r.backup} can be restored: ${rows} rows, ${r.opened} values opened, ${r.chains} chains of the diary whole, ${r.erased} erased again (${r.seconds} s).`,
  ])
}

async function pruneNow(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Where>()
  const { withOpened } = await import('./with-opened.ts')
  const { pruneLocked } = await import('../operations/backup/places.ts')
  const done = await withOpened(({ config, installation }) => pruneLocked(config, installation))
  print(
    json,
    done,
    done.map((d) => `${d.where}: ${d.backups.length} backups, ${d.objects} pieces and ${d.segments} segments of the archive removed`),
  )
}

async function ship(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Where>()
  const [{ withOpened }, { shipNow }] = [await import('./with-opened.ts'), await import('../operations/backup/places.ts')]
  await withOpened(({ config, installation }) => shipNow(config, installation))
  print(json, { done: true }, ['Everything that was written until now is in the archive.'])
}

async function adopt(_: unknown, command: Command): Promise<void> {
  const { from, json = false } = command.optsWithGlobals<{ from?: 'dir' | 's3'; json?: boolean }>()
  const [{ withOpened }, { adoptPlaces }] = [await import('./with-opened.ts'), await import('../operations/backup/places.ts')]
  const names = await withOpened(({ config, installation }) => adoptPlaces(config, installation, from))
  print(
    json,
    { adopted: names },
    names.map((n) => `${n}: the backups there are those of this installation from now on.`),
  )
}

async function serve(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Where>()
  const asked = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
  })
  const [{ withOpened }, { serveBackups }] = [await import('./with-opened.ts'), await import('../operations/backup/backup-loop.ts')]
  const { createLog } = await import('../platform/log.ts')
  await withOpened(async ({ config, installation }) => {
    const loop = serveBackups({ config, installation, log: createLog(config) })
    if (!json && process.stdout.isTTY) say('Backups run. Ctrl+C stops them.')
    // Where backups are switched off nothing else keeps the process.
    const waiting = setInterval(() => {}, 3_600_000)
    await asked
    clearInterval(waiting)
    await loop.stop()
  })
}

async function makeKey(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Where>()
  const { makeKeyPair } = await import('../operations/backup/age-files.ts')
  const pair = await makeKeyPair()
  print(json, pair, [`# Opens the backups of Atende. Keep it away from the server, in two places.`, `# public key: ${pair.recipient}`, pair.identity])
  if (!json) warn(`BACKUP_RECIPIENT=${pair.recipient}`)
}
