import type { BusinessNumber } from '../emulator-types.ts'
import { createWebhookHeaders } from './sign-webhook-body.ts'
import { describeFailure } from './verify-callback.ts'
import type { PendingDelivery, WebhookLogEntry } from './webhook-types.ts'

/** Sends one delivery once and says what came of it. Only a full answer with 200 counts as success (Cloud API, webhooks). */
export async function postWebhook(number: BusinessNumber, callbackUrl: string, delivery: PendingDelivery, timeoutMs: number): Promise<WebhookLogEntry> {
  const startedAt = Date.now()
  let status = 0
  let error: string | null = null
  try {
    const answer = await fetch(callbackUrl, {
      method: 'POST',
      body: delivery.body,
      headers: createWebhookHeaders(delivery.body, number.appSecret),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = answer.status
    await answer.arrayBuffer()
  } catch (failure) {
    error = describeFailure(failure)
  }
  return {
    at: startedAt,
    phoneNumberId: number.phoneNumberId,
    callbackUrl,
    attempt: delivery.attempt + 1,
    status,
    error,
    durationMs: Date.now() - startedAt,
    body: delivery.body,
  }
}
