import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '../../packages/server/src/platform/embedded-postgres.ts'
import { freePort } from '../../packages/server/src/platform/ports.ts'
import { type Started, startAtende } from '../../packages/server/src/testing/atende-command.ts'
import { startRedis } from '../../packages/server/src/testing/redis-process.ts'
import { sqlAs } from '../../packages/server/src/testing/test-database.ts'
import { STAGE_HOST, startNginx } from './stage-nginx.ts'

const CLI = path.resolve(import.meta.dirname, '../../packages/server/src/cli.ts')
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * A plain server in a folder: its paths lie below it, its services are processes of the test, and `systemctl`, `sudo` and `atende` are
 * small scripts that do here what they do there.
 */
export async function setStage() {
  const root = mkdtempSync(path.join(tmpdir(), 'atende-runbooks-'))
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(root, 0o755)
  const at = (...parts: string[]) => path.join(root, ...parts)
  const home = at('var/lib/atende')
  for (const folder of ['bin', 'var/lib/atende', 'var/lib/cluster', 'var/log/atende', 'etc/atende/secrets', 'media/usb'])
    mkdirSync(at(folder), { recursive: true })
  const key = randomBytes(32).toString('hex')
  for (const file of ['etc/atende/secrets/ENCRYPTION_KEY', 'media/usb/ENCRYPTION_KEY']) writeFileSync(at(file), key, { mode: 0o640 })

  const password = randomBytes(18).toString('base64url')
  const redis = await startRedis()
  const databasePort = await freePort(57_432)
  const startDatabase = () => startEmbeddedPostgres(at('var/lib/cluster'), password, databasePort)
  let database = await startDatabase()
  const superUrl = `postgres://postgres:${password}@127.0.0.1:${databasePort}/atende`
  await sqlAs(superUrl.replace(/atende$/, 'postgres'), 'create database atende')

  const [webPort, workerPort] = [await freePort(57_500), await freePort(57_600)]
  const proxy = await startNginx(at, webPort)
  const common = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    // Whatever the tests run in.
    container: '',
    DATA_DIR: home,
    DATABASE_URL: superUrl,
    ENCRYPTION_KEY_FILE: at('etc/atende/secrets/ENCRYPTION_KEY'),
    REDIS_URL: redis.url,
    LOG_DIR: at('var/log/atende'),
    PUBLIC_URL: `https://${STAGE_HOST}:${proxy.port}`,
    OUTGOING_HOSTS: `${STAGE_HOST}=127.0.0.1`,
    TRUSTED_PROXIES: 'loopback',
    NODE_EXTRA_CA_CERTS: proxy.authority.file,
    WHATSAPP_PAIR_INTERVAL_MS: '10',
  }
  const roles = { 'atende-web@blue': { ROLE: 'web', PORT: String(webPort) }, 'atende-worker@blue': { ROLE: 'worker', PORT: String(workerPort) } }
  const running = new Map<string, Started>()
  const settings = { ...common, PORT: String(webPort) }

  const isRole = (unit: string): unit is keyof typeof roles => unit in roles
  async function restart(unit: string): Promise<void> {
    if (unit === 'redis-server') {
      await redis.kill()
      return redis.start()
    }
    if (unit === 'atende-postgres') {
      await database.stop()
      database = await startDatabase()
      return
    }
    if (!isRole(unit)) throw new Error(`no such unit: ${unit}`)
    await running.get(unit)?.end('SIGTERM')
    running.delete(unit)
    running.set(unit, await startAtende({ ...common, ...roles[unit] }))
  }
  async function serve(verb: string, units: readonly string[]): Promise<void> {
    if (verb === 'renew') return proxy.certify(90)
    if (verb === 'reload' && units.join() === 'nginx') return proxy.reload()
    if (verb !== 'restart') throw new Error(`systemctl ${verb}`)
    for (const unit of units) await restart(unit)
  }
  const control = createServer((request, response) => {
    const [verb = '', ...units] = (request.url ?? '').slice(2).split('&').map(decodeURIComponent)
    serve(verb, units).then(
      () => response.end('ok'),
      (e: unknown) => response.writeHead(500).end(String(e)),
    )
  })
  await new Promise<void>((done) => control.listen(0, '127.0.0.1', done))
  const address = control.address()
  const controlPort = typeof address === 'object' && address ? address.port : 0

  const script = (name: string, text: string) => writeFileSync(at('bin', name), text, { mode: 0o755 })
  const exported = Object.entries(settings).map(([k, v]) => `${k}=${quoted(v)}`)
  script('sudo', '#!/bin/sh\nexec "$@"\n')
  script(
    'atende',
    `#!/bin/sh\nexec env -i PATH="$PATH" ${exported.join(' ')} ${quoted(process.execPath)} --disable-warning=ExperimentalWarning ${quoted(CLI)} "$@"\n`,
  )
  const ask = `fetch('http://127.0.0.1:${controlPort}/?' + process.argv.slice(1).map(encodeURIComponent).join('&')).then(async (r) => { if (!r.ok) { console.error(await r.text()); process.exit(1) } })`
  script('systemctl', `#!/bin/sh\nexec ${quoted(process.execPath)} -e ${quoted(ask)} "$@"\n`)
  script('nginx', `#!/bin/sh\nexec ${quoted(proxy.binary)} -c ${quoted(proxy.config)} -p ${quoted(root)} "$@"\n`)
  // The authority of the test stands in for Let's Encrypt.
  script('certbot', `#!/bin/sh\nexec systemctl "$1"\n`)

  return {
    at,
    home,
    url: `http://127.0.0.1:${webPort}`,
    sql: <R extends Record<string, unknown>>(text: string, values: unknown[] = []) => sqlAs<R>(superUrl, text, values),
    restart,
    redis,
    proxy,
    databaseFolder: at('var/lib/cluster/postgres/data'),
    end: async (unit: string, signal: NodeJS.Signals) => {
      await running.get(unit)?.end(signal)
      running.delete(unit)
    },
    /** Runs a page's script, with the paths of a real server put below the stage. */
    async run(text: string): Promise<{ code: number | null; output: string }> {
      const here = text.replaceAll(/(?<![\w.])\/(etc\/atende|var\/lib\/atende|var\/log\/atende|media\/usb)/g, `${root}/$1`)
      const child = spawn('bash', ['-euo', 'pipefail', '-c', here], {
        cwd: root,
        env: { PATH: `${at('bin')}:${process.env.PATH}` },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d))
      return { code: await new Promise<number | null>((done) => child.once('close', done)), output }
    },
    async close() {
      for (const [, process_] of running) await process_.end('SIGTERM')
      control.closeAllConnections()
      control.close()
      await proxy.close()
      await database.stop()
      await redis.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
