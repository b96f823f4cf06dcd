import type { IncomingMessage } from 'node:http'
import { createApp } from './app.ts'
import { recordAccess } from './features/audit/access-records.ts'
import { startCheckpoints } from './features/audit/checkpoints.ts'
import { addressOfSocket } from './features/audit/where-from.ts'
import { showTyping } from './features/channels/whatsapp-cloud/read-marks.ts'
import { Receiver } from './features/channels/whatsapp-cloud/receive.ts'
import { Sender } from './features/channels/whatsapp-cloud/sender.ts'
import { createWebhookStore, WEBHOOKS_CHANNEL } from './features/channels/whatsapp-cloud/webhook-store.ts'
import { conversationExists } from './features/conversations/conversations.ts'
import { attendantTyping, customerTypes, startTyping } from './features/inbox/typing.ts'
import { ensureSuperAdmin } from './features/tenants/super-admin.ts'
import { JOB_DEFINITIONS, jobBindings } from './jobs.ts'
import { replayEvents, tellEvents } from './listeners.ts'
import { startAlerts } from './operations/alerts/watch.ts'
import { type BackupLoop, startBackupLoop } from './operations/backup/backup-loop.ts'
import { type ErrorReports, openErrorReports } from './operations/errors/error-reports.ts'
import { AnswerCount } from './operations/status/answers.ts'
import { type Beating, startBeating } from './operations/status/processes.ts'
import type { TenantLogin } from './platform/auth.ts'
import type { Config } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import { Counters } from './platform/counters.ts'
import { requireNoService } from './platform/embedded-lock.ts'
import { EventTail } from './platform/events.ts'
import { findHome } from './platform/home.ts'
import type { Http } from './platform/http.ts'
import { adoptInstallation, type Installation, openInstallation, prepareInstallation } from './platform/installation.ts'
import { Jobs } from './platform/jobs.ts'
import { AddressGuard } from './platform/limits/address-guard.ts'
import { openLimits } from './platform/limits/limits.ts'
import { createLog } from './platform/log.ts'
import { openLogFiles } from './platform/log-files.ts'
import { createMailer } from './platform/mail.ts'
import { schemaState } from './platform/migrate.ts'
import { createOutgoing, type Outgoing } from './platform/outgoing/outgoing.ts'
import { freePort } from './platform/ports.ts'
import { startRealtime } from './platform/realtime.ts'
import { forgetRunning, noteRunning, requireAlone } from './platform/running-file.ts'
import { Signals } from './platform/signals.ts'
import { createStorage } from './platform/storage.ts'
import { tellBrokenTo } from './platform/vault/broken.ts'
import { followServerKeys } from './platform/vault/server-key.ts'
import { startUpkeep } from './upkeep.ts'

export type Server = {
  /** Where it listens. */
  url: string
  port: number
  ctx: Context
  installation: Installation
  routes: Http['declaredRoutes']
  /** Waits until errors that were told to others have left, when they are told to anybody. */
  errorsLeft: (() => Promise<void>) | undefined
  /** Stops taking work, finishes what runs, closes everything. */
  stop: () => Promise<void>
}

function createContext(config: Config, installation: Installation, port: () => number, errors: ErrorReports | undefined, outgoing: Outgoing): Context {
  const logFiles = config.LOG_DIR === undefined ? undefined : openLogFiles(config, config.LOG_DIR)
  const log = createLog(config, { copies: errors ? [errors.copy] : [], files: logFiles })
  const signals = new Signals(installation.appUrl, log)
  const { db, keys } = installation
  const counters = new Counters()
  const limits = openLimits(config, { db, keys, log, counters })
  tellBrokenTo(installation.db, log)
  return {
    config,
    db: installation.db,
    databaseUrl: installation.appUrl,
    keys: installation.keys,
    log,
    counters,
    logFiles,
    jobs: new Jobs(installation.appUrl, log, config.ROLE !== 'web'),
    signals,
    limits,
    addresses: new AddressGuard({ config, db, keys, log, signals, limits }),
    storage: createStorage(config, installation.home),
    mail: createMailer(config, log),
    outgoing,
    startedAt: Date.now(),
    publicUrl: () => (config.PUBLIC_URL ?? `http://${config.HOST}:${port()}`).replace(/\/+$/, ''),
  }
}

