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
const files = readdirSync(RULES).map((file) => path.join(RULES, file))
const rules = files.flatMap((file) => (parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((g) => g.rules))

const run = (tool: string, ...args: string[]) => {
  const r = spawnSync(tool, args, { encoding: 'utf8' })
  return { ok: r.status === 0, said: r.stdout + r.stderr }
}
const inputs = (series: Series) => Object.entries(series).map(([name, values]) => ({ series: name, values }))
const firing = (alert: string) => `count(ALERTS{alertname="${alert}",alertstate="firing"})`

/** Backups are made every step, whatever its length. */
const healthyAt = (step: string): Series => {
  const seconds = { '10m': 600, '1h': 3600 }[step] ?? 60
  return Object.fromEntries(Object.entries(HEALTHY).map(([k, v]) => [k, v.replace('1+60x', `1+${seconds}x`)]))
}

const caseTest = ({ alert, bad, at, step = '1m' }: AlertCase) => ({
  interval: step,
  name: alert,
  input_series: inputs({ ...healthyAt(step), ...bad }),
  promql_expr_test: [{ expr: `${firing(alert)} > bool 0`, eval_time: at, exp_samples: [{ labels: '{}', value: 1 }] }],
})

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

it('every alert says in Portuguese what happened and what to do, and leads to a runbook', () => {
  const books = ['start', 'database', 'redis', 'webhook', 'messages-stuck', 'certificate', 'disk', 'memory', 'restore']
  books.push('lost-master-key', 'token-revoked', 'personal-data-incident', 'move-server')
  expect(rules.length).toBeGreaterThan(40)
  expect(new Set(rules.map((r) => r.alert)).size).toBe(rules.length)
  for (const { alert, labels, annotations } of rules) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(warning|critical)$/)])
    expect([alert, books]).toEqual([alert, expect.arrayContaining([/^deploy\/runbooks\/([a-z-]+)\.pt-BR\.md$/.exec(annotations.runbook_url)?.[1]])])
    expect([alert, annotations.summary.length > 10, annotations.description.length > 10]).toEqual([alert, true, true])
  }
})

it('a healthy server is left in peace', () => {
  const quiet = ['1m', '10m', '1h'].map((interval) => ({
    interval,
    name: 'healthy',
    input_series: inputs(healthyAt(interval)),
    promql_expr_test: [{ expr: 'ALERTS', eval_time: interval === '1m' ? '5h' : '30h', exp_samples: [] }],
  }))
  const tried = tryRules(quiet)
  expect(tried, tried.said).toMatchObject({ ok: true })
})

it('every alert fires for what it is for', () => {
  expect(rules.map((r) => r.alert).filter((alert) => !CASES.some((c) => c.alert === alert))).toEqual([])
  const tried = tryRules(CASES.map(caseTest))
  expect(tried, tried.said).toMatchObject({ ok: true })
})

it('this test would notice an alert that does not fire', () => {
  const tried = tryRules([caseTest({ alert: 'AtendeDiskLow', bad: {}, at: '10m' })])
  expect(tried.ok).toBe(false)
})
