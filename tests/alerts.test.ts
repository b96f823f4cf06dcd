import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { AMTOOL, PROMTOOL } from '../packages/server/src/testing/prometheus.ts'
import { type AlertCase, CASES, HEALTHY, type Series } from './alert-cases.ts'

/** The alert rules, tried by Prometheus's own tool: each fires for what it is for, and a healthy server is left in peace. */
const DEPLOY = path.resolve(import.meta.dirname, '../deploy')
const RULES = path.join(DEPLOY, 'prometheus/rules')
const folder = mkdtempSync(path.join(tmpdir(), 'atende-alerts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string; description: string; runbook_url: string } }
/** At the address that the operator gives, or as a file of the repository. */
const BOOK = /^\{\{ or \$externalLabels\.runbooks "deploy\/runbooks" \}\}\/([a-z-]+)\.pt-BR\.md$/
const files = readdirSync(RULES).map((file) => path.join(RULES, file))
const rules = files.flatMap((file) => (parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((g) => g.rules))

const run = (tool: string, ...args: string[]) => {
  const r = spawnSync(tool, args, { encoding: 'utf8' })
  return { ok: r.status === 0, said: r.stdout + r.stderr }
}
const SECONDS: Record<string, number> = { m: 60, h: 3600 }
const secondsOf = (span: string): number => Number.parseInt(span, 10) * (SECONDS[span.slice(-1)] ?? Number.NaN)
/** As many values as are looked at, and a few more. */
const inputs = (series: Series, at: string, step: string) =>
  Object.entries(series).map(([name, values]) => ({ series: name, values: values.replaceAll('xN', `x${Math.ceil(secondsOf(at) / secondsOf(step)) + 5}`) }))
const firing = (alert: string) => `count(ALERTS{alertname="${alert}",alertstate="firing"})`

/** Backups are made every step, whatever its length. */
const healthyAt = (step: string): Series => Object.fromEntries(Object.entries(HEALTHY).map(([k, v]) => [k, v.replace('1+60x', `1+${secondsOf(step)}x`)]))

/** One look at a server that is ill in several ways at once: trying each alone takes Prometheus's tool much longer. */
function illTest(cases: readonly AlertCase[]) {
  const step = cases[0]?.step ?? '1m'
  const latest = cases.map((c) => c.at).toSorted((x, y) => secondsOf(y) - secondsOf(x))[0] ?? '1m'
  return {
    interval: step,
    name: cases.map((c) => c.alert).join(' '),
    input_series: inputs(Object.assign(healthyAt(step), ...cases.map((c) => c.bad)), latest, step),
    promql_expr_test: cases.map(({ alert, at }) => ({ expr: `${firing(alert)} > bool 0`, eval_time: at, exp_samples: [{ labels: '{}', value: 1 }] })),
  }
}

/** Cases that change different things, and so do not disturb each other. */
function together(cases: readonly AlertCase[]): AlertCase[][] {
  const groups: AlertCase[][] = []
  const metricOf = (series: string) => series.replace(/\{.*/, '')
  const touches = (c: AlertCase) => Object.keys(c.bad).map(metricOf)
  for (const c of cases) {
    const fits = groups.find((g) => !c.alone && !g[0]?.alone && g[0]?.step === c.step && !g.some((other) => touches(other).some((m) => touches(c).includes(m))))
    if (fits) fits.push(c)
    else groups.push([c])
  }
  return groups
}

/** `step` of the evaluation must be that of the samples. */
function tryRules(tests: { interval: string }[]): { ok: boolean; said: string } {
  const results = [...Map.groupBy(tests, (t) => t.interval)].map(([step, some]) => {
    const file = path.join(folder, `rules-${step}.yml`)
    writeFileSync(file, stringify({ rule_files: files, evaluation_interval: step, tests: some }))
    return run(PROMTOOL, 'test', 'rules', file)
  })
  return { ok: results.every((r) => r.ok), said: results.map((r) => r.said).join('\n') }
}

it('the configurations and the rules are what Prometheus and Alertmanager accept', () => {
  for (const file of ['prometheus.yml', 'prometheus.plain.yml']) {
    const checked = run(PROMTOOL, 'check', 'config', path.join(DEPLOY, 'prometheus', file))
    expect(checked, checked.said).toMatchObject({ ok: true })
  }
  const checked = run(AMTOOL, 'check-config', path.join(DEPLOY, 'alertmanager/alertmanager.yml'))
  expect(checked, checked.said).toMatchObject({ ok: true })
})

it('a mail of Alertmanager says what happened, since when and what to do', () => {
  const annotations = { summary: 'O disco está quase cheio', description: 'Restam 4%.', runbook_url: 'deploy/runbooks/disk.pt-BR.md' }
  const alert = {
    status: 'firing',
    labels: { alertname: 'AtendeDiskAlmostFull' },
    annotations,
    startsAt: '2026-03-01T10:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
  }
  const file = path.join(folder, 'alert.json')
  writeFileSync(file, JSON.stringify({ receiver: 'operador', status: 'firing', alerts: [alert] }))
  const templates = `--template.glob=${path.join(DEPLOY, 'alertmanager/templates/*.tmpl')}`
  const render = (name: string) => run(AMTOOL, 'template', 'render', templates, `--template.data=${file}`, `--template.text={{ template "${name}" . }}`).said
  expect(render('atende.titulo').trim()).toBe('Atende: O disco está quase cheio')
  expect(render('atende.texto')).toMatch(/^O disco está quase cheio\nRestam 4%\.\nO que fazer: deploy\/runbooks\/disk\.pt-BR\.md\nDesde 01\/03\/2026/)
})

it('every alert says in Portuguese what happened and what to do, and leads to a runbook', () => {
  const books = ['start', 'database', 'redis', 'webhook', 'messages-stuck', 'certificate', 'disk', 'memory', 'restore']
  books.push('lost-master-key', 'token-revoked', 'personal-data-incident', 'move-server')
  expect(rules.length).toBeGreaterThan(40)
  expect(new Set(rules.map((r) => r.alert)).size).toBe(rules.length)
  for (const { alert, labels, annotations } of rules) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(warning|critical)$/)])
    expect([alert, books]).toEqual([alert, expect.arrayContaining([BOOK.exec(annotations.runbook_url)?.[1]])])
    expect([alert, annotations.summary.length > 10, annotations.description.length > 10]).toEqual([alert, true, true])
  }
})

