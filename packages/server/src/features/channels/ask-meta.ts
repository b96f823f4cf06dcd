import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import { createGraph, GraphFailure } from './whatsapp-cloud/graph.ts'
import type { Failure } from './whatsapp-cloud/graph-call.ts'
import { type AccountDetails, createNumberGraph, type NumberDetails } from './whatsapp-cloud/graph-numbers.ts'

export type Credentials = { phoneNumberId: string; wabaId: string; accessToken: string; graphUrl: string; graphVersion: string; outgoing: Outgoing }
/** One question, with what came of it. */
export type Answered<T> = { ok: true; value: T } | { ok: false; failure: Failure }
type Token = Awaited<ReturnType<ReturnType<typeof createGraph>['debugToken']>>
type Apps = Awaited<ReturnType<ReturnType<typeof createGraph>['getSubscribedApps']>>
/** All that Meta says of a number, its account and its token. `at`: when we began to ask, so that a newer webhook is not overwritten. */
export type Findings = { at: Date; number: Answered<NumberDetails>; account: Answered<AccountDetails>; token: Answered<Token>; apps: Answered<Apps> }

const TIMEOUT_MS = 8_000

const outcome = async <T>(asked: Promise<T>): Promise<Answered<T>> => {
  try {
    return { ok: true, value: await asked }
  } catch (e) {
    if (e instanceof GraphFailure) return { ok: false, failure: e.failure }
    throw e
  }
}

/** Asks everything at once. Answers also when nothing does; never inside a transaction. */
export async function askMeta(c: Credentials): Promise<Findings> {
  const at = new Date()
  const options = { ...c, timeoutMs: TIMEOUT_MS }
  const [graph, numbers] = [createGraph(options), createNumberGraph(options)]
  const [number, account, token, apps] = await Promise.all([
    outcome(numbers.readNumber(c.phoneNumberId)),
    outcome(numbers.readAccount(c.wabaId)),
    outcome(graph.debugToken()),
    outcome(graph.getSubscribedApps(c.wabaId)),
  ])
  return { at, number, account, token, apps }
}

/** Meta's codes for a token that is no good any more. */
export const isTokenRefusal = (f: Failure): boolean => f.outcome === 'refused' && (f.error.code === 190 || f.error.code === 0)
