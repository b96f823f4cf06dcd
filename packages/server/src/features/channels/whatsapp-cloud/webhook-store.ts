import { sql } from 'kysely'
import type { Context } from '../../../platform/context.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import type { RoutedEvent } from './route-webhook.ts'
import { createDeliverySealer } from './sealed-delivery.ts'

const BATCH = 500
export const WEBHOOKS_CHANNEL = 'atende_webhooks'

type Waiting = { events: (RoutedEvent & { id: string })[]; done: () => void; failed: (e: unknown) => void }

/** Makes deliveries durable. Those that wait at the same moment are committed together: one fsync serves them all. */
export type WebhookStore = { /** Resolves after the commit. */ save: (events: readonly RoutedEvent[]) => Promise<void>; idle: () => Promise<void> }

export function createWebhookStore(ctx: Context, onStored: () => void): WebhookStore {
  const sealAll = createDeliverySealer(ctx)
  const waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      const events = batch.flatMap((w) => w.events)
      try {
        const sealed = await sealAll(events)
        await sql`select door_store_webhooks(${events.map((e) => e.id)}::uuid[], ${events.map((e) => e.tenantId)}::uuid[],
          ${events.map((e) => e.channelId)}::uuid[], ${sealed}::bytea[])`.execute(ctx.db)
        for (const w of batch) w.done()
        onStored()
      } catch (e) {
        for (const w of batch) w.failed(e)
      }
    }
  }

  return {
    save: (events) =>
      new Promise((done, failed) => {
        // The id is made on arrival, so events keep the order in which they came in.
        waiting.push({ events: events.map((e) => ({ ...e, id: uuidv7() })), done, failed })
        writing ??= write().finally(() => {
          writing = undefined
        })
      }),
    idle: async () => {
      await writing
    },
  }
}
