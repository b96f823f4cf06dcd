import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createTestDatabase, sqlAs, TEST_ROLES } from '../testing/test-database.ts'
import { MigrationChanged, migrate } from './migrate.ts'

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