it('a healthy server is left in peace', { timeout: 120_000 }, () => {
  const looks: [step: string, at: string][] = [
    ['1m', '3h'],
    ['10m', '30h'],
    ['1h', '240h'],
  ]
  const quiet = looks.map(([interval, eval_time]) => ({
    interval,
    name: 'healthy',
    input_series: inputs(healthyAt(interval), eval_time, interval),
    promql_expr_test: [{ expr: 'ALERTS', eval_time, exp_samples: [] }],
  }))
  const tried = tryRules(quiet)
  expect(tried, tried.said).toMatchObject({ ok: true })
})

it('every alert fires for what it is for', { timeout: 120_000 }, () => {
  expect(rules.map((r) => r.alert).filter((alert) => !CASES.some((c) => c.alert === alert))).toEqual([])
  const tried = tryRules(together(CASES).map(illTest))
  expect(tried, tried.said).toMatchObject({ ok: true })
})

it('an alert leads to its runbook: a file, or a page where the operator says that they are', () => {
  const leadsTo = (labels: Record<string, string>, address: string) => {
    const rule = rules.find((r) => r.alert === 'AtendeLimiterStandIn')
    const alert = { exp_labels: { severity: 'warning' }, exp_annotations: { ...rule?.annotations, runbook_url: address } }
    const test = {
      interval: '1m',
      name: address,
      input_series: inputs({ ...healthyAt('1m'), ...CASES.find((c) => c.alert === 'AtendeLimiterStandIn')?.bad }, '10m', '1m'),
      external_labels: labels,
      alert_rule_test: [{ alertname: 'AtendeLimiterStandIn', eval_time: '10m', exp_alerts: [alert] }],
    }
    const tried = tryRules([test])
    expect(tried, tried.said).toMatchObject({ ok: true })
  }
  leadsTo({}, 'deploy/runbooks/redis.pt-BR.md')
  leadsTo({ runbooks: 'https://guias.example.com' }, 'https://guias.example.com/redis.pt-BR.md')
})

it('this test would notice an alert that does not fire', () => {
  const tried = tryRules([illTest([{ alert: 'AtendeDiskLow', bad: {}, at: '10m' }])])
  expect(tried.ok).toBe(false)
})
