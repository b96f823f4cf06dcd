import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../packages/server/src/platform/config.ts'
import { requireStrongSecrets } from '../../packages/server/src/platform/strong-secrets.ts'

/** The files that a server with containers is made from. The stack itself runs in `npm run test:deploy`. */
const COMPOSE = path.resolve(import.meta.dirname, '../../deploy/compose')
let [root, folder] = ['', '']
const at = (name: string) => path.join(folder, name)
const setup = (...args: string[]) => spawnSync('sh', [at('setup.sh'), ...args], { encoding: 'utf8' })
const secrets = () => Object.fromEntries(readdirSync(at('secrets')).map((name) => [name, readFileSync(at(`secrets/${name}`), 'utf8')]))

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'atende-compose-'))
  folder = path.join(root, 'deploy/compose')
  cpSync(COMPOSE, folder, { recursive: true })
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ name: 'atende', version: '9.8.7' }, null, 2))
  rmSync(at('.env'), { force: true })
  rmSync(at('secrets'), { recursive: true, force: true })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

type Service = {
  image: string
  hostname?: string
  ports?: string[]
  restart: string
  read_only: boolean
  cap_drop: string[]
  cap_add?: string[]
  security_opt: string[]
  mem_limit: string
  user?: string
  networks?: string[]
  profiles?: string[]
  secrets?: string[]
  volumes?: string[]
  environment?: Record<string, string>
  logging: { driver: string; options: Record<string, string> }
}
type Stack = { services: Record<string, Service>; networks: Record<string, { internal?: boolean }>; secrets: Record<string, { file: string }>; volumes: object }
const stack = () => parse(readFileSync(path.join(COMPOSE, 'compose.yml'), 'utf8'), { merge: true }) as Stack

describe('setup.sh', () => {
  it('makes strong secrets that only their user may read, and settings for the size of the server', () => {
    const made = setup('--domain', 'atende.example', '--email', 'eu@example.com', '--memory', '2')
    expect([made.status, made.stderr]).toEqual([0, ''])
    for (const name of readdirSync(at('secrets'))) {
      const mode = statSync(at(`secrets/${name}`)).mode & 0o777
      expect([name, mode]).toEqual([name, process.getuid?.() === 0 ? 0o600 : 0o644])
    }
    expect(statSync(at('secrets')).mode & 0o777).toBe(0o700)
    const env = readFileSync(at('.env'), 'utf8')
    for (const name of ['ATENDE_VERSION', 'ATENDE_BLUE_VERSION', 'ATENDE_GREEN_VERSION']) expect(env).toContain(`${name}=9.8.7\n`)
    for (const line of ['ATENDE_DOMAIN=atende.example', 'ATENDE_EMAIL=eu@example.com', 'ATENDE_MEMORY_WEB=384m', 'ATENDE_SHARED_BUFFERS=128MB'])
      expect(env).toContain(`${line}\n`)
    for (const [name, value] of Object.entries(secrets())) if (value) expect(env, name).not.toContain(value)
    expect(made.stdout).toContain('there are no backups yet')
  })

  it('and the server takes them as strong, and as different', () => {
    const files = Object.fromEntries(Object.keys(secrets()).map((name) => [`${name}_FILE`, at(`secrets/${name}`)]))
    expect(() => requireStrongSecrets(loadConfig({ ...files, NODE_ENV: 'production', DATABASE_URL: '', REDIS_URL: '', DATABASE_OWNER_URL: '' }))).not.toThrow()
    const values = Object.values(secrets()).filter(Boolean)
    expect(new Set(values).size).toBe(values.length)
    const { REDIS_AUTH = '', REDIS_URL = '' } = secrets()
    expect(new URL(REDIS_URL).password).toBe(REDIS_AUTH.replace('requirepass ', ''))
  })

  it('changes nothing that is there, and makes what was lost', () => {
    writeFileSync(at('secrets/META_APP_SECRET'), 'typed by the operator')
    writeFileSync(at('.env'), readFileSync(at('.env'), 'utf8').replace('ATENDE_MEMORY_WEB=384m', 'ATENDE_MEMORY_WEB=999m'))
    rmSync(at('secrets/REDIS_AUTH'))
    const before = secrets()
    expect(setup('--domain', 'other.example', '--memory', '8').status).toBe(0)
    const after = secrets()
    for (const [name, value] of Object.entries(before)) expect([name, after[name]]).toEqual([name, value])
    // The password that the servers know.
    expect(after.REDIS_AUTH).toBe(`requirepass ${new URL(before.REDIS_URL ?? '').password}`)
    const env = readFileSync(at('.env'), 'utf8')
    for (const line of ['ATENDE_DOMAIN=atende.example', 'ATENDE_MEMORY_WEB=999m']) expect(env).toContain(line)
    expect(setup().stdout).toContain('nothing to do')
  })

  it('refuses what it does not understand, with exit code 2', () => {
    for (const wrong of [['--domain'], ['--version', '1.0; rm'], ['--domian', 'x'], ['--domain', 'a b;rm'], ['--memory', '3']])
      expect([wrong, setup(...wrong).status]).toEqual([wrong, 2])
  })
})

