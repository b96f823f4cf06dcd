import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import path from 'node:path'
import { type Config, ConfigError } from './config.ts'

/** A socket says better than a file with a number whether somebody is still there: it goes with its process, however that ends. */
function addressOf(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\atende-db-${createHash('sha256').update(path.resolve(home)).digest('hex').slice(0, 16)}`
  return path.join(home, 'db-serve.sock')
}

const answersAt = (address: string): Promise<boolean> =>
  new Promise((done) => {
    const c = connect(address)
    c.once('connect', () => {
      c.destroy()
      done(true)
    })
    c.once('error', () => done(false))
  })

const listenAt = (address: string): Promise<Server> =>
  new Promise((done, failed) => {
    const server = createServer((c) => c.destroy())
    server.once('error', failed)
    server.listen(address, () => done(server))
    server.unref()
  })

/**
 * Holds the folder for this process until it ends.
 * @throws ConfigError another process holds it
 */
export async function holdService(home: string): Promise<Server> {
  const address = addressOf(home)
  if (await answersAt(address)) throw new ConfigError(`DATA_DIR: the database in ${home} is served by another "atende db serve" already`)
  // What a killed process left behind.
  if (process.platform !== 'win32') rmSync(address, { force: true })
  return listenAt(address)
}

/**
 * A server that starts and ends its database must keep its hands off one that others rely on.
 * @throws ConfigError
 */
export async function requireNoService(config: Config, home: string): Promise<void> {
  if (config.DATABASE_URL || config.EMBEDDED_DATABASE === 'shared' || !(await answersAt(addressOf(home)))) return
  throw new ConfigError('EMBEDDED_DATABASE: the database of this folder is a service of its own ("atende db serve"); set EMBEDDED_DATABASE=shared')
}
