import { randomUUID } from 'node:crypto'
import { reportProblem } from '../report-problem.ts'
import { readAppState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { createDeliveryAttempts } from './attempt-delivery.ts'
import { createBatcher } from './batch-changes.ts'
import { escapeWebhookBody } from './escape-webhook-body.ts'
import { findCallback } from './find-callback.ts'
import { mergeChanges } from './merge-changes.ts'
import type { PendingDelivery, WebhookChange, WebhookLogEntry } from './webhook-types.ts'

const SHUFFLE_SPREAD_MS = 200
/** The largest POST of Meta's (Cloud API, webhooks). The escaped body is ASCII: characters are bytes. */
const MAX_BODY_BYTES = 3 * 1024 * 1024

export interface WebhookDeliverer {
  queue(change: WebhookChange): void
  /** Tries every waiting delivery now, whatever its next time is. */
  retryNow(): void
  /** Resolves when nothing is being sent or about to be sent. Waiting retries are not waited for. */
  settle(): Promise<void>
  log: WebhookLogEntry[]
  /** Starts again what a state file still holds. */
  resume(): void
}

interface Lanes {
  run(delivery: PendingDelivery): void
  runAfter(ms: number, delivery: PendingDelivery): void
  readonly busy: number
}

/** Deliveries of one lane go one after the other; a shuffling scenario lets all go at once. */
function createLanes(world: World, attempt: (delivery: PendingDelivery) => Promise<void>): Lanes {
  const lanes = new Map<string, Promise<void>>()
  let busy = 0

  async function runInLane(delivery: PendingDelivery): Promise<void> {
    const before = lanes.get(delivery.lane) ?? Promise.resolve()
    const mine = before.then(() => attempt(delivery))
    lanes.set(delivery.lane, mine)
    await mine
    if (lanes.get(delivery.lane) === mine) lanes.delete(delivery.lane)
  }

  function run(delivery: PendingDelivery): void {
    busy += 1
    const work = world.scenario.shuffle ? attempt(delivery) : runInLane(delivery)
    void work
      .catch((error: unknown) => reportProblem('webhook', error))
      .finally(() => {
        busy -= 1
      })
  }

  return {
    run,
    runAfter(ms, delivery) {
      busy += 1
      world.after(ms, () => {
        busy -= 1
        run(delivery)
      })
    },
    get busy() {
      return busy
    },
  }
}

/** Puts changes into a delivery; the body is fixed here, so that every retry sends the same bytes. */
function createDelivery(world: World, first: WebhookChange, changes: WebhookChange[]): PendingDelivery {
  const now = Date.now()
  return {
    id: randomUUID(),
    phoneNumberId: first.phoneNumberId,
    field: first.field,
    lane: changes.length > 1 ? `batch:${first.phoneNumberId}` : first.lane,
    body: escapeWebhookBody(mergeChanges(changes, world.now())),
    inboundIds: changes.flatMap((change) => change.inboundIds),
    attempt: 0,
    createdAt: now,
    nextAt: now,
  }
}

/** Creates the sender of webhooks. */
export function createWebhookDeliverer(world: World, onDelivered: (inboundIds: string[]) => void): WebhookDeliverer {
  const { attempt, log } = createDeliveryAttempts(world, onDelivered)
  const lanes = createLanes(world, attempt)

  function dispatch(changes: WebhookChange[]): void {
    const [first] = changes
    if (!first) return
    const delivery = createDelivery(world, first, changes)
    if (changes.length > 1 && delivery.body.length > MAX_BODY_BYTES) {
      const half = Math.ceil(changes.length / 2)
      dispatch(changes.slice(0, half))
      dispatch(changes.slice(half))
      return
    }
    world.deliveries.put(delivery.id, delivery)
    const { delayMs, jitterMs, shuffle } = world.scenario
    const wait = delayMs + Math.random() * (jitterMs || (shuffle ? SHUFFLE_SPREAD_MS : 0))
    if (wait > 0) lanes.runAfter(wait, delivery)
    else lanes.run(delivery)
  }
  const batcher = createBatcher(world, dispatch)

  return {
    log,
    queue(change) {
      const number = world.numbers.get(change.phoneNumberId)
      const callbackUrl = number?.subscribed ? findCallback(number, change.field) : null
      if (!number || !callbackUrl) return
      const { fields } = readAppState(world, number.appId)
      if (fields && !fields.includes(change.field)) return
      if (world.scenario.batchMs > 0) batcher.add(`${callbackUrl} ${number.appSecret}`, change)
      else dispatch([change])
    },
    retryNow() {
      for (const delivery of [...world.deliveries.values()]) if (delivery.attempt > 0) lanes.run(delivery)
    },
    async settle() {
      while (lanes.busy + batcher.open > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    },
    resume() {
      for (const delivery of [...world.deliveries.values()]) {
        world.after(Math.max(0, delivery.nextAt - Date.now()), () => lanes.run(delivery))
      }
    },
  }
}
