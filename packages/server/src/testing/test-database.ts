import pg from 'pg'

export const TEST_ROLES = { owner: 'atende_owner', app: 'atende_app' } as const

/** One statement with a login of its own; for what a test must do or see as owner or superuser. */
export async function sqlAs<R extends pg.QueryResultRow = pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const c = new pg.Client({ connectionString: url })
  await c.connect()
  try {
    return (await c.query<R>(text, values)).rows
  } finally {
    await c.end()
  }
}

let count = 0
/** A fresh migrated database, copied from the template; or an empty one, from PostgreSQL's own. */
export async function createTestDatabase(server: { port: number; password: string }, template: 'template_atende' | 'template1' = 'template_atende') {
  const name = `t_${process.pid}_${Date.now().toString(36)}_${count++}`
  const urlFor = (user: string, password: string, db = name) => `postgres://${user}:${password}@127.0.0.1:${server.port}/${db}`
  const admin = urlFor('postgres', server.password, 'postgres')
  await sqlAs(admin, `create database ${name} template ${template} owner ${TEST_ROLES.owner}`)
  await sqlAs(admin, `grant connect on database ${name} to ${TEST_ROLES.app}`)
  return {
    appUrl: urlFor(TEST_ROLES.app, 'test'),
    ownerUrl: urlFor(TEST_ROLES.owner, 'test'),
    /** Superuser in this database: sees through row-level security. */
    superUrl: urlFor('postgres', server.password),
    drop: () => sqlAs(admin, `drop database if exists ${name} with (force)`),
  }
}