/** How long requests may still run when the server ends. */
const CLOSING_MS = 5000

type HealthState = { stopping: boolean; sockets: () => number; socketsByTenant: () => ReadonlyMap<string, number>; processId?: string }
/** `drain` goes on working while others take over; `stop` ends it. */
type Part = { start: () => Promise<void>; drain?: (ms: number) => Promise<void>; stop: () => Promise<void> }

/** Web role: sockets, and the event tail that feeds them. */
function webPart(ctx: Context, app: Http, health: HealthState): Part {
  const onTyping = attendantTyping(ctx, (tenantId, conversationId) => showTyping(ctx, tenantId, conversationId))
  const whereFrom = addressOfSocket(ctx.config.TRUSTED_PROXIES)
  const onConnected = (login: TenantLogin, request: IncomingMessage) => recordAccess(ctx, login, whereFrom(request), 'socket')
  const realtime = startRealtime(app, ctx, { conversationExists, replay: replayEvents(ctx), onTyping, onConnected })
  startTyping(ctx, realtime)
  health.sockets = () => realtime.io.engine.clientsCount
  health.socketsByTenant = realtime.socketsByTenant
  const tail = new EventTail(ctx.db, ctx.signals, ctx.log, tellEvents(ctx, realtime))
  return {
    start: () => tail.start(),
    drain: (ms) => realtime.drain(ms),
    async stop() {
      await realtime.stop()
      await tail.stop()
    },
  }
}

/** Every role: says that it lives, for the status page and the alerts. */
function beatPart(ctx: Context, health: HealthState, listening: { port: number }, answers: AnswerCount): Part {
  let beating: Beating | undefined
  return {
    async start() {
      beating = startBeating(ctx, listening.port, answers)
      health.processId = beating.id
    },
    stop: async () => beating?.stop(),
  }
}

/** Worker role: stored deliveries, waiting messages, jobs, upkeep. */
function workerPart(ctx: Context, receiver: Receiver, installation: Installation): Part {
  let upkeep: { stop: () => void } | undefined
  let checkpoints: { stop: () => Promise<void> } | undefined
  let alerts: { stop: () => Promise<void> } | undefined
  let backups: BackupLoop | undefined
  const sender = new Sender(ctx)
  return {
    async start() {
      receiver.start()
      await sender.start()
      await ctx.jobs.work(jobBindings(ctx))
      upkeep = startUpkeep(ctx)
      checkpoints = startCheckpoints(ctx)
      alerts = startAlerts(ctx)
      backups = startBackupLoop({ config: ctx.config, installation, log: ctx.log })
    },
    async stop() {
      upkeep?.stop()
      await Promise.all([receiver.stop(), sender.stop(), checkpoints?.stop(), alerts?.stop(), backups?.stop()])
    },
  }
}

async function open(config: Config, opened: Installation | undefined): Promise<Installation> {
  if (opened) return opened
  // Also beside a shared database: what answers there has one of its own.
  if (!config.DATABASE_URL) await requireAlone(findHome(config.DATA_DIR))
  await requireNoService(config, findHome(config.DATA_DIR))
  return openInstallation(config, (text) => createLog(config).warn(text))
}

/**
 * Starts the roles that the configuration names, on a database that is brought up to date first. A worker alone answers only
 * /health, /ready and /alive.
 * @throws ConfigError, AlreadyRunning, or when the port is taken and PORT_SEARCH is off
 */
export async function startServer(config: Config, opened?: Installation): Promise<Server> {
  const installation = await open(config, opened)
  return startRoles(config, installation, opened === undefined).catch(async (e) => {
    // A start that failed leaves nothing running behind.
    if (!opened) await installation.close({ alsoAdopted: true })
    throw e
  })
}

