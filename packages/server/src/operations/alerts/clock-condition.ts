import type { Context } from '../../platform/context.ts'
import { clockAhead, isClockKept } from '../probe/clock.ts'
import type { Seen } from './alert-state.ts'

const EVERY_MS = 30 * 60_000
const SKEW_SECONDS = 5
const isRight = (ahead: number): boolean => Math.abs(ahead) <= SKEW_SECONDS
const META = 'https://graph.facebook.com'

/** A developer's machine, and one that shows how it would be, call nobody unasked. */
const mayAsk = ({ NODE_ENV, GRAPH_URL, EMULATOR_URL }: Context['config']): boolean =>
  GRAPH_URL !== META || (NODE_ENV === 'production' && EMULATOR_URL === undefined)

/** By how many seconds it is ahead; undefined when nobody can say. */
async function look(ctx: Context): Promise<number | undefined> {
  if ((await isClockKept()) === true) return 0
  return mayAsk(ctx.config) ? clockAhead(ctx.outgoing, ctx.config) : undefined
}

/**
 * The clock against one that stands elsewhere, now and then: the database is mostly on the same machine, and agrees with any. While
 * nobody can say, what was said last counts: nothing at first, so that a skew that another has seen can end.
 */
export function createClock(ctx: Context): () => Promise<Seen[]> {
  let said = 0
  // Of a clock that nobody sets.
  let goodUntil = 0
  return async () => {
    if (performance.now() >= goodUntil) {
      const ahead = await look(ctx)
      said = ahead ?? said
      // What is wrong or unknown is looked at again each time: it must last before it is told, and end when it is mended.
      if (ahead !== undefined && isRight(ahead)) goodUntil = performance.now() + EVERY_MS
    }
    return isRight(said) ? [] : [{ code: 'clock_skew', key: '', details: { seconds: Math.round(said) } }]
  }
}
