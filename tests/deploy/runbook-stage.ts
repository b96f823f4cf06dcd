import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../packages/server/src/platform/ports.ts'
import { sqlAs } from '../../packages/server/src/testing/test-database.ts'
import { eventually } from '../../packages/server/src/testing/test-server.ts'
import { furnish, type Places, placed, put, quoted, serviceAccount } from './runbook-machine.ts'
import { type FrontDoor, STAGE_HOST, startNginx } from './stage-nginx.ts'

const REDIS = process.env.REDIS_SERVER ?? ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'].find(existsSync)
const UNITS = ['atende-postgres', 'atende-web@blue', 'atende-worker@blue']

/** What two servers share of which only one runs at a time: the name of the installation leads to whichever that is. */
export type Outside = { proxy: FrontDoor; ports: Ports }
type Ports = Record<'postgres' | 'redis' | 'web-blue' | 'web-green' | 'worker-blue' | 'worker-green', number>
const findPorts = async (base: number): Promise<Ports> => ({
  postgres: await freePort(base),
  redis: await freePort(base + 10, '127.0.0.1'),
  'web-blue': await freePort(base + 20),
  'web-green': await freePort(base + 30),
  'worker-blue': await freePort(base + 40),
  'worker-green': await freePort(base + 50),
})

/**
 * `base`: where free ports are looked for; stages of two files stand side by side. Below those that the kernel gives to outgoing
 * connections (Linux: from 32768 on), since some of them are only used minutes later.
 */
type Wanted = { base?: number; more?: Record<string, string>; units?: readonly string[]; like?: Outside }

/** Ends what was started here when the tests are gone without having done so. */
function leash(root: string): void {
  const text = `while kill -0 ${process.pid} 2> /dev/null; do [ -e ${quoted(root)} ] || exit 0; sleep 2; done
for f in ${quoted(root)}/var/lib/stand-in/active/*; do kill -TERM "$(cat "$f")"; done; sleep 20; umount -l ${quoted(root)}/var/lib/atende/media 2> /dev/null; rm -rf ${quoted(root)}`
  spawn('sh', ['-c', text], { detached: true, stdio: 'ignore' }).unref()
}

function settingsOf(places: Places, { proxy, ports }: Outside, more: Record<string, string>): string {
  const { at } = places
  const settings = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    // Whatever the tests run in.
    container: '',
    HOST: '127.0.0.1',
    PORT: String(ports['web-blue']),
    DATA_DIR: at('var/lib/atende'),
    EMBEDDED_DATABASE: 'shared',
    EMBEDDED_PORT: String(ports.postgres),
    // Who gives up waiting is started again by systemd, and here by nobody.
    EMBEDDED_WAIT_SECONDS: '140',
    ENCRYPTION_KEY_FILE: at('etc/atende/secrets/ENCRYPTION_KEY'),
    LOG_DIR: at('var/log/atende'),
    PUBLIC_URL: `https://${STAGE_HOST}:${proxy.port}`,
    OUTGOING_HOSTS: `${STAGE_HOST}=127.0.0.1`,
    TRUSTED_PROXIES: 'loopback',
    NODE_EXTRA_CA_CERTS: at('etc/authority.pem'),
    WHATSAPP_PAIR_INTERVAL_MS: '10',
    BACKUP_DIR: at('var/backups/atende'),
    BACKUP_RUN: 'elsewhere',
    ATENDE_MEMINFO: at('proc/meminfo'),
    PATH: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...more,
  }
  return Object.entries(settings)
    .map(([k, v]) => `${k}="${v}"\n`)
    .join('')
}

/**
 * A plain server in a folder, as deploy/install.sh leaves it: the real units with their user, the operator's real `atende`, secrets of
 * root. Its paths lie below the folder; `systemctl` is the stand-in of the installer's tests, which returns before anything is ready.
 */
