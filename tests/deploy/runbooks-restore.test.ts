import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { makeKeyPair } from '../../packages/server/src/operations/backup/age-files.ts'
import { eventually } from '../../packages/server/src/testing/test-server.ts'
import { scriptOf } from './runbook-pages.ts'
import { type Stage, setStage } from './runbook-stage.ts'

/** A database that is gone, and a move to another machine, by what the pages tell to type. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
const UNITS = ['atende-postgres', 'atende-web@green', 'atende-worker@green', 'atende-backup']
const LOGIN = { email: 'helena@recanto.example', password: 'uma senha bem longa' }
const MOMENT = '2026-11-29T12:00:00-03:00'
const BASE = 27_600
let stage: Stage
let fresh: Stage | undefined
let identity = ''

async function call<T>(method: string, where: string, token?: string, body?: unknown): Promise<T> {
  const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const answer = await fetch(stage.url + where, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}
const logIn = async () => (await call<{ accessToken: string }>('POST', '/api/auth/login', undefined, LOGIN)).accessToken
const addContact = async (name: string, phone: string) => call('POST', '/api/contacts', await logIn(), { name, phone })
const names = async () => (await call<{ items: { name: string }[] }>('GET', '/api/contacts?limit=100', await logIn())).items.map((c) => c.name).sort()
/** On the operator's own machine it is nobody else's, and lies where nobody else may look. */
const bringIdentity = (to: Stage) => writeFileSync(to.at('home/atende-backup.key'), `# a comment\n${identity}\n`, { mode: 0o600 })
const onPage = (text: string, from: string, to: string) => {
  expect(text).toContain(from)
  return text.replaceAll(from, to)
}

beforeAll(async () => {
  const pair = await makeKeyPair()
  identity = pair.identity
  stage = await setStage({ base: BASE, units: UNITS, more: { BACKUP_RECIPIENT: pair.recipient } })
  await stage.start()
  await call('POST', '/api/auth/register', undefined, { companyName: 'Recanto', name: 'Helena Prado', ...LOGIN })
})
afterAll(async () => {
  await fresh?.close()
  await stage?.close()
})

it('the database is gone: back to a moment', async () => {
  await addContact('Ana Antes', '5511987650001')
  await stage.must('sudo atende backup')
  await addContact('Bia Antes', '5511987650002')
  const moment = new Date()
  // The clock of the next change must be another.
  await eventually(() => Date.now() > moment.getTime() + 1000)
  await addContact('Caio Depois', '5511987650003')
  await stage.must('sudo atende backup ship')
  process.kill(stage.postmaster(), 'SIGKILL')
  await eventually(async () => !(await stage.isActive('atende-postgres')), 60_000)
  rmSync(stage.at('var/lib/atende/postgres/data'), { recursive: true })

  bringIdentity(stage)
  const { code, output } = await stage.run(onPage(scriptOf('restore'), MOMENT, moment.toISOString()))
  expect([code, output]).toEqual([0, expect.stringContaining('All well')])
  expect(output).toContain('Nothing was changed (--dry-run)')
  await eventually(stage.isReady, 90_000)
  expect(await names()).toEqual(['Ana Antes', 'Bia Antes'])
  expect(existsSync(stage.at('home/atende-backup.key'))).toBe(false)
  // Colours are as they were, and backups go on.
  expect([await stage.isActive('atende-web@green'), await stage.isActive('atende-web@blue'), await stage.isActive('atende-backup')]).toEqual([
    true,
    false,
    true,
  ])
})

it('moves to another server', async () => {
  await addContact('Davi Novo', '5511987650004')
  const before = await names()
  const old = await stage.run(scriptOf('move-server', 'disable --now'))
  expect(old, old.output).toMatchObject({ code: 0 })
  expect(await stage.isReady()).toBe(false)

  // The installer has been run there: a database, keys and a backup of its own, blue in charge. One address leads to both.
  const units = UNITS.map((u) => u.replace('green', 'blue'))
  fresh = await setStage({ units, like: stage.outside, more: { BACKUP_RECIPIENT: (await makeKeyPair()).recipient } })
  await fresh.start()
  await fresh.must('sudo atende backup --wait 5')
  bringIdentity(fresh)
  const moved = await fresh.run(scriptOf('move-server', 'rsync'), { OLD_ROOT: stage.root })
  expect([moved.code, moved.output]).toEqual([0, expect.stringContaining('All well')])
  await eventually(fresh.isReady, 90_000)
  expect(await names()).toEqual(before)
  expect(readFileSync(fresh.at('etc/atende/secrets/ENCRYPTION_KEY'), 'utf8')).toBe(readFileSync(stage.at('etc/atende/secrets/ENCRYPTION_KEY'), 'utf8'))

  // A restart of the old machine brings nothing back: what it starts then is what is enabled.
  expect(readdirSync(stage.at('var/lib/stand-in/enabled'))).toEqual([])
  for (const unit of [...UNITS, 'atende.target', 'atende-doctor.timer']) expect(await stage.isActive(unit), unit).toBe(false)
})
