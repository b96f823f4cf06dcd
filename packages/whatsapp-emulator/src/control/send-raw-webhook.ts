import type { BusinessNumber } from '../emulator-types.ts'
import { escapeWebhookBody } from '../webhooks/escape-webhook-body.ts'
import { findCallback } from '../webhooks/find-callback.ts'
import { createWebhookHeaders } from '../webhooks/sign-webhook-body.ts'
import { describeFailure } from '../webhooks/verify-callback.ts'
import { ControlError } from './control-error.ts'
import type { RawWebhook } from './control-types.ts'

/** Sends any body to a number's callback once, well signed, badly signed or not signed. */
export async function sendRawWebhook(number: BusinessNumber, webhook: RawWebhook): Promise<{ status: number; body: string }> {
  const callbackUrl = findCallback(number)
  if (!callbackUrl) throw new ControlError(409, `number ${number.phoneNumberId} has no webhook`)
  const body = webhook.rawText ?? escapeWebhookBody(webhook.body ?? {})
  const secret = webhook.signature === 'wrong' ? `${number.appSecret}-wrong` : number.appSecret
  const headers = createWebhookHeaders(body, secret)
  if (webhook.signature === 'none') {
    delete headers['x-hub-signature']
    delete headers['x-hub-signature-256']
  }
  try {
    const answer = await fetch(callbackUrl, { method: 'POST', body, headers, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
    return { status: answer.status, body: await answer.text() }
  } catch (error) {
    throw new ControlError(502, `callback could not be reached: ${describeFailure(error)}`)
  }
}
