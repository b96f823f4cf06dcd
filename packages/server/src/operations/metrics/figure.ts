import { Counter, Gauge, Registry } from 'prom-client'

type Value = number | Date | boolean | null | undefined
/** One metric with its values. What is null or undefined is not known, and absent. */
export type Figure = { name: string; help: string; rising?: boolean; values: [labels: Record<string, string>, value: Value][] }

export const gauge = (name: string, help: string, value: Value): Figure => ({ name: `atende_${name}`, help, values: [[{}, value]] })
export const gauges = (name: string, help: string, values: Figure['values']): Figure => ({ name: `atende_${name}`, help, values })
/** What only rises, counted somewhere else. */
export const rising = (name: string, help: string, values: Figure['values']): Figure => ({ name: `atende_${name}_total`, help, rising: true, values })

/** Dates are seconds since 1970, as everywhere in Prometheus. */
const numberOf = (v: Value): number | undefined => {
  if (v === null || v === undefined) return undefined
  if (v instanceof Date) return v.getTime() / 1000
  return Number(v)
}

type Known = [labels: Record<string, string>, value: number]

/** Figures as metrics of a registry of their own: what is not known is not there. */
export function registryOf(figures: readonly Figure[]): Registry {
  const registry = new Registry()
  for (const { name, help, rising: counts, values } of figures) {
    const known = values.flatMap(([labels, value]): Known[] => {
      const number = numberOf(value)
      return number === undefined || Number.isNaN(number) ? [] : [[labels, number]]
    })
    if (known.length === 0) continue
    const labelNames = [...new Set(known.flatMap(([labels]) => Object.keys(labels)))]
    const settings = { name, help, labelNames, registers: [registry] }
    if (counts) {
      const counter = new Counter(settings)
      for (const [labels, value] of known) counter.inc(labels, value)
    } else {
      const made = new Gauge(settings)
      for (const [labels, value] of known) made.set(labels, value)
    }
  }
  return registry
}
