import type { Context } from '../../platform/context.ts'
import { within } from '../../platform/health.ts'
import { type Figure, gauges } from './figure.ts'

/** What only the running process knows. */
export type MetricParts = { sockets: () => number; socketsByTenant: () => ReadonlyMap<string, number> }
/** Looks something up for a scrape, at most once in `everyMs`. */
export type Collector = { name: string; everyMs: number; collect: (ctx: Context, parts: MetricParts) => Promise<Figure[]> }

/** A scrape waits so long at most; what has not answered by then is missing in it, and said to be. */
const ANSWER_MS = 2_000
/** What has hung for so long is given up and asked anew. */
const HUNG_MS = 60_000
/** What failed is asked again earlier than what went well. */
const RETRY_MS = 30_000

type State = {
  began: number
  seconds: number
  running: boolean
  ok: boolean
  figures: Figure[] /** When they were looked up. */
  at: number
  work: Promise<void>
}

/**
 * Runs collectors for scrapes that may come at any pace, from several sides: each is asked at most once at a time and once in its own
 * interval. One that fails or hangs spoils nothing but its own figures; those of before stay for a minute while it is asked.
 */
export function createCollection(ctx: Context, parts: MetricParts, collectors: readonly Collector[]): () => Promise<Figure[]> {
  const states = new Map<string, State>()

  function begin({ name, everyMs, collect }: Collector, before?: State): State {
    const now = Date.now()
    const fresh = before !== undefined && now - before.at < everyMs + HUNG_MS
    const state: State = {
      began: now,
      seconds: 0,
      running: true,
      ok: false,
      figures: fresh ? before.figures : [],
      at: before?.at ?? 0,
      work: Promise.resolve(),
    }
    const start = performance.now()
    state.work = collect(ctx, parts)
      .then((figures) => {
        Object.assign(state, { figures, ok: true, at: Date.now() })
      })
      .catch((err: unknown) => {
        state.figures = []
        ctx.log.debug({ err, collector: name }, 'metrics: not collected')
      })
      .finally(() => {
        Object.assign(state, { running: false, seconds: (performance.now() - start) / 1000 })
      })
    states.set(name, state)
    return state
  }

  function current(collector: Collector): State {
    const kept = states.get(collector.name)
    if (!kept) return begin(collector)
    const due = kept.running ? HUNG_MS : kept.ok ? collector.everyMs : Math.min(collector.everyMs, RETRY_MS)
    return Date.now() - kept.began > due ? begin(collector, kept) : kept
  }

  return async () => {
    const all = collectors.map((c) => ({ name: c.name, state: current(c) }))
    await within(ANSWER_MS, Promise.all(all.map(({ state }) => state.work))).catch(() => {})
    return [
      ...all.flatMap(({ state }) => state.figures),
      gauges(
        'collector_up',
        'Whether these figures could be looked up.',
        all.map(({ name, state }) => [{ collector: name }, state.ok]),
      ),
      gauges(
        'collector_seconds',
        'How long looking these figures up took.',
        all.map(({ name, state }) => [{ collector: name }, state.running ? (Date.now() - state.began) / 1000 : state.seconds]),
      ),
    ]
  }
}
