import type { Command } from 'commander'
import { databaseServiceCommand } from './database-service.ts'
import { fail, print, say, warn } from './output.ts'

type Running = { url: string; pid: number; seconds: number; phoneUrl?: string; stop: () => Promise<void> }

export function serverCommands(program: Command): void {
  program
    .command('start')
    .description('start the server; Ctrl+C stops it')
    .option('--demo', 'with an invented company, past conversations and the WhatsApp emulator')
    .addHelpText(
      'after',
      '\nSettings come from the environment or .env (PORT, DATABASE_URL, PUBLIC_URL, …).\n\nExamples:\n  atende start --demo\n  PORT=8080 PUBLIC_URL=https://atende.example atende start',
    )
    .action(start)

  program
    .command('migrate')
    .description('bring the database to this version')
    .addHelpText('after', '\nExample:\n  DATABASE_OWNER_URL=postgres://owner@db/atende DATABASE_URL=postgres://app@db/atende atende migrate')
    .action(migrate)

  const db = program.command('db').description('the database in use')
  databaseServiceCommand(db)
  db.command('url')
    .description('address of the database, for psql and tools (it contains the password)')
    .option('--owner', 'login that owns the tables, instead of the application')
    .addHelpText(
      'after',
      '\nRow-level security hides every tenant\'s rows until app.tenant_id is set.\n\nExamples:\n  psql "$(atende db url)"\n  psql "$(atende db url --owner)" -c "select slug, status from tenants"',
    )
    .action(dbUrl)
}

async function begin(demo: boolean, json: boolean): Promise<Running> {
  const began = performance.now()
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(2))
  if (demo) {
    const { startDemo } = await import('../demo/start-demo.ts')
    const { server, emulator, stop } = await startDemo(began, json)
    return { url: server.url, pid: process.pid, seconds: seconds(), phoneUrl: emulator.phoneUrl, stop }
  }
  const [{ startServer }, { loadConfig }, { logCrashes }] = [
    await import('../main.ts'),
    await import('../platform/config.ts'),
    await import('../platform/log.ts'),
  ]
  // The one JSON object on stdout must stay alone; who sets LOG_LEVEL wants the log lines behind it.
  const server = await startServer(loadConfig({}, json ? { LOG_LEVEL: 'silent' } : {}))
  logCrashes(server.ctx.log)
  return { url: server.url, pid: process.pid, seconds: seconds(), stop: server.stop }
}

async function start(_: unknown, command: Command): Promise<void> {
  const { demo = false, json = false } = command.optsWithGlobals<{ demo?: boolean; json?: boolean }>()
  // Before the start: Ctrl+C while it starts must also end it.
  const asked = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
  })
  // A server that could not start may still hold timers and sockets: the process ends all the same.
  const { stop, ...running } = await begin(demo, json).catch((e) => process.exit(fail(e, json)))
  // The demo prints its own welcome.
  if (json) say(JSON.stringify(running))
  else if (!demo && process.stdout.isTTY) say(`Atende is running at ${running.url} (started in ${running.seconds} s). Ctrl+C stops it.`)
  await asked
  // Whoever presses again does not want to wait.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  await stop()
  process.exit(0)
}

async function migrate(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const applied = await withInstallation(async (opened) => opened.applied)
  print(json, { applied }, applied.length === 0 ? ['The database is up to date.'] : applied.map((name) => `applied ${name}`))
}

async function dbUrl(_: unknown, command: Command): Promise<void> {
  const { owner = false, json = false } = command.optsWithGlobals<{ owner?: boolean; json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const { url, running } = await withInstallation(async ({ installation: i }) => ({
    url: owner ? i.ownerUrl : i.appUrl,
    running: i.embedded === undefined || i.embedded.adopted,
  }))
  print(json, { url, role: owner ? 'owner' : 'app', running }, [url])
  if (!running) warn('note: the embedded database runs only while the server runs; start it with "atende start".')
}
