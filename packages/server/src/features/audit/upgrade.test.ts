import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { sqlAs, TEST_ROLES } from '../../testing/test-database.ts'
import { chainIn } from './chain.db.ts'
import { verifyChain } from './verify-chain.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../../migrations')
const { port, password } = inject('postgres')
const name = `audit_upgrade_${process.pid}`
const urlOf = (user: string, word: string, database = name) => `postgres://${user}:${word}@127.0.0.1:${port}/${database}`
const superUrl = urlOf('postgres', password)
const ownerUrl = urlOf(TEST_ROLES.owner, 'test')
const tenants = [uuidv7(), uuidv7()]

const apply = async (files: readonly string[]) => {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  for (const file of files) await client.query(readFileSync(path.join(FOLDER, file), 'utf8').replaceAll('{{app_role}}', TEST_ROLES.app))
  await client.end()
}
const files = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.sql'))
  .sort()

beforeAll(async () => {
  await sqlAs(urlOf('postgres', password, 'postgres'), `create database ${name} owner ${TEST_ROLES.owner}`)
  await apply(files.filter((f) => f < '0026'))
  for (const [n, id] of tenants.entries()) {
    await sqlAs(superUrl, "insert into tenants (id, name, slug, email) values ($1, 'x', $2, 'x@example.com')", [id, `x${n}`])
    await sqlAs(
      superUrl,
      `insert into audit_logs (id, tenant_id, actor_user_id, action, object_type, object_id, outcome, ip, request_id, details, at)
       select gen_random_uuid(), $1, null, 'user.update', 'user', gen_random_uuid(), case when i % 3 = 0 then 'failure' else 'success' end,
         case when i % 2 = 0 then '10.0.0.' || i end, 'r' || i, jsonb_build_object('n', i, 'ç', null), now() - i * interval '1 hour' from generate_series(1, 50) i`,
      [id],
    )
  }
  await apply(['0026_audit_chain.sql'])
})
afterAll(() => sqlAs(urlOf('postgres', password, 'postgres'), `drop database if exists ${name} with (force)`))

async function verify(tenantId: string) {
  const { db } = openDatabase(ownerUrl, 1)
  const verdict = await db.transaction().execute((tx) => verifyChain(chainIn(tx, tenantId), { keys: new Map(), given: [] }))
  await db.destroy()
  return verdict
}
const replica = (statement: string) => sqlAs(superUrl, `begin; set local session_replication_role = replica; ${statement}; commit`)

test('lines from before the chain are chained in their order, and new ones follow them', async () => {
  expect(await Promise.all(tenants.map(verify))).toMatchObject([
    { ok: true, lines: 50 },
    { ok: true, lines: 50 },
  ])
  const [first] = await sqlAs(superUrl, 'select old_ip, old_details from audit_logs where tenant_id = $1 and seq = 1', [tenants[0]])
  expect(first).toEqual({ old_ip: '10.0.0.50', old_details: { n: 50, ç: null } })
  const append = `select audit_append(gen_random_uuid(), '${tenants[0]}', null, 'tag.create', null, null, 'success', null, '\\x01')`
  await sqlAs(urlOf(TEST_ROLES.app, 'test'), `select set_config('app.tenant_id', '${tenants[0]}', false); ${append}`)
  expect(await verify(tenants[0] ?? '')).toMatchObject({ ok: true, lines: 51 })
})

test('their text cannot be changed unseen, and can be erased', async () => {
  const tenant = tenants[1] ?? ''
  await replica(`update audit_logs set old_details = '{"n": 9}' where tenant_id = '${tenant}' and seq = 5`)
  expect(await verify(tenant)).toMatchObject({ break: { kind: 'changed', seq: 5 } })
  await replica(`update audit_logs set old_details = null, old_ip = null, old_salt = null where tenant_id = '${tenant}'`)
  expect(await verify(tenant)).toMatchObject({ ok: true, lines: 50 })
})
