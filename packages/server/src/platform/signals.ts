import pg from 'pg'
import type { Logger } from './log.ts'

const AGAIN_MS = 1000
type Handler = (payload: string) => void

/**
 * LISTEN/NOTIFY between the processes of one installation, on a session connection of its own. A signal may be lost while the
 * connection is down: whoever listens must also look by itself now and then. `onReconnect` runs after each (re)connect.
 */
export class Signals {
  readonly #url: string
  readonly #log: Logger
  readonly #handlers = new Map<string, Handler[]>()
  readonly #reconnected: (() => void)[] = []
  #client: pg.Client | undefined
  #closed = false

  constructor(url: string, log: Logger) {
    this.#url = url
    this.#log = log
  }

  on(channel: string, handler: Handler): void {
    this.#handlers.set(channel, [...(this.#handlers.get(channel) ?? []), handler])
  }

  onReconnect(handler: () => void): void {
    this.#reconnected.push(handler)
  }

  /** Not durable: for wake-ups and for what is worthless a second later. */
  async send(channel: string, payload = ''): Promise<void> {
    await this.#client?.query('select pg_notify($1, $2)', [channel, payload]).catch(() => {})
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'atende-signals', keepAlive: true })
    // Until it stands, a failure is told by `connect` alone: listening to both would knock twice as often each time.
    client.on('error', () => {})
    client.on('notification', (n) => {
      for (const h of this.#handlers.get(n.channel) ?? []) h(n.payload ?? '')
    })
    try {
      await client.connect()
      for (const channel of this.#handlers.keys()) await client.query(`listen "${channel}"`)
    } catch (e) {
      await client.end().catch(() => {})
      throw e
    }
    if (this.#closed) return client.end()
    this.#client = client
    client.on('end', () => {
      if (this.#client !== client) return
      this.#client = undefined
      this.keepTrying()
    })
    for (const h of this.#reconnected) h()
  }

  /** Connects as soon as the database answers, asking once a second. */
  keepTrying(): void {
    if (this.#closed) return
    this.start().catch((err) => {
      this.#log.warn({ err }, 'signals: not connected, trying again')
      setTimeout(() => this.keepTrying(), AGAIN_MS).unref()
    })
  }

  async stop(): Promise<void> {
    this.#closed = true
    await this.#client?.end().catch(() => {})
  }
}
