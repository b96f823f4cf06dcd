import type { Context } from '../../platform/context.ts'
import { clockAhead, isClockKept } from '../probe/clock.ts'
import type { Seen } from './alert-state.ts'

const EVERY_MS = 30 * 60_000
const SKEW_SECONDS = 5
const META = 'https://graph.facebook.com'

/** A developer's machine, and one that shows how it would be, call nobody unasked. */
const mayAsk = ({ NODE_ENV, GRAPH_URL, EMULATOR_URL }: Context['config']): boolean =>
  GRAPH_URL !== META || (NODE_ENV === 'production' && EMULATOR_URL === undefined)

async function look(ctx: Context): Promise<number | undefined> {
  if ((await isClockKept()) === true) return 0
  return mayAsk(ctx.config) ? clockAhead(ctx.outgoing, ctx.config) : undefined
}

/**
 * The clock against one that stands elsewhere, now and then: the database is mostly on the same machine, and agrees with any.
 * @throws when nobody can say
 */
export function createClock(ctx: Context): () => Promise<Seen[]> {
  let kept: { at: number; ahead: Promise<number | undefined> } | undefined
  return async () => {
    if (!kept || Date.now() - kept.at > EVERY_MS) kept = { at: Date.now(), ahead: look(ctx) }
    const ahead = await kept.ahead
    if (ahead === undefined) throw new Error('nothing outside of this machine tells the time')
    return Math.abs(ahead) > SKEW_SECONDS ? [{ code: 'clock_skew', key: '', details: { seconds: Math.round(ahead) } }] : []
  }
}
