import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command, Option } from 'commander'
import { z } from 'zod'
import { REPOSITORY } from '../platform/config.ts'
import { print, UsageError } from './output.ts'

type Asked = {
  to?: string
  canary?: string
  watch?: string
  backup: boolean
  unsigned?: boolean
  dryRun?: boolean
  rollback?: boolean
  resume?: boolean
  status?: boolean
}
const HELP = `
The new version starts beside the old one and takes over when it is healthy; whatever fails, the old version is in charge again.
A release is atende-<version>.tar.gz with SHA256SUMS and SHA256SUMS.sig beside it; its signature is verified before it is unpacked.
In containers this runs on the host: deploy/update.sh, with the same options.

Examples:
  atende update --to v0.3.0 --dry-run
  atende update --to ./atende-0.3.0.tar.gz --canary 10
  atende update --rollback`

export function updateCommands(program: Command): void {
  program
    .command('update')
    .description('bring this server to another version without a pause, or back')
    .option('--to <file|folder|version>', 'the release')
    .option('--canary <percent>', 'first only this share of the visitors')
    .option('--watch <seconds>', 'how long the new version is watched after each switch')
    .option('--no-backup', 'also when the last backup is older than a day')
    .option('--unsigned', 'a tarball of your own, which nobody signed')
    .option('--dry-run', 'verify, unpack and tell, and change nothing that runs')
    .option('--rollback', 'to the version before')
    .option('--resume', 'go on with an update that was interrupted')
    .option('--status', 'which versions are here, and how the last update ended')
    .addHelpText('after', HELP)
    .action(update)
  program.addCommand(recordCommand(), { hidden: true })
}

/** Exactly one thing is asked for. @throws UsageError */
function argumentsOf(asked: Asked): string[] {
  const actions = [asked.to !== undefined, asked.rollback, asked.resume, asked.status].filter(Boolean).length
  if (actions !== 1) throw new UsageError('say one of --to, --rollback, --resume and --status')
  const percent = z.coerce.number().int().min(0).max(99).optional().safeParse(asked.canary)
  if (!percent.success) throw new UsageError('--canary is a share from 0 to 99')
  const seconds = z.coerce.number().int().min(0).max(86_400).optional().safeParse(asked.watch)
  if (!seconds.success) throw new UsageError('--watch is a number of seconds')
  const looksLikeFile = asked.to !== undefined && existsSync(asked.to)
  return [
    ...(asked.to === undefined ? [] : ['--to', looksLikeFile ? path.resolve(asked.to) : asked.to]),
    ...(percent.data === undefined ? [] : ['--canary', String(percent.data)]),
    ...(seconds.data === undefined ? [] : ['--watch', String(seconds.data)]),
    ...(asked.backup ? [] : ['--no-backup']),
    ...(['unsigned', 'rollback', 'resume', 'status'] as const).filter((name) => asked[name]).map((name) => `--${name}`),
    ...(asked.dryRun ? ['--dry-run'] : []),
  ]
}

async function update(asked: Asked): Promise<void> {
  const args = argumentsOf(asked)
  const script = path.join(REPOSITORY, 'deploy/update.sh')
  if (!existsSync(script)) throw new UsageError('in a container there is nothing to update: run deploy/update.sh on the host, with the same options')
  const child = spawn('bash', [script, ...args], { stdio: 'inherit' })
  // Whoever presses Ctrl+C speaks to the script, which returns to the old version; we wait for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void (signal !== 'SIGINT' && child.kill(signal)))
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (status) => done(status ?? 1))
  })
  if (code !== 0) process.exit(code)
}

/** How deploy/update.sh tells the server what it did. */
function recordCommand(): Command {
  return new Command('update-record')
    .description('for deploy/update.sh: facts, begin DETAILS, ok ID DETAILS, failed ID DETAILS')
    .argument('<what>')
    .argument('[words...]')
    .addOption(new Option('--json').hideHelp())
    .action(record)
}

const Details = z.record(z.string().max(40), z.union([z.string().max(200), z.number(), z.boolean()]))
const detailsOf = (text: string | undefined) => Details.parse(JSON.parse(text ?? '{}'))

async function record(what: string, words: string[], _: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const [{ withInstallation }, { beginUpdate, endUpdate, updateFacts }] = [
    await import('./with-installation.ts'),
    await import('../operations/update/update-record.ts'),
  ]
  await withInstallation(async ({ config, installation: { db } }) => {
    if (what === 'facts') {
      const facts = await updateFacts(db, config)
      print(json, facts, [`backups: ${facts.backups}`, `last backup: ${facts.lastBackup?.toISOString() ?? 'never'}`])
    } else if (what === 'begin') print(json, { id: await beginUpdate(db, detailsOf(words[0])) }, ['noted'])
    else if (what === 'ok' || what === 'failed') print(json, { noted: await endUpdate(db, z.uuid().parse(words[0]), what, detailsOf(words[1])) }, ['noted'])
    else throw new UsageError('facts, begin, ok or failed')
  })
}
