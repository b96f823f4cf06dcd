import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../packages/server/src/platform/ports.ts'

/** The same script in containers: what it tells the engine to do, and in which order. The engine is a stand-in. */
const ROOT = path.resolve(import.meta.dirname, '..')
const home = mkdtempSync(path.join(tmpdir(), 'atende-compose-'))
const standIn = path.join(import.meta.dirname, 'stand-ins/docker.sh')
const read = (file: string) => readFileSync(path.join(home, file), 'utf8')
const ports: Record<string, string> = {}
const environment = () => ({
  ...process.env,
  KIND: 'compose',
  ATENDE_ROOT: home,
  ATENDE_ETC: home,
  COMPOSE_DIR: home,
  DOCKER: standIn,
  COMPOSE: `${standIn} compose`,
  STAND_IN_HOME: home,
  STAND_IN_NODE: process.execPath,
  STAND_IN_PORTS: JSON.stringify(ports),
  UPDATE_READY_SECONDS: '4',
  // The stand-in is called some hundred times.
  NODE_COMPILE_CACHE: path.join(home, 'compiled'),
})

function bash(...args: string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn('bash', args, { env: environment(), timeout: 90_000 })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (d) => {
      said += d
    })
  }
  return new Promise((done) => child.once('close', (status) => done({ status, said })))
}
const update = (...args: string[]) => bash(path.join(ROOT, 'deploy/update.sh'), ...args)
const service = (verb: string, role: string, colour: string) => bash('-c', `HERE=${ROOT}/deploy; . ${ROOT}/deploy/lib/services.sh; ${verb} ${role} ${colour}`)
const running = async () => {
  const names = Object.keys(ports)
  const answers = await Promise.all(names.map(async (name) => (await service('svc_running', ...(name.split('-') as [string, string]))).status === 0))
  return names.filter((_, i) => answers[i])
}

beforeAll(async () => {
  let next = 19_900
  for (const name of ['web-blue', 'web-green', 'worker-blue', 'worker-green']) {
    const port = await freePort(next, '127.0.0.1')
    ports[name] = String(port)
    next = port + 1
  }
  writeFileSync(path.join(home, '.env'), 'COMPOSE_PROFILES=blue,monitoring\nATENDE_BLUE_VERSION=0.1.0\nATENDE_VERSION=0.1.0\n')
  writeFileSync(path.join(home, 'compose.yml'), '')
  // As the container writes it at its first start: without a word of ours.
  writeFileSync(path.join(home, 'upstream.conf'), 'upstream atende_web {\n  server web-blue:3000;\n  keepalive 64;\n}\n')
  for (const role of ['web', 'worker']) await service('svc_start', role, 'blue')
})
afterAll(async () => {
  for (const name of Object.keys(ports)) await service('svc_stop', ...(name.split('-') as [string, string]))
  rmSync(home, { recursive: true, force: true })
})

it('a new image beside the old one, migrated by itself, asked, given a share, then everything; the old one ends', { timeout: 120_000 }, async () => {
  writeFileSync(path.join(home, 'calls'), '')
  const ran = await update('--to', '0.2.0', '--no-backup', '--canary', '10', '--watch', '1')
  expect(ran).toEqual({ status: 0, said: expect.stringContaining('0.2.0 runs (green)') })
  expect(await running()).toEqual(['web-green', 'worker-green'])
  expect(read('upstream.conf')).toContain('# colour: green\nupstream atende_web {\n  server web-green:3000;')
  // The next start of the machine brings the same.
  expect(read('.env')).toMatch(/^COMPOSE_PROFILES=green,monitoring$/m)
  expect(read('.env')).toMatch(/^ATENDE_GREEN_VERSION=0\.2\.0$/m)
  expect(read('.env')).toMatch(/^ATENDE_VERSION=0\.2\.0$/m)
  const order = [
    'run --rm --no-deps -T web-green migrate',
    'up -d --no-deps web-green',
    '-s reload',
    'up -d --no-deps worker-green',
    'worker-blue',
    'stop -t 90 web-blue',
  ]
  const places = order.map((call) => read('calls').indexOf(call))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0)
  // So an operator's compose.override.yml counts, as it does for `docker compose up -d`.
  expect(read('calls')).not.toContain('compose -f')
})

it('an image that does not become ready is taken away again; one that is not there is refused', { timeout: 120_000 }, async () => {
  expect(await update('--to', '0.3.0', '--no-backup', '--watch', '1')).toEqual({ status: 1, said: expect.stringContaining('0.2.0 is in charge again (green)') })
  expect(await running()).toEqual(['web-green', 'worker-green'])
  expect(read('upstream.conf')).toContain('server web-green:3000;')
  expect(await update('--to', '0.9.0', '--no-backup')).toEqual({ status: 1, said: expect.stringContaining('there is no image atende:0.9.0') })
})

