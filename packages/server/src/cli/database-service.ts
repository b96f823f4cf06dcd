import type { Command } from 'commander'
import { say, UsageError, warn } from './output.ts'

export function databaseServiceCommand(db: Command): void {
  db.command('serve')
    .description('run the embedded PostgreSQL in the foreground, as a service that several processes share; SIGTERM stops it')
    .option('--plain', "PostgreSQL's log lines as they are, instead of JSON")
    .addHelpText(
      'after',
      '\nThe processes that use it have EMBEDDED_DATABASE=shared and the same DATA_DIR and EMBEDDED_PORT.\nIts settings: postgres/atende.conf in the data folder (written at each start); yours: postgres/local.conf beside it.\n\nExample:\n  DATA_DIR=/var/lib/atende atende db serve',
    )
    .action(serve)
}

async function serve(_: unknown, command: Command): Promise<void> {
  const { plain = false } = command.optsWithGlobals<{ plain?: boolean }>()
  const asked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.abort())
  const { loadConfig } = await import('../platform/config.ts')
  const { createLog } = await import('../platform/log.ts')
  const { findHome, loadSecrets } = await import('../platform/home.ts')
  const { holdService } = await import('../platform/embedded-lock.ts')
  const { requireAlone } = await import('../platform/running-file.ts')
  const { serveEmbedded } = await import('../platform/embedded-service.ts')
  const { prepareEmbedded } = await import('../platform/installation.ts')

  const config = loadConfig()
  if (config.DATABASE_URL) throw new UsageError('DATABASE_URL names a PostgreSQL of your own; "db serve" is for the embedded one')
  const home = findHome(config.DATA_DIR)
  const { postgresPassword: password } = loadSecrets(home, config.ENCRYPTION_KEY !== undefined)
  await requireAlone(home)
  await holdService(home)
  const log = createLog(config)
  const port = config.EMBEDDED_PORT
  const service = await serveEmbedded({ home, password, port, log, plain: plain ? say : undefined, signal: asked.signal })
  try {
    await prepareEmbedded(port, password)
  } catch (e) {
    await service.stop()
    throw e
  }
  log.info({ port, pid: service.pid }, 'the database is ready')

  const stopping = new Promise<'asked'>((done) => {
    if (asked.signal.aborted) done('asked')
    asked.signal.addEventListener('abort', () => done('asked'), { once: true })
  })
  const end = await Promise.race([service.ended, stopping])
  if (end === 'asked') {
    await service.stop()
    log.info('the database has stopped')
    process.exit(0)
  }
  warn(`PostgreSQL ended by itself (${end.signal ?? `exit ${end.code}`})`)
  process.exit(1)
}
