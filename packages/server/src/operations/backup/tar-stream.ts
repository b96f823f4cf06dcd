import tar from 'tar-stream'

export type Entry = { name: string; size: number; mtime?: Date; type?: 'file' | 'directory' }
/** Until it takes more, or has ended. */
type Draining = { on: (event: string, go: () => void) => unknown; off: (event: string, go: () => void) => unknown }
const drained = (stream: Draining): Promise<void> =>
  new Promise((done) => {
    const go = () => {
      stream.off('drain', go)
      stream.off('close', go)
      done()
    }
    stream.on('drain', go)
    stream.on('close', go)
  })

export type AddEntry = (entry: Entry, body?: AsyncIterable<Uint8Array>) => Promise<void>

/** A tar of what `fill` adds, one entry after the other, never more than a piece of one in memory. */
export function packTar(fill: (add: AddEntry) => Promise<void>): AsyncIterable<Buffer> {
  const pack = tar.pack()
  const add: AddEntry = async (entry, body) => {
    const done = Promise.withResolvers<void>()
    const sink = pack.entry({ mode: entry.type === 'directory' ? 0o700 : 0o600, ...entry }, (e) => (e ? done.reject(e) : done.resolve()))
    done.promise.catch(() => {})
    for await (const piece of body ?? []) if (!sink.write(piece)) await drained(sink)
    sink.end(undefined)
    await done.promise
  }
  fill(add).then(
    () => pack.finalize(),
    (e) => pack.destroy(e),
  )
  return pack as AsyncIterable<Buffer>
}

export type Unpacked = { name: string; type: string; size: number; mtime: Date; body: AsyncIterable<Buffer> }

/** The entries of a tar, in order; a body that was not read is passed over. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<Unpacked> {
  const extract = tar.extract()
  const feeding = (async () => {
    for await (const piece of source) if (!extract.write(piece)) await drained(extract)
    extract.end(undefined)
  })()
  let cause: unknown
  feeding.catch((e) => {
    cause = e
    extract.destroy(e)
  })
  try {
    for await (const entry of extract) {
      const { name, type, size = 0, mtime = new Date(0) } = entry.header
      yield { name, type: type ?? 'file', size, mtime, body: entry as AsyncIterable<Buffer> }
      entry.resume()
    }
  } catch (e) {
    throw cause ?? e
  }
  await feeding
}
