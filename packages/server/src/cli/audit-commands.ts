import { type Command, Option } from 'commander'
import { print, say, UsageError, warn } from './output.ts'

type Verify = { tenant?: string; server?: boolean; publicKey?: string; checkpoints?: string; json?: boolean }
type ExportRecords = { tenant?: string; server?: boolean; from: string; to: string; reason: string; format: 'csv' | 'json' }

/** Ends the command with exit code 1; the chains themselves are printed before. */
class ChainBroken extends Error {
  readonly code = 'audit_broken'
}

export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('the diary: who did what, in chains that show every later change')

  audit
    .command('verify')
    .description('go through the chains and say where one is not as it was written; exit code 1 when one is not')
    .option('--tenant <slug|id>', 'only this company')
    .option('--server', "only the server's own chain")
    .option('--public-key <file>', 'PEM file kept elsewhere: only what this key signed counts')
    .option('--checkpoints <file>', 'checkpoints kept elsewhere (JSON or JSON lines): they also show a chain cut off, replaced or written anew')
    .addHelpText(
      'after',
      '\nExamples:\n  atende audit verify\n  atende audit verify --tenant recanto --public-key ./atende.pem --checkpoints /mnt/keep/checkpoints.jsonl --json',
    )
    .action(verify)

  audit
    .command('public-key')
    .description('the public keys that check the checkpoints, in PEM; keep them elsewhere')
    .addHelpText('after', '\nExample:\n  atende audit public-key > atende.pem')
    .action(publicKey)

  audit
    .command('checkpoints')
    .description('all signed checkpoints, one JSON value per line; keep them elsewhere')
    .addHelpText('after', '\nExample:\n  atende audit checkpoints > checkpoints.jsonl')
    .action(checkpoints)

  const records = program.command('access-records').description('who used the application, from where and when (Lei 12.965/2014, art. 15)')
  records
    .command('export')
    .description('give out the records of a period; the export and its reason are written into the diary')
    .option('--tenant <slug|id>', 'company')
    .option('--server', 'instead of a company: who runs the server')
    .requiredOption('--from <time>', 'begin, ISO 8601')
    .requiredOption('--to <time>', 'end, ISO 8601')
    .requiredOption('--reason <text>', 'on whose order, 10 characters or more')
    .addOption(new Option('--format <format>', 'form of the file').choices(['csv', 'json']).default('csv'))
    .addHelpText(
      'after',
      '\nExample:\n  atende access-records export --tenant recanto --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --reason "Ofício 12/2026, 1ª Vara Cível" > registros.csv',
    )
    .action(exportRecords)
}

async function verify(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<Verify>()
  const { withInstallation } = await import('./with-installation.ts')
  const { verifyAll } = await import('./verify-all.ts')
  const progress = (chain: string, lines: number, total: number) => {
    if (!o.json && process.stderr.isTTY) process.stderr.write(`\r${chain}: ${lines} of ${total} lines `)
  }
  const chains = await withInstallation(({ installation }) => verifyAll(installation, o, progress))
  if (!o.json && process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const lines = chains.map((c) =>
    c.break
      ? `BROKEN  ${c.chain}: ${c.break.kind} at line ${c.break.seq}`
      : `ok      ${c.chain}: ${c.lines} lines, ${c.checkpoints} checkpoints, hash ${c.hash}`,
  )
  print(o.json ?? false, { ok: chains.every((c) => c.ok), chains }, lines)
  const broken = chains.filter((c) => !c.ok)
  if (broken.length > 0) throw new ChainBroken(broken.map((c) => `${c.chain}: ${c.break?.kind} at line ${c.break?.seq}`).join('; '))
}

async function publicKey(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const { ownKeys, signingKey, toPem } = await import('../features/audit/signing-keys.ts')
  const keys = await withInstallation(async ({ installation: { db, keys: own } }) => {
    await signingKey(db, own)
    return (await ownKeys(db, own)).map((k) => ({ id: k.id, pem: toPem(k.publicKey) }))
  })
  print(
    json,
    keys,
    keys.map((k) => k.pem.trim()),
  )
}

async function checkpoints(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const { allCheckpoints } = await import('./verify-all.ts')
  const all = await withInstallation(({ installation }) => allCheckpoints(installation))
  print(
    json,
    all,
    all.map((c) => JSON.stringify(c)),
  )
}

async function exportRecords(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<ExportRecords>()
  if ((o.tenant === undefined) === (o.server === undefined)) throw new UsageError('give either --tenant or --server')
  const { AccessRecordsExportInput } = await import('@atende/contracts/audit')
  const input = AccessRecordsExportInput.parse({ format: o.format, from: o.from, to: o.to, reason: o.reason })
  const { findTenant, withInstallation } = await import('./with-installation.ts')
  const { recordsAsOwner } = await import('./export-records.ts')
  await withInstallation(async ({ installation }) => {
    const tenantId = o.tenant === undefined ? null : (await findTenant(installation, o.tenant)).id
    for await (const part of recordsAsOwner(installation, tenantId, input)) process.stdout.write(part)
  })
  if (process.stdout.isTTY) {
    say('')
    warn('note: this was written into the diary, with its reason.')
  }
}
