import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { JOB_DEFINITIONS } from '../jobs.ts'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import { prepareInstallation } from '../platform/installation.ts'
import { sqlAs, TEST_ROLES } from './test-database.ts'

/** One embedded PostgreSQL for the whole run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-test-'))
  // PostgreSQL runs as another user when the tests run as root.
  const { chmodSync } = await import('node:fs')
  chmodSync(home, 0o755)
  const server = await startEmbeddedPostgres(home, 'test', 25_400)
  const admin = `postgres://postgres:test@127.0.0.1:${server.port}/postgres`
  for (const role of Object.values(TEST_ROLES)) await sqlAs(admin, `create role ${role} login nosuperuser nobypassrls password 'test'`)
  await sqlAs(admin, 'alter system set fsync = off')
  await sqlAs(admin, 'select pg_reload_conf()')
  await sqlAs(admin, `create database template_atende owner ${TEST_ROLES.owner}`)
  const ownerUrl = `postgres://${TEST_ROLES.owner}:test@127.0.0.1:${server.port}/template_atende`
  await prepareInstallation({ ownerUrl, appRole: TEST_ROLES.app }, JOB_DEFINITIONS)
  project.provide('postgres', { port: server.port, password: server.password })
  return async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
