import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'
import { loadSecrets } from './home.ts'
import { requireStrongSecrets, weakness } from './strong-secrets.ts'

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const home = mkdtempSync(path.join(tmpdir(), 'atende-secrets-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function atende(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env: { DATA_DIR: home, PORT: '0', ...env }, stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  return { code: await new Promise<number | null>((done) => child.once('close', done)), stdout, stderr }
}

const STRONG = 'b3f1c07a9d24e86f5512ac0be97d34f1806cbe2749fa513d7e60d9c2a84b1f36'
const url = (password: string) => `postgres://app:${encodeURIComponent(password)}@127.0.0.1:1/atende`

describe('a start in production', () => {
  it.each([
    ['ENCRYPTION_KEY', '0'.repeat(64)],
    ['ENCRYPTION_KEY', '0123456789abcdef'.repeat(4)],
    ['ENCRYPTION_KEY', 'DEADBEEF'.repeat(8)],
    ['ENCRYPTION_KEY', `${'0'.repeat(63)}1`],
    ['SUPER_ADMIN_PASSWORD', 'curta-8x'],
    ['SUPER_ADMIN_PASSWORD', 'Administrator-2026'],
    ['SUPER_ADMIN_PASSWORD', 'abcabcabcabc'],
    ['SUPER_ADMIN_PASSWORD', 'Ch@nge-Me-123456'],
    ['META_APP_SECRET', '<your-app-secret>'],
    ['META_APP_SECRET', 'your_secret_123456'],
    ['META_VERIFY_TOKEN', 'token'],
    ['S3_SECRET_ACCESS_KEY', 'minioadmin'],
    ['DATABASE_URL', url('postgres')],
    ['DATABASE_URL', url('p@ssw0rd')],
    ['DATABASE_OWNER_URL', url('p@ssw0rd-123456')],
  ])('refuses a weak %s, names it, says what to do and never the value (%#)', async (name, value) => {
    const { code, stdout, stderr } = await atende(['start'], { [name]: value })
    expect(code).toBe(2)
    expect(stderr).toContain(`${name}: `)
    expect(stderr).toMatch(/atende secrets make|Meta dashboard|storage provider/)
    expect(stdout + stderr).not.toContain(value)
    // Nothing was made or opened before.
    expect(existsSync(path.join(home, 'secrets.json'))).toBe(false)
  })

  it('names all of them at once, and secrets that are the same', async () => {
    const both = { META_APP_SECRET: STRONG, META_VERIFY_TOKEN: STRONG, SUPER_ADMIN_PASSWORD: 'senha', DATABASE_URL: url('root') }
    const { stderr } = await atende(['migrate'], both)
    for (const name of ['SUPER_ADMIN_PASSWORD', 'DATABASE_URL', 'META_VERIFY_TOKEN: is the same secret as META_APP_SECRET']) expect(stderr).toContain(name)
  })

  it('takes strong ones, none at all, and in development any', () => {
    const strong = {
      ENCRYPTION_KEY: STRONG,
      META_APP_SECRET: 'a1f0c2e49b7d5863',
      SUPER_ADMIN_PASSWORD: 'mar aberto 7 pedras',
      DATABASE_URL: url('vQ8_t-3kLzPw0'),
    }
    const weak = { ENCRYPTION_KEY: '0'.repeat(64), META_APP_SECRET: 'secret', DATABASE_URL: url('test') }
    expect(() => requireStrongSecrets(loadConfig({ NODE_ENV: 'production', ...strong }))).not.toThrow()
    expect(() => requireStrongSecrets(loadConfig({ NODE_ENV: 'production', DATABASE_URL: 'postgres://app@%2Fvar%2Frun/atende' }))).not.toThrow()
    expect(() => requireStrongSecrets(loadConfig({ NODE_ENV: 'production' }))).not.toThrow()
    expect(() => requireStrongSecrets(loadConfig({ NODE_ENV: 'development', ...weak }))).not.toThrow()
    expect(() => requireStrongSecrets(loadConfig({ NODE_ENV: 'production', ...weak }))).toThrow(/ENCRYPTION_KEY.*META_APP_SECRET.*DATABASE_URL/s)
  })

  it('secrets made at the first start can be read by their owner alone, also after somebody opened the file', () => {
    const made = mkdtempSync(path.join(tmpdir(), 'atende-made-'))
    try {
      const first = loadSecrets(made)
      const file = path.join(made, 'secrets.json')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      chmodSync(file, 0o644)
      expect(loadSecrets(made)).toEqual(first)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(weakness(first.encryptionKey ?? '', { least: 64, kinds: 8 })).toBeUndefined()
    } finally {
      rmSync(made, { recursive: true })
    }
  })

  it('"secrets make" prints what it would take, new each time', async () => {
    const [one, two] = await Promise.all([atende(['secrets', 'make'], {}), atende(['secrets', 'make', '--json'], {})])
    const lines = one.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s))
    expect(lines.map(([name]) => name)).toEqual(['ENCRYPTION_KEY', 'SUPER_ADMIN_PASSWORD', 'META_VERIFY_TOKEN', 'POSTGRES_PASSWORD'])
    for (const [name, value = ''] of lines) {
      expect([name, weakness(value, { least: 24, kinds: 8 })]).toEqual([name, undefined])
      expect(two.stdout).not.toContain(value)
    }
    expect(() => loadConfig({ ENCRYPTION_KEY: lines[0]?.[1] })).not.toThrow()
  })
})
