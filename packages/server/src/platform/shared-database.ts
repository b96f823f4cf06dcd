import pg from 'pg'
import { type Config, ConfigError } from './config.ts'

type Answer = 'ready' | 'absent' | 'starting' | 'stranger'

/** Which login it knows shows whose database it is. */
const STRANGER = new Set(['28P01', '28000', '3D000'])

async function ask(ownerUrl: string): Promise<Answer> {
  const c = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5000 })
  try {
    await c.connect()
    await c.query('select 1')
    return 'ready'
  } catch (e) {
    const code = e instanceof Error && 'code' in e ? String(e.code) : ''
    if (STRANGER.has(code)) return 'stranger'
    return code === 'ECONNREFUSED' ? 'absent' : 'starting'
  } finally {
    await c.end().catch(() => {})
  }
}

const START = 'start it with "atende db serve" (as a service: systemctl start atende-postgres)'

function explain(answer: Answer, where: string): string {
  if (answer === 'absent') return `the shared database is not there: nothing listens on ${where}; ${START}`
  if (answer === 'stranger') return `what listens on ${where} does not know this installation; is it the database of another DATA_DIR, or still being made?`
  return `the shared database on ${where} is starting`
}

const TELL_EVERY_MS = 10_000

/**
 * Waits until the database that is a service of its own lets us in. It is never started or stopped from here.
 * @throws ConfigError it did not come in time
 */
export async function waitForShared({ ownerUrl }: { ownerUrl: string }, config: Config, tell: (text: string) => void): Promise<void> {
  const where = `127.0.0.1:${config.EMBEDDED_PORT}`
  const began = Date.now()
  let toldAt = 0
  for (;;) {
    const answer = await ask(ownerUrl)
    if (answer === 'ready') return
    const said = explain(answer, where)
    if (Date.now() - began > config.EMBEDDED_WAIT_SECONDS * 1000) throw new ConfigError(`EMBEDDED_DATABASE=shared: ${said}`)
    if (Date.now() - toldAt > TELL_EVERY_MS) {
      tell(`waiting: ${said}`)
      toldAt = Date.now()
    }
    await new Promise((done) => setTimeout(done, 200))
  }
}
