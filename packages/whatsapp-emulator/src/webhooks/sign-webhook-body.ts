import { createHmac } from 'node:crypto'

/** Value of `X-Hub-Signature-256`: HMAC of the raw body with the app secret (Cloud API, webhooks). */
export function signWebhookBody(body: string | Buffer, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

/** Headers of a webhook POST. */
export function createWebhookHeaders(body: string, appSecret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'facebookexternalua',
    accept: '*/*',
    'x-hub-signature': `sha1=${createHmac('sha1', appSecret).update(body).digest('hex')}`,
    'x-hub-signature-256': signWebhookBody(body, appSecret),
  }
}