async function bringUpToDate(config: Config, installation: Installation): Promise<void> {
  if (config.MIGRATE === 'never') await adoptInstallation(installation)
  else await prepareInstallation(installation, JOB_DEFINITIONS)
  if (config.SUPER_ADMIN_EMAIL && config.SUPER_ADMIN_PASSWORD) {
    await ensureSuperAdmin(installation.ownerUrl, config.SUPER_ADMIN_EMAIL, config.SUPER_ADMIN_PASSWORD)
  }
}

const drainMs = ({ DRAIN_SECONDS, NODE_ENV }: Config): number => (DRAIN_SECONDS ?? (NODE_ENV === 'production' ? 5 : 0)) * 1000

/** While others take over: every answer is the last one on its connection, so that the next request comes to them. */
function lastAnswers(app: Http): void {
  app.server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false
  })
}

async function tellNewer({ db }: Installation, log: Context['log']): Promise<void> {
  const { newer } = await schemaState(db)
  if (newer.length > 0) log.warn({ migrations: newer.join(', ') }, 'the database has been prepared for a newer version; this one goes on beside it')
}

async function startRoles(config: Config, installation: Installation, own: boolean): Promise<Server> {
  await bringUpToDate(config, installation)
  const listening = { port: config.PORT }
  const outgoing = createOutgoing(config)
  const errors = openErrorReports(config, outgoing)
  const ctx = createContext(config, installation, () => listening.port, errors, outgoing)
  await tellNewer(installation, ctx.log)

  const [isWeb, isWorker] = [config.ROLE !== 'worker', config.ROLE !== 'web']
  const receiver = new Receiver(ctx, ({ tenantId, typing }) => void customerTypes(ctx, tenantId, typing).catch((err) => ctx.log.debug({ err }, 'typing')))
  const webhooks = createWebhookStore(ctx, () => (isWorker ? receiver.wake() : void ctx.signals.send(WEBHOOKS_CHANNEL)))
  const health: HealthState = { stopping: false, sockets: () => 0, socketsByTenant: () => new Map() }
  const answers = new AnswerCount()
  const app = await createApp(ctx, { webhooks, health, answers })
  const worker = isWorker ? [workerPart(ctx, receiver, installation)] : []
  const parts = [...(isWeb ? [webPart(ctx, app, health)] : []), ...worker, beatPart(ctx, health, listening, answers)]

  const serverKeys = followServerKeys(ctx)
  await ctx.limits.start()
  await ctx.addresses.start()
  await ctx.signals.start()
  await ctx.jobs.start()
  // In this moment only: what is free now may be another's in a second.
  if (config.PORT_SEARCH) listening.port = await freePort(config.PORT, config.HOST)
  await app.listen({ port: listening.port, host: config.HOST })
  const address = app.server.address()
  if (address && typeof address === 'object') listening.port = address.port
  for (const part of parts) await part.start()
  if (installation.embedded) noteRunning(installation.home, ctx.publicUrl())

  return {
    url: ctx.publicUrl(),
    port: listening.port,
    ctx,
    installation,
    routes: app.declaredRoutes,
    errorsLeft: errors?.flush,
    async stop() {
      health.stopping = true
      lastAnswers(app)
      const draining = parts.map(async ({ drain, stop }) => {
        await drain?.(drainMs(config))
        if (!drain) await stop()
      })
      await Promise.all(draining)
      // Who has begun may finish; connections that say nothing would hold the end back for a minute.
      const cut = setTimeout(() => app.server.closeAllConnections(), CLOSING_MS)
      if (installation.embedded) forgetRunning(installation.home)
      await Promise.all(parts.map((part) => part.drain && part.stop()))
      await app.close()
      clearTimeout(cut)
      await webhooks.idle()
      await ctx.jobs.stop()
      ctx.mail.close()
      await ctx.signals.stop()
      ctx.addresses.stop()
      serverKeys.stop()
      await ctx.limits.stop()
      await errors?.flush()
      ctx.outgoing.close()
      if (own) await installation.close({ alsoAdopted: true })
      await ctx.logFiles?.close()
    },
  }
}
