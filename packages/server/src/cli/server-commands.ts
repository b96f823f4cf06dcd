import type { Command } from 'commander'
import type { Config } from '../platform/config.ts'
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
    .description('bring the database to this version; beside running servers as well')
    .option('--plan', 'only tell what would be done, and what takes something away from older versions')
    .addHelpText(
      'after',
      '\nExamples:\n  atende migrate --plan\n  DATABASE_OWNER_URL=postgres://owner@db/atende DATABASE_URL=postgres://app@db/atende atende migrate',
    )
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
  const { loadConfig } = await import('../platform/config.ts')
  // The one JSON object on stdout must stay alone; who sets LOG_LEVEL wants the log lines behind it.
  const config = loadConfig({}, json ? { LOG_LEVEL: 'silent' } : {})
  const endTraces = await beginTraces(config)
  const [{ startServer }, { logCrashes }] = [await import('../main.ts'), await import('../platform/log.ts')]
  const server = await startServer(config)
  logCrashes(server.ctx.log, server.errorsLeft)
  return { url: server.url, pid: process.pid, seconds: seconds(), stop: () => server.stop().then(endTraces) }
}

/** Before the server is loaded: what is traced is changed while it loads. */
async function beginTraces(config: Config): Promise<() => Promise<void>> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {}
  const { startTracing } = await import('../operations/tracing/start-tracing.ts')
  return startTracing(config)
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
  const { plan = false, json = false } = command.optsWithGlobals<{ plan?: boolean; json?: boolean }>()
  if (plan) return tellPlan(json)
  const { withInstallation } = await import('./with-installation.ts')
  const applied = await withInstallation(async (opened) => opened.applied, { mayMigrate: true })
  print(json, { applied }, applied.length === 0 ? ['The database is up to date.'] : applied.map((name) => `applied ${name}`))
}

async function tellPlan(json: boolean): Promise<void> {
  const [{ loadConfig, VERSION }, { openInstallation }, { planMigrations }] = [
    await import('../platform/config.ts'),
    await import('../platform/installation.ts'),
    await import('../platform/migrate.ts'),
  ]
  const installation = await openInstallation(loadConfig())
  const migrations = await planMigrations(installation.ownerUrl).finally(() => installation.close())
  const pending = migrations.filter((m) => !m.applied)
  const lines = pending.map((m) => `${m.name}: ${m.since ? `takes away what versions before ${m.since} use` : 'adds, older versions go on'}`)
  print(json, { version: VERSION, migrations }, lines.length > 0 ? lines : ['The database is up to date.'])
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