export async function setStage({ base = 27_100, more = {}, units = UNITS, like }: Wanted = {}) {
  if (!REDIS) throw new Error('The tests of runbooks need redis-server. Install it (Debian: apt-get install redis-server) or set REDIS_SERVER to its path.')
  const root = mkdtempSync(path.join(tmpdir(), 'atende-runbooks-'))
  chmodSync(root, 0o755)
  const at = (...parts: string[]) => path.join(root, ...parts)
  const places: Places = { root, at, account: serviceAccount() }
  const ports = like?.ports ?? (await findPorts(base))
  const proxy = like?.proxy ?? (await startNginx(at, [ports['web-blue'], ports['web-green']], base + 60))
  furnish(places, `${quoted(proxy.binary)} -c ${quoted(proxy.config)} -p ${quoted(root)}`)
  const settings = { REDIS_URL: `redis://127.0.0.1:${ports.redis}`, ...more }
  put(places, 'etc/atende/atende.env', settingsOf(places, { proxy, ports }, settings))
  put(places, 'etc/atende/secrets/ENCRYPTION_KEY', `${randomBytes(32).toString('hex')}\n`)
  for (const role of ['web', 'worker'] as const) {
    for (const colour of ['blue', 'green'] as const)
      put(places, `etc/atende/${role}-${colour}.env`, `ROLE="${role}"\nPORT="${ports[`${role}-${colour}`]}"\n`, 0o644)
  }
  copyFileSync(proxy.authority.file, at('etc/authority.pem'))
  const { name, group } = places.account
  writeFileSync(at('etc/redis.conf'), `port ${ports.redis}\nbind 127.0.0.1\nsave ""\nappendonly no\n`)
  writeFileSync(at('etc/systemd/system/redis-server.service'), `[Service]\nUser=${name}\nGroup=${group}\nExecStart=${REDIS} ${at('etc/redis.conf')}\n`)
  writeFileSync(at('proc/meminfo'), 'MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\nSwapTotal: 0 kB\n')
  leash(root)

  /** Runs a page's script, with the paths of a real server put below the stage. */
  async function run(text: string, env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', placed(places, text)], {
      cwd: at('home'),
      env: { PATH: `${at('bin')}:${process.env.PATH}`, HOME: at('home'), STAND_IN_ROOT: root, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d))
    return { code: await new Promise<number | null>((done) => child.once('close', done)), output }
  }
  const must = async (text: string): Promise<string> => {
    const { code, output } = await run(text)
    if (code !== 0) throw new Error(`${text}: ${code}\n${output}`)
    return output
  }
  const pidOf = (unit: string) => Number(readFileSync(at('var/lib/stand-in/active', unit), 'utf8'))
  const superUrl = () => {
    const { postgresPassword } = JSON.parse(readFileSync(at('var/lib/atende/secrets.json'), 'utf8'))
    return `postgres://postgres:${postgresPassword}@127.0.0.1:${ports.postgres}/atende`
  }
  const url = `http://127.0.0.1:${proxy.plainPort}`
  const isReady = async () => (await fetch(`${url}/ready`).catch(() => undefined))?.status === 200

  return {
    root,
    at,
    places,
    outside: { proxy, ports },
    url,
    isReady,
    run,
    must,
    pidOf,
    isActive: async (unit: string) => (await run(`systemctl is-active -q ${unit}`)).code === 0,
    sql: <R extends Record<string, unknown>>(text: string, values: unknown[] = []) => sqlAs<R>(superUrl(), text, values),
    /** Enables and starts what belongs to an installation, and waits. */
    async start() {
      await must(`systemctl enable atende.target ${units.join(' ')} && systemctl start redis-server atende.target`)
      await eventually(isReady, 150_000).catch((cause) => {
        throw new Error(units.map((u) => `${u} said:\n${readFileSync(at('var/lib/stand-in/log', `${u}.log`), 'utf8')}`).join('\n'), { cause })
      })
    },
    /** As a crash does: nobody is asked, and no service manager brings it back. */
    async kill(unit: string) {
      process.kill(pidOf(unit), 'SIGKILL')
      await eventually(async () => (await run(`systemctl is-active -q ${unit}`)).code !== 0, 30_000)
    },
    postmaster: () => Number(readFileSync(at('var/lib/atende/postgres/data/postmaster.pid'), 'utf8').split('\n')[0]),
    async close() {
      await run("systemctl stop 'atende-w*' 'atende-backup*' atende-postgres redis-server")
      if (!like) await proxy.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
export type Stage = Awaited<ReturnType<typeof setStage>>