it('the way back', { timeout: 120_000 }, async () => {
  expect(await update('--rollback', '--watch', '1')).toEqual({ status: 0, said: expect.stringContaining('0.1.0 runs (blue)') })
  expect(await running()).toEqual(['web-blue', 'worker-blue'])
  expect(read('.env')).toMatch(/^COMPOSE_PROFILES=blue,monitoring$/m)
})

it('whoever read along is gone, as when an SSH was cut: the old version has everything again', { timeout: 120_000 }, async () => {
  await bash('-c', `bash ${ROOT}/deploy/update.sh --to 0.2.0 --no-backup --watch 1 2>&1 | sed '/all requests go to/q'`)
  expect(read('update/state')).toMatch(/^outcome=returned$/m)
  expect(await running()).toEqual(['web-blue', 'worker-blue'])
  expect(read('upstream.conf')).toContain('server web-blue:3000;')
  expect(read('update/log')).toContain('0.1.0 is in charge again')
})

it('the tarball of a release: images are made from it; where no backups are set up none is taken; old images go', { timeout: 120_000 }, async () => {
  mkdirSync(path.join(home, 'atende-0.2.0/deploy/docker'), { recursive: true })
  writeFileSync(path.join(home, 'atende-0.2.0/package.json'), '{\n  "version": "0.2.0"\n}\n')
  writeFileSync(path.join(home, 'atende-0.2.0/deploy/docker/Dockerfile'), 'FROM scratch\n')
  const file = path.join(home, 'atende-0.2.0.tar.gz')
  await bash('-c', `tar -C ${home} -czf ${file} atende-0.2.0`)
  writeFileSync(path.join(home, 'facts'), '{\n  "backups": "off",\n  "backupFresh": false\n}\n')
  writeFileSync(path.join(home, 'tags'), '0.0.8\n0.0.9\n0.1.0\n0.2.0\nlatest\n')
  writeFileSync(path.join(home, 'calls'), '')
  const ran = await update('--to', file, '--unsigned', '--canary', '08', '--watch', '1')
  expect(ran).toEqual({ status: 0, said: expect.stringMatching(/no backups are set up here[\s\S]*8 % go to 0\.2\.0[\s\S]*0\.2\.0 runs \(green\)/) })
  const calls = read('calls').split('\n')
  expect(calls.filter((c) => c.startsWith('build'))).toEqual(['build server atende:0.2.0', 'build backup atende-backup:0.2.0'])
  expect(calls.filter((c) => c.startsWith('image rm'))).toEqual(['image rm atende:0.0.8', 'image rm atende-backup:0.0.8'])
  expect(calls.filter((c) => c.includes('atende backup'))).toEqual([])
})

it('without the image for backups an update does not begin', async () => {
  writeFileSync(path.join(home, 'missing'), 'atende-backup:0.3.0\n')
  expect(await update('--to', '0.3.0', '--no-backup')).toEqual({ status: 1, said: expect.stringContaining('there is no image atende-backup:0.3.0') })
  expect(read('.env')).not.toContain('0.3.0')
})

it('a way back that did not succeed is no success', { timeout: 120_000 }, async () => {
  const state = { from: '0.3.0', to: '0.2.0', old: 'blue', new: 'green', rollback: 'no', backup: 'no', canary: '0', watch: '1', began: '1', steps: '' }
  const lines = Object.entries({ ...state, outcome: 'running', step: 'switch' }).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(path.join(home, 'update/state'), lines.join(''))
  const ran = await bash('-c', `UPDATE_READY_SECONDS=1 bash ${ROOT}/deploy/update.sh --rollback`)
  expect(ran).toEqual({ status: 1, said: expect.stringContaining('0.3.0 could not be brought back whole') })
})

it('what nginx could not get from a colour is counted by the address of its container', async () => {
  await service('svc_start', 'web', 'green')
  const line = (address: string) =>
    `2026/11/29 12:00:00 [error] 7#7: *1 connect() failed while connecting to upstream, upstream: "http://${address}:3000/ready"\n`
  writeFileSync(path.join(home, 'nginx.log'), line('172.20.0.7') + line('172.20.0.70') + line('172.20.0.7'))
  const counted = await bash('-c', `HERE=${ROOT}/deploy; . ${ROOT}/deploy/lib/services.sh; nginx_errors 2026-11-29T12:00:00Z green`)
  expect(counted).toEqual({ status: 0, said: '2\n' })
})
