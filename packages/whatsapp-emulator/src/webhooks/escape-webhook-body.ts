/**
 * The JSON text as Meta sends it: non-ASCII as lower-case `\uXXXX` (astral characters as two
 * surrogates) and `/` as `\/` (Cloud API, webhooks). The signature is computed over exactly this text.
 */
export function escapeWebhookBody(body: unknown): string {
  return JSON.stringify(body)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
