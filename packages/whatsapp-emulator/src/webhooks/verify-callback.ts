import { randomInt } from 'node:crypto'

/** Says why a callback address was refused. */
export class CallbackRefused extends Error {
  override name = 'CallbackRefused'
}

/**
 * The handshake Meta does when a callback is configured: the answer must be 200 with the challenge
 * as the whole body (Cloud API, webhooks).
 */
export async function verifyCallback(callbackUrl: string, verifyToken: string, timeoutMs = 10_000): Promise<void> {
  if (!URL.canParse(callbackUrl) || !/^https?:$/.test(new URL(callbackUrl).protocol)) {
    throw new CallbackRefused(`callback URL is not an http(s) address: ${callbackUrl}`)
  }
  const address = new URL(callbackUrl)
  const challenge = String(randomInt(100_000_000, 2_000_000_000))
  address.searchParams.set('hub.mode', 'subscribe')
  address.searchParams.set('hub.challenge', challenge)
  address.searchParams.set('hub.verify_token', verifyToken)
  let answer: Response
  try {
    answer = await fetch(address, {
      headers: { 'user-agent': 'facebookplatform/1.0 (+http://developers.facebook.com)' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (error) {
    throw new CallbackRefused(`callback could not be reached: ${describeFailure(error)}`)
  }
  const body = await answer.text()
  if (answer.status !== 200) throw new CallbackRefused(`callback answered ${answer.status} to the handshake, expected 200`)
  if (body.trim() !== challenge) throw new CallbackRefused('callback answered 200 but did not echo hub.challenge as the whole body')
}

/** The useful part of a failed fetch, whose own message is only "fetch failed". */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause : error
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message || cause.name
}
