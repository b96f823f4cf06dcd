import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

/** The examples for shippers read what the server writes (platform/log-files.ts), and carry no address or secret of their own. */
const LOGS = path.resolve(import.meta.dirname, '../deploy/logs')
const read = (name: string) => readFileSync(path.join(LOGS, name), 'utf8')
const FILES = ['alloy/config.alloy', 'filebeat/filebeat.yml', 'vector/vector.yaml']

it('each reads the live files, tells the kinds apart, and takes its store from the environment', () => {
  for (const name of FILES) {
    const text = read(name)
    expect([name, text]).toEqual([name, expect.stringMatching(/"\/var\/log\/atende\/(\{error,warn,info,http\}|error)-\*\.log"/)])
    expect([name, text]).toEqual([name, expect.stringMatching(/sys\.env\("LOKI_URL"\)|\$\{(ELASTIC|LOKI)_URL\}/)])
    expect([name, text.match(/https?:\/\//g)]).toEqual([name, null])
  }
})

it('those that can be parsed here are well formed', () => {
  expect(parse(read('filebeat/filebeat.yml'))).toMatchObject({ 'filebeat.inputs': [{ type: 'filestream', parsers: [{ ndjson: { target: 'atende' } }] }] })
  expect(parse(read('vector/vector.yaml'))).toMatchObject({ sinks: { loki: { inputs: ['parsed'] } }, transforms: { parsed: { inputs: ['atende'] } } })
  const alloy = read('alloy/config.alloy')
  expect((alloy.match(/\{/g) ?? []).length).toBe((alloy.match(/\}/g) ?? []).length)
})

it('the names of the files are those that the examples take apart', () => {
  const pattern = /\/(?<kind>error|warn|info|http)-(?<process>[a-z0-9-]+)\.log$/
  for (const kind of ['error', 'warn', 'info', 'http']) {
    expect(pattern.exec(`/var/log/atende/${kind}-web-3001.log`)?.groups).toEqual({ kind, process: 'web-3001' })
    expect(pattern.test(`/var/log/atende/${kind}-web-3001.20261129-0000-1.log.gz`)).toBe(false)
  }
  for (const name of ['alloy/config.alloy', 'vector/vector.yaml']) expect(read(name)).toContain('error|warn|info|http')
})
