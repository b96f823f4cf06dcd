import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { Plan } from '../operations/backup/restore-plan.ts'
import { showSteps, size } from './backup-progress.ts'
import { print, say, UsageError, warn } from './output.ts'
import type { RestoreInput } from './restore-here.ts'

type Options = Partial<Record<'from' | 'backup' | 'to' | 'into' | 'pgdata' | 'database' | 'identity', string>> & {
  timeline: string
  dryRun?: boolean
  yes?: boolean
  replace?: boolean
  skipMedia?: boolean
  startLater?: boolean
  stopped?: boolean
  json?: boolean
}

export function restoreCommands(program: Command): void {
  const restore = program
    .command('restore')
    .description('put a backup into place, on this machine or a fresh one, up to a point in time')
    .option(
      '--from <dir|s3|folder>',
      'where the backups lie: BACKUP_DIR (dir), BACKUP_S3_BUCKET (s3), or another folder; of those in the settings the one that goes furthest when left out',
    )
    .option('--backup <id>', 'which one; the newest that fits when left out')
    .option('--to <time>', 'a moment (2026-11-29T12:00:00-03:00), "backup" for the end of the copy, or "latest"', 'latest')
    .option('--timeline <n>', 'history to follow, for a time after the one that an earlier restore went back to', 'latest')
    .option('--into <folder>', 'data folder; DATA_DIR when left out')
    .option('--pgdata <folder>', 'data folder of a PostgreSQL that is not the embedded one, and stands still; BACKUP_PGDATA when left out')
    .option('--stopped', 'with --pgdata: it stands still for certain, though its postmaster.pid is there (it was killed)')
    .option('--start-later', 'with --pgdata: that PostgreSQL reads the archive at its own next start; then run "atende restore finish"')
    .option('--database <url>', 'of a backup that is a dump: an empty database, with a login that may do everything')
    .option('--identity <file>', 'the age identity that opens the backups; "-" reads it from standard input')
    .option('--skip-media', 'the database only')
    .option('--replace', 'move what is there aside (it is never deleted)')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--yes', 'ask nothing')
    .addHelpText(
      'after',
      `
The master key of the backup must be here: ENCRYPTION_KEY, or secrets.json in the data folder.

Examples:
  atende restore --identity ./atende-backup.key --dry-run
  atende restore --identity ./atende-backup.key --to 2026-11-29T12:00:00-03:00 --replace
  atende restore --from s3 --identity - --yes < atende-backup.key`,
    )
    .action(run)
  restore
    .command('finish')
    .description('after a restore that another PostgreSQL carried out: take out again who was erased since, and check')
    .option('--from <dir|s3|folder>', 'where the backups lie')
    .action(finish)
}

