import type { BusinessNumber } from '../emulator-types.ts'
import type { World } from '../state/world.ts'
import { findCallback } from './find-callback.ts'
import { createParallelLimit } from './limit-parallel.ts'
import { postWebhook } from './post-webhook.ts'
import type { PendingDelivery, WebhookLogEntry } from './webhook-types.ts'

const RETRY_FOR_MS = 7 * 24 * 3600_000
const DEFAULT_RETRY_DELAYS = [0, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000]
const PARALLEL = 32
const LOG_LENGTH = 300

/** Creates the sender of single deliveries: retries with growing gaps for seven days, duplicates, a log. */
export function createDeliveryAttempts(
  world: World,
  onDelivered: (inboundIds: string[]) => void,
): { attempt: (delivery: PendingDelivery) => Promise<void>; log: WebhookLogEntry[] } {
  const delays = world.options.retryDelaysMs ?? DEFAULT_RETRY_DELAYS
  const limit = createParallelLimit(PARALLEL)
  const log: WebhookLogEntry[] = []
  const inFlight = new Set<string>()
  let successes = 0

  async function post(number: BusinessNumber, callbackUrl: string, delivery: PendingDelivery): Promise<boolean> {
    const entry = await limit(() => postWebhook(number, callbackUrl, delivery, world.options.webhookTimeoutMs ?? 10_000))
    log.push(entry)
    if (log.length > LOG_LENGTH) log.splice(0, LOG_LENGTH / 3)
    world.emit({ kind: 'webhook', entry })
    return entry.status === 200 && entry.error === null
  }

  function tryLater(delivery: PendingDelivery): void {
    const gap = delays[Math.min(delivery.attempt, delays.length - 1)] ?? 60_000
    const next = { ...delivery, attempt: delivery.attempt + 1, nextAt: Date.now() + gap }
    world.deliveries.put(delivery.id, next)
    world.after(gap, () => void attempt(next))
  }

  async function attempt(delivery: PendingDelivery): Promise<void> {
    if (inFlight.has(delivery.id) || !world.deliveries.get(delivery.id)) return
    const number = world.numbers.get(delivery.phoneNumberId)
    const callbackUrl = number?.subscribed ? findCallback(number, delivery.field) : null
    if (!number || !callbackUrl || Date.now() - delivery.createdAt > RETRY_FOR_MS) {
      world.deliveries.remove(delivery.id)
      return
    }
    inFlight.add(delivery.id)
    const accepted = await post(number, callbackUrl, delivery)
    inFlight.delete(delivery.id)
    if (!world.deliveries.get(delivery.id)) return
    if (!accepted) {
      tryLater(delivery)
      return
    }
    world.deliveries.remove(delivery.id)
    onDelivered(delivery.inboundIds)
    successes += 1
    const { duplicateEvery } = world.scenario
    if (duplicateEvery > 0 && successes % duplicateEvery === 0) await post(number, callbackUrl, delivery)
  }

  return { attempt, log }
}
