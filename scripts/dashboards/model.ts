/** What a dashboard is made of; `write-dashboard.ts` turns it into Grafana's words. */
export type Query = {
  expr: string
  legend?: string
  /** There may be nothing to see, and that is fine: what a test need not find. */
  sometimes?: true
}
/** Grafana's names of units. */
export type Unit = 'none' | 'short' | 's' | 'bytes' | 'percentunit' | 'reqps' | 'ops' | 'd' | 'dateTimeAsIso' | 'bool_yes_no' | 'string'
export type Panel = {
  title: string
  help?: string
  kind: 'stat' | 'timeseries' | 'bars' | 'table'
  unit: Unit
  queries: Query[]
  /** Of 24. */
  width: number
  height?: number
  /** From these values on it is a warning, and bad; `down` when small values are bad. */
  limits?: { warn: number; bad: number; down?: true }
  decimals?: number
  stacked?: true
  /** Shows this label instead of a value. */
  showLabel?: string
}
export type Row = { title: string; panels: Panel[] }
export type Dashboard = { uid: string; title: string; description: string; rows: Row[] /** A choice at the top: label of which metric. */; choice?: Choice }
export type Choice = { name: string; title: string; metric: string; label: string }

export const stat = (title: string, expr: string, unit: Unit, more: Partial<Panel> & { sometimes?: true } = {}): Panel => {
  const { sometimes, ...rest } = more
  return { kind: 'stat', title, unit, width: 4, height: 4, queries: [{ expr, ...(sometimes ? { sometimes } : {}) }], ...rest }
}
export const lines = (title: string, unit: Unit, queries: Query[], more: Partial<Panel> = {}): Panel => ({
  kind: 'timeseries',
  title,
  unit,
  width: 12,
  height: 8,
  queries,
  ...more,
})
