import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Config } from '../../platform/config.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'

const ANSWER_MS = 3_000
const run = promisify(execFile)

/**
 * By how many seconds our clock is ahead of WhatsApp's: its server is called anyway, and no proxy or database of ours stands on its
 * machine. Undefined when it is not reached or does not say.
 */
export async function clockAhead(outgoing: Outgoing, { GRAPH_URL }: Pick<Config, 'GRAPH_URL'>): Promise<number | undefined> {
  const asked = Date.now()
  const answer = await outgoing.fetch(GRAPH_URL, { method: 'HEAD', timeoutMs: ANSWER_MS }).catch(() => undefined)
  const answered = Date.now()
  await answer?.body?.cancel()
  const said = Date.parse(answer?.headers.get('date') ?? '')
  if (Number.isNaN(said)) return undefined
  // It has whole seconds, and was written somewhere between the two.
  if (said + 1000 < asked) return (asked - said - 1000) / 1000
  return said > answered ? (answered - said) / 1000 : 0
}

/** Whether this machine's clock is kept right from outside, where systemd knows it. */
export async function isClockKept(): Promise<boolean | undefined> {
  const said = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: ANSWER_MS, encoding: 'utf8' }).catch(() => undefined)
  const word = said?.stdout.trim()
  return word === 'yes' ? true : word === 'no' ? false : undefined
}