describe('compose.yml', () => {
  it('every container is bounded, unprivileged, and comes back by itself', () => {
    for (const [name, s] of Object.entries(stack().services)) {
      expect([name, s.read_only, s.cap_drop, s.security_opt]).toEqual([name, true, ['ALL'], ['no-new-privileges:true']])
      expect([name, s.restart]).toEqual([name, ['prepare', 'restore'].includes(name) ? 'no' : 'unless-stopped'])
      expect([name, s.mem_limit]).toEqual([name, expect.stringMatching(/\d+m\}?$/)])
      expect([name, s.logging.options['max-size'], s.logging.options['max-file']]).toEqual([name, '10m', '5'])
      if (s.user === '0:0') expect(name).toBe('prepare')
    }
  })

  it('only nginx is reached from outside; database and Redis have no way out either', () => {
    const { services, networks } = stack()
    expect(
      Object.entries(services)
        .filter(([, s]) => s.ports?.some((p) => !p.startsWith('127.0.0.1:')))
        .map(([name]) => name),
    ).toEqual(['nginx'])
    for (const name of ['postgres', 'redis']) {
      expect([name, services[name]?.ports, services[name]?.networks]).toEqual([name, undefined, ['back']])
    }
    expect(networks.back?.internal).toBe(true)
    expect(services.nginx?.networks).toEqual(['front'])
  })

  it('web and worker keep logs by kind in one volume, each under its own name: two of them never turn one file round', () => {
    const { services, volumes } = stack()
    const ours = ['web-blue', 'web-green', 'worker-blue', 'worker-green']
    for (const name of ours) {
      const { environment, volumes: mounts } = services[name] ?? {}
      expect([name, environment?.LOG_DIR, environment?.LOG_NAME, mounts]).toEqual([name, '/logs', name, expect.arrayContaining(['logs:/logs'])])
      expect([name, environment?.ROLE, environment?.BACKUP_RUN]).toEqual([name, name.split('-')[0], 'elsewhere'])
    }
    expect([volumes, services.prepare?.volumes]).toEqual([expect.objectContaining({ logs: {} }), expect.arrayContaining(['logs:/volumes/logs'])])
  })

  it('images are pinned, secrets come from files that setup.sh makes, and none stands in the environment', () => {
    const { services, secrets: declared } = stack()
    for (const [name, s] of Object.entries(services)) {
      expect([name, s.image]).toEqual([name, expect.stringMatching(/:[^:]*[\d}][^:]*\}?$/)])
      expect([name, s.image]).not.toEqual([name, expect.stringContaining('latest')])
      for (const secret of s.secrets ?? []) expect([name, secret, declared[secret]?.file]).toEqual([name, secret, `./secrets/${secret}`])
      for (const [key, value] of Object.entries(s.environment ?? {})) {
        if (!key.endsWith('_FILE')) continue
        expect([name, key, value]).toEqual([name, key, expect.stringMatching(/^\/run\/secrets\//)])
        expect([name, key, s.secrets]).toEqual([name, key, expect.arrayContaining([path.basename(value)])])
      }
    }
    for (const secret of Object.keys(declared)) expect([secret, existsSync(at(`secrets/${secret}`))]).toEqual([secret, true])
  })

  it('names no version of Atende: setup.sh takes that of its release', () => {
    const lines = ['compose.yml', '.env.example'].flatMap((file) => readFileSync(path.join(COMPOSE, file), 'utf8').split('\n'))
    expect(lines.filter((line) => /ATENDE_(BLUE_|GREEN_)?VERSION/.test(line) && /\d+\.\d+/.test(line))).toEqual([])
  })

  it('the two colours are two machines for the status page, and stay so when containers are made anew', () => {
    const { services } = stack()
    const hosts = ['web-blue', 'worker-blue', 'web-green', 'worker-green'].map((name) => services[name]?.hostname)
    expect(hosts).toEqual(['atende-blue', 'atende-blue', 'atende-green', 'atende-green'])
  })

  it('what it mounts from the repository is there, and what it interpolates is explained', () => {
    const text = readFileSync(path.join(COMPOSE, 'compose.yml'), 'utf8')
    const example = readFileSync(path.join(COMPOSE, '.env.example'), 'utf8')
    const bare = [...text.matchAll(/\$\{([A-Z0-9_]+)(?::\?[^}]*)?\}/g)].map((m) => m[1] ?? '')
    for (const name of bare) expect([name, new RegExp(`^${name}=`, 'm').test(example)]).toEqual([name, true])
    for (const [, source] of text.matchAll(/['\s](\.{1,2}\/(?:nginx|postgres|redis|certbot|coturn)[a-z/.-]*):\//g)) {
      expect([source, existsSync(path.join(COMPOSE, source ?? ''))]).toEqual([source, true])
    }
    for (const file of ['compose.dev.yml', 'compose.test.yml']) expect(parse(readFileSync(path.join(COMPOSE, file), 'utf8'))).toHaveProperty('services')
  })
})

describe('the archive of the database', () => {
  const archive = (env: Record<string, string>, ...args: string[]) =>
    spawnSync('sh', [path.join(COMPOSE, 'postgres/archive-wal.sh'), ...args], { encoding: 'utf8', env: { ...process.env, ...env } })

  it('keeps each segment once, whole, and only when somebody takes them away again', () => {
    const to = mkdtempSync(path.join(folder, 'archive-'))
    const segment = at('segment')
    writeFileSync(segment, 'content')
    expect(archive({ WAL_ARCHIVE: to, BACKUP_RECIPIENT: '' }, segment, '01').status).toBe(0)
    expect(readdirSync(to)).toEqual([])
    const on = { WAL_ARCHIVE: to, BACKUP_RECIPIENT: 'age1example' }
    expect(archive(on, segment, '01').status).toBe(0)
    expect(archive(on, segment, '01').status).toBe(0)
    expect([readdirSync(to), readFileSync(path.join(to, '01'), 'utf8')]).toEqual([['01'], 'content'])
    writeFileSync(segment, 'another content')
    expect(archive(on, segment, '01')).toMatchObject({ status: 1, stderr: expect.stringContaining('there already') })
    expect(readFileSync(path.join(to, '01'), 'utf8')).toBe('content')
    expect(archive(on, at('absent'), '02').status).not.toBe(0)
    expect(readdirSync(to)).toEqual(['01'])
  })

  it('lets the oldest go, and says so, when nobody takes them away', () => {
    const to = mkdtempSync(path.join(folder, 'archive-'))
    const segment = at('segment')
    writeFileSync(segment, 'content')
    const on = { WAL_ARCHIVE: to, BACKUP_RECIPIENT: 'age1example', WAL_ARCHIVE_KEEP: '3' }
    for (const name of ['00000002.history', '01', '02', '03', '04', '05']) expect(archive(on, segment, name)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(to).toSorted()).toEqual(['.let-go', '00000002.history', '03', '04', '05'])
    expect(readFileSync(path.join(to, '.let-go'), 'utf8')).toBe('01\n02\n')
  })
})