/** @throws UsageError */
function readTo(text: string): 'latest' | 'backup' | Date {
  if (text === 'latest' || text === 'backup') return text
  const at = new Date(text)
  if (Number.isNaN(at.getTime()) || !/(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    throw new UsageError(`--to: ${text} is no moment with its time zone, such as 2026-11-29T12:00:00-03:00`)
  }
  return at
}

function inputOf(o: Options): RestoreInput {
  if (!/^(latest|current|[1-9]\d{0,8})$/.test(o.timeline)) throw new UsageError(`--timeline: ${o.timeline} is no number`)
  if (!o.identity) throw new UsageError('--identity: name the file with the age identity (made by "atende backup key make")')
  const { from, backup, into, pgdata, database, identity, timeline } = o
  return {
    from,
    backup,
    into,
    pgdata,
    database,
    identity,
    timeline,
    to: readTo(o.to ?? 'latest'),
    skipMedia: o.skipMedia ?? false,
    startLater: o.startLater ?? false,
    stopped: o.stopped ?? false,
  }
}

const segmentsOf = ({ archived }: Plan['wal']): number => new Set(archived.map((a) => a.segment)).size

function describe({ manifest: m, wal, keys, space, existing, data, authentic }: Plan, where: string, to: RestoreInput['to']): string[] {
  const missing = keys.missing.length > 0 ? ` — NOT HERE: ${keys.missing.join(', ')}` : ' — here'
  const until =
    to === 'latest' ? `the latest (archive until ${wal.until ?? 'the end of the copy'})` : to === 'backup' ? 'the end of the copy' : to.toISOString()
  return [
    `Backup     ${m.id}, of ${m.takenAt}, by version ${m.version} on ${m.host} (${where})`,
    `Contents   ${authentic === 'ok' ? 'signed with the master key' : authentic === 'wrong' ? 'CHANGED by somebody' : 'cannot be checked without the master key'}`,
    `Database   PostgreSQL ${m.database.postgres}, ${size(m.database.plainBytes)} (${m.database.kind})`,
    `Up to      ${until}`,
    `Archive    ${segmentsOf(wal)} segments of timeline ${Number.parseInt(wal.timeline, 16)}, ${size(wal.bytes)}${wal.gap ? `; GAP at ${wal.gap}` : ''}`,
    `Media      ${m.media.files} files, ${size(m.media.bytes)}${m.media.listedOnly ? ` (in ${m.media.listedOnly}, not in the backup)` : ''}`,
    `Master key ${keys.needed[0]}${missing}`,
    `Disk       ${size(space.needed)} needed, ${size(space.free)} free`,
    `Into       ${data}${existing.running ? ' — A SERVER RUNS HERE' : existing.maybeRunning ? ' — postmaster.pid is there: a server runs here, or was killed (--stopped)' : existing.data || existing.media ? ' — not empty: moved aside with --replace' : ''}`,
  ]
}

/** @throws UsageError */
async function confirm(yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new UsageError('add --yes: there is nobody to ask')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question('Restore? (yes/no) ')
  lines.close()
  if (!/^(y|yes|s|sim)$/i.test(answer.trim())) throw new UsageError('nothing was changed')
}

async function run(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<Options>()
  const json = o.json ?? false
  const input = inputOf(o)
  const { mustAdopt, planHere, restoreHere } = await import('./restore-here.ts')
  const { requirePossible } = await import('../operations/backup/restore-plan.ts')
  const planned = await planHere(input)
  const { plan, target, passedOver } = planned
  for (const { name, why } of passedOver) warn(`note: ${name} ${why}.`)
  const { manifest, ...rest } = plan
  if (o.dryRun) {
    const { bytes, until, gap, timeline } = rest.wal
    const wal = { segments: segmentsOf(rest.wal), bytes, until, gap, timeline: Number.parseInt(timeline, 16) }
    const { id, takenAt, version, database, media } = manifest
    const summary = {
      backup: id,
      takenAt,
      version,
      from: target.name,
      database: { kind: database.kind, bytes: database.plainBytes },
      media: { files: media.files, bytes: media.bytes },
    }
    print(json, { dryRun: true, ...summary, ...rest, wal }, [...describe(plan, target.name, input.to), 'Nothing was changed (--dry-run).'])
    return
  }
  requirePossible(plan, o.replace ?? false)
  if (!json) for (const line of describe(plan, target.name, input.to)) warn(line)
  await confirm(o.yes ?? false)
  const steps = showSteps(json)
  const r = await restoreHere(planned, input, steps.told).finally(steps.end)
  const adopt = await mustAdopt(planned)
  if (json) return say(JSON.stringify({ done: true, adopt, ...r }))
  const { checked, media } = r
  const opened = checked ? `, ${checked.opened + media.opened} values opened, ${checked.erased} erased again` : ''
  say(`Restored ${r.backup} in ${r.seconds} s: ${r.segments} segments of the archive, ${media.files} media files${opened}.`)
  if (media.kept > 0) say(`${media.kept} media files were here already.`)
  if (media.missing > 0) say(missingText(media.missing))
  for (const folder of r.aside) say(`What was there is now in ${folder}.`)
  for (const fault of r.faults) warn(`warning (${fault.code}): ${fault.what}`)
  say(
    input.startLater
      ? 'Start that PostgreSQL; when it is up, run "atende restore finish", then start Atende.'
      : `Start Atende now.${adopt ? '' : ' A new backup begins by itself.'}`,
  )
  if (adopt)
    say(
      'If this machine replaces the old one for good, say once: atende backup adopt. Until then no backup of it is made there; for a rehearsal that is right.',
    )
}

const missingText = (n: number): string =>
  `${n} media files are neither in a backup nor here: they came after the last backup. Those that were received can be fetched again for seven days.`

async function finish(_: unknown, command: Command): Promise<void> {
  const { from, json = false } = command.optsWithGlobals<{ from?: string; json?: boolean }>()
  const { finishHere } = await import('./restore-here.ts')
  const checked = await finishHere(from)
  print(json, checked, [`${checked.opened} values opened, ${checked.erased} erased again, ${checked.chains} chains of the diary.`])
  if (!json && checked.missing > 0) say(missingText(checked.missing))
  for (const fault of checked.faults) warn(`warning (${fault.code}): ${fault.what}`)
}
