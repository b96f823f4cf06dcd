import { Counter, Histogram, Registry } from 'prom-client'

/** Each label with every value that it may have: what is counted has a bounded number of series by construction. */
type Labels = Record<string, readonly string[]>
type Chosen<L extends Labels> = { [K in keyof L]: L[K][number] }
type Definition<L extends Labels> = { name: string; help: string; labels: L }
type CounterDefinition<L extends Labels> = Definition<L> & { kind: 'counter' }
type HistogramDefinition<L extends Labels> = Definition<L> & { kind: 'histogram'; buckets: readonly number[] }

/** What a part of the server counts stands where it is counted; all of it is exported, also while it is zero. */
const defined = new Map<string, CounterDefinition<Labels> | HistogramDefinition<Labels>>()
const OTHER = 'other'

/** `name` without the `atende_` in front and the `_total` behind. */
export function defineCounter<const L extends Labels>(name: string, help: string, labels: L): CounterDefinition<L> {
  const definition: CounterDefinition<L> = { kind: 'counter', name: `atende_${name}_total`, help, labels }
  defined.set(name, definition)
  return definition
}

/** Of seconds; `name` without `atende_` and `_seconds`. */
export function defineTimes<const L extends Labels>(name: string, help: string, labels: L, buckets: readonly number[]): HistogramDefinition<L> {
  const definition: HistogramDefinition<L> = { kind: 'histogram', name: `atende_${name}_seconds`, help, labels, buckets }
  defined.set(name, definition)
  return definition
}

const combinations = (labels: Labels): Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>((all, [label, values]) => all.flatMap((one) => values.map((v) => ({ ...one, [label]: v }))), [{}])

const named = ({ name, help, labels }: Definition<Labels>) => ({ name, help, labelNames: Object.keys(labels), registers: [] })

/** What a process counts about itself while it works; an addition in memory, nothing else. Knows no words of the product. */
export class Counters {
  readonly registry = new Registry()
  readonly #counters = new Map<string, Counter>()
  readonly #times = new Map<string, Histogram>()

  constructor() {
    for (const d of defined.values()) {
      if (d.kind === 'counter') {
        const counter = new Counter(named(d))
        for (const labels of combinations(d.labels)) counter.inc(labels, 0)
        this.#counters.set(d.name, counter)
        this.registry.registerMetric(counter)
      } else {
        const times = new Histogram({ ...named(d), buckets: [...d.buckets] })
        for (const labels of combinations(d.labels)) times.zero(labels)
        this.#times.set(d.name, times)
        this.registry.registerMetric(times)
      }
    }
  }

  add<L extends Labels>(definition: CounterDefinition<L>, labels: Chosen<L>, n = 1): void {
    if (n > 0) this.#counters.get(definition.name)?.inc(bounded(definition, labels), n)
  }

  observe<L extends Labels>(definition: HistogramDefinition<L>, labels: Chosen<L>, seconds: number): void {
    this.#times.get(definition.name)?.observe(bounded(definition, labels), seconds)
  }
}

/** A value that nobody foresaw makes no series of its own. */
function bounded<L extends Labels>(definition: Definition<L>, labels: Chosen<L>): Record<string, string> {
  const entries: [string, string][] = Object.entries(labels)
  return Object.fromEntries(entries.map(([label, value]) => [label, definition.labels[label]?.includes(value) ? value : OTHER]))
}
