import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createTestDatabase, sqlAs, TEST_ROLES } from '../testing/test-database.ts'
import { eventually, startTestServer } from '../testing/test-server.ts'
import { openDatabase } from './database.ts'
import { MigrationChanged, migrate, planMigrations, schemaState } from './migrate.ts'
import { splitSql } from './sql-statements.ts'

// The last one: a newer one belongs here, with what takes it back in `forget`.
const LAST = '0037_erasure_batches'
const forget = (ownerUrl: string) => sqlAs(ownerUrl, `delete from kysely_migration where name = '${LAST}'; drop function door_batch_erasures(uuid, int), door_erasure_batch(uuid); alter table erasures drop column batch`)
let database: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  database = await createTestDatabase(inject('postgres'))
})
afterAll(() => database.drop())

it('does nothing the second time', async () => {
  expect(await migrate(database.ownerUrl, TEST_ROLES.app)).toEqual([])
})

it('refuses a database that was made by another text of the same migration', async () => {
  await sqlAs(database.ownerUrl, "update migration_checksums set checksum = 'other' where name = '0002_inbox'")
  await expect(migrate(database.ownerUrl, TEST_ROLES.app)).rejects.toThrow(MigrationChanged)
  await expect(migrate(database.ownerUrl, TEST_ROLES.app)).rejects.toThrow('0002_inbox')
})

it('who holds what a migration needs is let through, and it comes again', async () => {
  const own = await createTestDatabase(inject('postgres'))
  await forget(own.ownerUrl)
  const holder = new pg.Client({ connectionString: own.superUrl })
  await holder.connect()
  await holder.query('begin; lock table pg_proc in exclusive mode')
  const waiting = async () =>
    (
      await holder.query(
        "select 1 from pg_locks where not granted and relation = 'pg_proc'::regclass and database = (select oid from pg_database where datname = current_database())",
      )
    ).rowCount
  const migrating = migrate(own.ownerUrl, TEST_ROLES.app)
  await eventually(waiting)
  // It steps back while the lock is still held: nobody queues behind it.
  await eventually(async () => !(await waiting()))
  await eventually(waiting)
  await holder.query('commit')
  await holder.end()
  expect(await migrating).toEqual([LAST])
  await own.drop()
})

it('an older version goes on beside the schema of a newer one', async () => {
  const own = await createTestDatabase(inject('postgres'))
  await sqlAs(own.ownerUrl, "insert into kysely_migration values ('9999_of_tomorrow', '2099-01-01T00:00:00.000Z')")
  expect(await migrate(own.ownerUrl, TEST_ROLES.app)).toEqual([])
  const { db } = openDatabase(own.appUrl, 1)
  expect(await schemaState(db)).toEqual({ missing: [], newer: ['9999_of_tomorrow'] })
  await db.destroy()
  await own.drop()
})

it('a process that may not migrate starts on its own schema only, and is not ready without it', async () => {
  const server = await startTestServer({ MIGRATE: 'never' })
  expect(await server.call('GET', '/ready')).toMatchObject({ status: 200 })
  await forget(server.database.ownerUrl)
  expect(await server.call('GET', '/ready')).toMatchObject({ status: 503, body: { checks: { database: true, migrations: false } } })
  await expect(startTestServer({ MIGRATE: 'never' }, server)).rejects.toThrow(`${LAST} is missing`)
  expect((await planMigrations(server.database.ownerUrl)).filter((m) => !m.applied)).toEqual([{ name: LAST, applied: false, kind: 'expand', since: null }])
  await server.close()
})

it('a version starts beside the job queue of a newer one, and not beside that of an older', async () => {
  const server = await startTestServer()
  await server.sql('update pgboss.version set version = version + 1')
  const beside = await startTestServer({ MIGRATE: 'never' }, server)
  expect(await beside.call('GET', '/ready')).toMatchObject({ status: 200 })
  await beside.stop()
  await server.sql('update pgboss.version set version = version - 2')
  await expect(startTestServer({ MIGRATE: 'never' }, server)).rejects.toThrow('requires migrations')
  await server.close()
})

it('SQL is cut where its statements end', () => {
  const text = '-- why\nselect \';\', $a$ ; -- no $a$; /* x; */ create function f() returns void as $$ begin; end $$; -- end\nselect "a;b"'
  expect(splitSql(text).map((s) => s.text)).toEqual(["select ';', $a$ ; -- no $a$", 'create function f() returns void as $$ begin; end $$', 'select "a;b"'])
  expect(splitSql(text)[0]).toMatchObject({ comments: ['why'], line: 2 })
})
