import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../platform/ports.ts'

const find = (name: string): string => process.env[name.toUpperCase()] ?? [`/usr/bin/${name}`, `/usr/local/bin/${name}`].find(existsSync) ?? name
/** Prometheus's own programs (Debian: prometheus, prometheus-alertmanager). */
export const PROMTOOL = find('promtool')
export const AMTOOL = find('amtool')
const PROMETHEUS = find('prometheus')

type Sample = { metric: Record<string, string>; value: [number, string] }
export type Prometheus = {
  url: string
  /** @throws what Prometheus says when it cannot read the expression */
  query: (expr: string) => Promise<Sample[]>
  stop: () => Promise<void>
}

/** The real Prometheus on loopback, with this configuration; its data lies in `folder`. */
export async function startPrometheus(config: string, folder: string): Promise<Prometheus> {
  const port = await freePort(29_090, '127.0.0.1')
  const child = spawn(
    PROMETHEUS,
    [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (d) => {
    said = (said + d).slice(-4000)
  })
  let failure: string | undefined
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  child.once('error', (e) => {
    failure = `${e.message}: install Prometheus (Debian: apt-get install prometheus)`
  })
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; ; i++) {
    if (failure || child.exitCode !== null || i > 500) throw new Error(failure ?? `prometheus does not start: ${said}`)
    const ready = await fetch(`${url}/-/ready`).then(
      (r) => r.ok,
      () => false,
    )
    if (ready) break
    await new Promise((r) => setTimeout(r, 50))
  }
  return {
    url,
    async query(expr) {
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) })
      const body = (await answer.json()) as { status: string; error?: string; data?: { result: Sample[] } }
      if (body.status !== 'success') throw new Error(`${expr}: ${body.error}`)
      return body.data?.result ?? []
    },
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}
