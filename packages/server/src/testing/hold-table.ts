import pg from 'pg'

/** Whoever asks this table waits, as on a database that hangs, until it is let go. */
export async function holdTable(superUrl: string, table: string): Promise<() => Promise<void>> {
  const c = new pg.Client({ connectionString: superUrl })
  // The end of its database ends it as well.
  c.on('error', () => {})
  await c.connect()
  await c.query(`begin; lock table ${table} in access exclusive mode`)
  return () => c.end()
}
