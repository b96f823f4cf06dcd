import type { Choice, Dashboard, Panel } from './model.ts'

const DATASOURCE = { type: 'prometheus', uid: 'atende-prometheus' }
const [GREEN, ORANGE, RED] = ['green', 'orange', 'red'] as const

function thresholds({ limits }: Panel) {
  if (!limits) return { mode: 'absolute', steps: [{ color: GREEN, value: null }] }
  const { warn, bad, down } = limits
  const steps = down
    ? [
        { color: RED, value: null },
        { color: ORANGE, value: bad },
        { color: GREEN, value: warn },
      ]
    : [
        { color: GREEN, value: null },
        { color: ORANGE, value: warn },
        { color: RED, value: bad },
      ]
  return { mode: 'absolute', steps }
}

const custom = (panel: Panel) =>
  panel.kind === 'timeseries' || panel.kind === 'bars'
    ? {
        drawStyle: panel.kind === 'bars' ? 'bars' : 'line',
        lineWidth: 1,
        fillOpacity: panel.stacked || panel.kind === 'bars' ? 40 : 10,
        showPoints: 'never',
        spanNulls: false,
        stacking: { mode: panel.stacked ? 'normal' : 'none', group: 'A' },
      }
    : {}

function options({ kind, showLabel }: Panel) {
  if (kind === 'stat')
    return {
      colorMode: 'value',
      graphMode: 'none',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: showLabel ? 'name' : 'auto',
    }
  if (kind === 'table') return { showHeader: true, cellHeight: 'sm' }
  return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } }
}

const typeOf = (kind: Panel['kind']): string => (kind === 'bars' ? 'timeseries' : kind)

function writePanel(panel: Panel, id: number, at: { x: number; y: number }) {
  const { kind, unit, decimals, help, showLabel } = panel
  return {
    id,
    type: typeOf(kind),
    title: panel.title,
    ...(help ? { description: help } : {}),
    datasource: DATASOURCE,
    gridPos: { ...at, w: panel.width, h: panel.height ?? 8 },
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals === undefined ? {} : { decimals }),
        min: kind === 'timeseries' ? 0 : undefined,
        thresholds: thresholds(panel),
        custom: custom(panel),
      },
      overrides: [],
    },
    options: options(panel),
    targets: panel.queries.map((q, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr: q.expr,
      legendFormat: q.legend ?? (showLabel ? `{{${showLabel}}}` : ''),
      ...(kind === 'timeseries' || kind === 'bars' ? { range: true } : { instant: true, ...(kind === 'table' ? { format: 'table' } : {}) }),
    })),
  }
}

const variable = ({ name, title, metric, label }: Choice) => ({
  name,
  label: title,
  type: 'query',
  datasource: DATASOURCE,
  query: { query: `label_values(${metric}, ${label})`, refId: 'choice' },
  definition: `label_values(${metric}, ${label})`,
  refresh: 2,
  includeAll: true,
  multi: true,
  allValue: '.*',
  current: { selected: true, text: ['All'], value: ['$__all'] },
  sort: 1,
})

function place(dashboard: Dashboard) {
  const placed: object[] = []
  let [id, y] = [1, 0]
  for (const row of dashboard.rows) {
    placed.push({ id: id++, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y: y++, w: 24, h: 1 }, panels: [] })
    let [x, height] = [0, 0]
    for (const panel of row.panels) {
      if (x + panel.width > 24) {
        y += height
        ;[x, height] = [0, 0]
      }
      placed.push(writePanel(panel, id++, { x, y }))
      x += panel.width
      height = Math.max(height, panel.height ?? 8)
    }
    y += height
  }
  return placed
}

/** Grafana's JSON of a dashboard; the same every time. */
export function writeDashboard(dashboard: Dashboard): string {
  const { uid, title, description, choice } = dashboard
  const json = {
    uid,
    title,
    description,
    tags: ['atende'],
    timezone: 'browser',
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    links: [{ type: 'dashboards', title: 'Atende', tags: ['atende'], asDropdown: true, includeVars: false, keepTime: true }],
    templating: { list: choice ? [variable(choice)] : [] },
    annotations: { list: [] },
    panels: place(dashboard),
  }
  return `${JSON.stringify(json, null, 2)}\n`
}
