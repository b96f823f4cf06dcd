import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

/** What systemd, PM2 and the shell will be given: checked by systemd-analyze, Node and shellcheck. */
const ROOT = path.resolve(import.meta.dirname, '..')
const UNITS = path.join(ROOT, 'deploy/systemd')
vi.setConfig({ testTimeout: 240_000 })
const temporary = mkdtempSync(path.join(tmpdir(), 'atende-units-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && !e.parentPath.includes('node_modules'))
    .map((e) => path.join(e.parentPath, e.name))

function shellScripts(): string[] {
  return (
    [path.join(ROOT, 'deploy'), path.join(ROOT, 'scripts/deploy')]
      .filter(existsSync)
      .flatMap(filesBelow)
      // Parts are read together with what they are parts of.
      .filter((file) => !/deploy\/(install|lib)\//.test(file))
      .filter((file) => {
        if (file.endsWith('.sh')) return true
        return !path.extname(file) && /^#!.*\b(ba)?sh\b/.test(readFileSync(file, 'utf8').slice(0, 80))
      })
  )
}

describe('shell scripts', () => {
  it('shellcheck has nothing against any of them', () => {
    const scripts = shellScripts()
    expect(scripts.map((f) => path.relative(ROOT, f))).toEqual(expect.arrayContaining(['deploy/install.sh', 'deploy/bin/atende']))
    const r = spawnSync('shellcheck', ['-x', '-a', '-P', 'SCRIPTDIR', '-S', 'warning', ...scripts], { encoding: 'utf8' })
    expect(r.error).toBeUndefined()
    expect(r.stdout).toBe('')
  })

  it('deploy/bin/atende finds its own Node and program, wherever it is called from', () => {
    const r = spawnSync(path.join(ROOT, 'deploy/bin/atende'), ['--version'], { cwd: '/', encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } })
    expect([r.status, r.stderr]).toEqual([0, ''])
    expect(r.stdout.trim()).toBe(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version)
  })
})

describe('systemd units', () => {
  const units = readdirSync(UNITS).toSorted()

  it('systemd understands each line', () => {
    // The programs stand elsewhere on a server; here they are those of this checkout.
    for (const unit of units) {
      const text = readFileSync(path.join(UNITS, unit), 'utf8').replaceAll(/\/opt\/atende\/(current|%i)\//g, `${ROOT}/`)
      writeFileSync(path.join(temporary, unit), text)
    }
    const files = units.map((u) => path.join(temporary, u.replace('@.', '@blue.')))
    for (const unit of units.filter((u) => u.includes('@.'))) {
      writeFileSync(path.join(temporary, unit.replace('@.', '@blue.')), readFileSync(path.join(temporary, unit)))
    }
    const r = spawnSync('systemd-analyze', ['verify', ...files], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${temporary}:/usr/lib/systemd/system:/lib/systemd/system` },
    })
    expect(r.error).toBeUndefined()
    expect(r.stdout + r.stderr).toBe('')
    expect(r.status).toBe(0)
  })

  it.each(units.filter((u) => u.endsWith('.service')))('%s is shut in: systemd rates its exposure below 2 of 10', (unit) => {
    const r = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', '--no-pager', path.join(UNITS, unit)], { encoding: 'utf8' })
    expect(r.stdout).toMatch(/Overall exposure level for .*: [01]\.\d OK/)
    expect(r.status).toBe(0)
  })

  it.each(['atende-postgres.service', 'atende-web@.service', 'atende-worker@.service', 'atende-backup.service'])(
    '%s comes back whenever it ends, and is given time to end',
    (unit) => {
      const text = readFileSync(path.join(UNITS, unit), 'utf8')
      for (const line of [
        'Restart=always',
        'StartLimitIntervalSec=0',
        'User=atende',
        'ProtectSystem=strict',
        'NoNewPrivileges=yes',
        'KillMode=mixed',
        'LimitNOFILE=65536',
      ]) {
        expect(text).toContain(`${line}\n`)
      }
      expect(text).toMatch(/^MemoryMax=\d+%$/m)
      expect(text).toMatch(/^TimeoutStopSec=\d+$/m)
      expect(text).toMatch(/^ReadWritePaths=\/var\/lib\/atende/m)
    },
  )
})

describe('PM2', () => {
  const file = path.join(ROOT, 'deploy/pm2/ecosystem.config.cjs')
  type App = { name: string; script: string; args: string; interpreter: string; kill_timeout: number; env?: Record<string, string> }
  function load(env: Record<string, string>): App[] {
    const before = { ...process.env }
    Object.assign(process.env, env)
    try {
      const require = createRequire(file)
      delete require.cache[file]
      return require(file).apps
    } finally {
      process.env = before
    }
  }

  it('starts the database first, then one web and one worker process that share it', () => {
    const apps = load({ DATABASE_URL: '' })
    expect(apps.map((a) => `${a.name}: ${a.args}`)).toEqual(['atende-postgres: db serve', 'atende-web: start', 'atende-worker: start'])
    for (const app of apps) {
      expect(statSync(app.script).mode & 0o111).not.toBe(0)
      expect(app.interpreter).toBe('none')
      expect(app.kill_timeout).toBeGreaterThanOrEqual(60_000)
    }
    expect(apps.slice(1).map((a) => [a.env?.ROLE, a.env?.EMBEDDED_DATABASE])).toEqual([
      ['web', 'shared'],
      ['worker', 'shared'],
    ])
    expect(new Set(apps.slice(1).map((a) => a.env?.PORT)).size).toBe(2)
  })

  it('leaves the database out when there is another one', () => {
    const apps = load({ DATABASE_URL: 'postgres://app@db/atende' })
    expect(apps.map((a) => a.name)).toEqual(['atende-web', 'atende-worker'])
    for (const app of apps) expect(app.env).not.toHaveProperty('EMBEDDED_DATABASE')
  })
})
