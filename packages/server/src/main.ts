import path from 'node:path'
import { createApp } from './app.ts'
import { Receiver } from './features/channels/whatsapp-cloud/receive.ts'
import { showTyping } from './features/channels/whatsapp-cloud/send.ts'
import { createWebhookStore, WEBHOOKS_CHANNEL } from './features/channels/whatsapp-cloud/webhook-store.ts'
import { conversationExists } from './features/conversations/conversations.ts'
import { attendantTyping, customerTypes, startTyping } from './features/inbox/typing.ts'
import { ensureSuperAdmin } from './features/tenants/super-admin.ts'
import { JOB_DEFINITIONS, jobBindings } from './jobs.ts'
import { replayEvents, tellEvents } from './listeners.ts'
import type { Config } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import { EventTail } from './platform/events.ts'
import type { Http } from './platform/http.ts'
import { type Installation, openInstallation, prepareInstallation } from './platform/installation.ts'
import { Jobs } from './platform/jobs.ts'
import { createLog } from './platform/log.ts'
import { freePort } from './platform/ports.ts'
import { startRealtime } from './platform/realtime.ts'
import { Signals } from './platform/signals.ts'
import { diskStorage } from './platform/storage.ts'
import { startUpkeep } from './upkeep.ts'

export type Server = {
  /** Where it listens. */
  url: string
  port: number
  ctx: Context
  installation: Installation
  routes: Http['declaredRoutes']
  /** Stops taking work, finishes what runs, closes everything. */
  stop: () => Promise<void>
}

function createContext(config: Config, installation: Installation, port: number): Context {
  const log = createLog(config)
  return {
    config,
    db: installation.db,
    databaseUrl: installation.appUrl,
    keys: installation.keys,
    log,
    jobs: new Jobs(installation.appUrl, log, config.ROLE !== 'web'),
    signals: new Signals(installation.appUrl, log),
    storage: diskStorage(path.join(installation.home, 'media')),
    startedAt: Date.now(),
    publicUrl: () => (config.PUBLIC_URL ?? `http://${config.HOST}:${port}`).replace(/\/+$/, ''),
  }
}

/** Parts of the web role: HTTP, sockets, the event tail that feeds them. */
async function startWeb(ctx: Context, app: Http) {
  const typing = attendantTyping(ctx, (tenantId, conversationId) => showTyping(ctx, tenantId, conversationId))
  const realtime = startRealtime(app, ctx, { conversationExists, replay: replayEvents(ctx), onTyping: typing })
  startTyping(ctx, realtime)
  const tail = new EventTail(ctx.db, ctx.signals, ctx.log, tellEvents(ctx, realtime))
  return { realtime, tail }
}

/**
 * Starts the roles that the configuration names, on a database that is brought up to date first.
 * @throws ConfigError, or when the port is taken and PORT_SEARCH is off
 */
export async function startServer(config: Config, opened?: Installation): Promise<Server> {
  const installation = opened ?? (await openInstallation(config))
  await prepareInstallation(installation, JOB_DEFINITIONS)
  if (config.SUPER_ADMIN_EMAIL && config.SUPER_ADMIN_PASSWORD) {
    await ensureSuperAdmin(installation.ownerUrl, config.SUPER_ADMIN_EMAIL, config.SUPER_ADMIN_PASSWORD)
  }
  const port = config.PORT_SEARCH ? await freePort(config.PORT, config.HOST) : config.PORT
  let listeningPort = port
  const ctx = createContext(config, installation, port)
  ctx.publicUrl = () => (config.PUBLIC_URL ?? `http://${config.HOST}:${listeningPort}`).replace(/\/+$/, '')

  const isWorker = config.ROLE !== 'web'
  const receiver = new Receiver(ctx, ({ tenantId, typing }) => void customerTypes(ctx, tenantId, typing).catch((err) => ctx.log.debug({ err }, 'typing')))
  const webhooks = createWebhookStore(ctx, () => (isWorker ? receiver.wake() : void ctx.signals.send(WEBHOOKS_CHANNEL)))
  const state = { stopping: false, sockets: () => 0 }
  const app = await createApp(ctx, { webhooks, health: state })
  const { realtime, tail } = await startWeb(ctx, app)
  state.sockets = () => realtime.io.engine.clientsCount

  await ctx.signals.start()
  await ctx.jobs.start()
  await tail.start()
  await app.listen({ port, host: config.HOST })
  const address = app.server.address()
  if (address && typeof address === 'object') listeningPort = address.port
  if (isWorker) {
    receiver.start()
    await ctx.jobs.work(jobBindings(ctx))
  }
  const upkeep = isWorker ? startUpkeep(ctx) : undefined

  return {
    url: ctx.publicUrl(),
    port: listeningPort,
    ctx,
    installation,
    routes: app.declaredRoutes,
    async stop() {
      state.stopping = true
      upkeep?.stop()
      await realtime.stop()
      await app.close()
      await webhooks.idle()
      await receiver.stop()
      await tail.stop()
      await ctx.jobs.stop()
      await ctx.signals.stop()
      if (!opened) await installation.close({ alsoAdopted: true })
    },
  }
}
