import type { TestServer } from '../../packages/server/src/testing/test-server.ts'

export type Fault = { what: string; status?: number; said: string }
export type Afternoon = ReturnType<typeof createAfternoon>

/** No answer may take longer, on a machine that does other things as well. */
const HANG_MS = 20_000
/** 503 is honest where the world outside is asked, or where the server says how it is. */
const MAY_BE_DOWN = /whatsapp_unavailable|"status":"(unhealthy|not_ready)"/

/** Sends, counts, and keeps what went wrong: an answer of 500, none at all, or one with another company's words in it. */
export function createAfternoon(server: TestServer, marker: RegExp) {
  const faults: Fault[] = []
  const counts: Record<string, number> = {}
  const count = (part: string, n = 1) => {
    counts[part] = (counts[part] ?? 0) + n
  }
  function judge(what: string, status: number, said: string, mayCross = false): void {
    if (status >= 500 && !(status === 503 && MAY_BE_DOWN.test(said))) faults.push({ what, status, said: said.slice(0, 200) })
    if (!mayCross && marker.test(said)) faults.push({ what: `crossing: ${what}`, status, said: said.slice(0, 400) })
  }

  async function hit(part: string, what: string, url: string, init: RequestInit, { mayCross = false } = {}): Promise<number> {
    count(part)
    try {
      const answer = await fetch(server.url + url, { redirect: 'manual', ...init, signal: AbortSignal.timeout(HANG_MS) })
      judge(what, answer.status, await answer.text(), mayCross)
      return answer.status
    } catch (e) {
      const cause = e instanceof Error && e.cause instanceof Error ? e.cause : e
      // A server may hang up on whom it refuses before the whole body is there.
      const cut = cause instanceof Error && 'code' in cause && /EPIPE|ECONNRESET|UND_ERR_SOCKET/.test(String(cause.code))
      if (!cut) faults.push({ what, said: String(cause) })
      return 0
    }
  }

  /** Runs them a few at a time. */
  async function all(works: readonly (() => Promise<unknown>)[], atOnce = 6): Promise<void> {
    let next = 0
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let i = next++; i < works.length; i = next++) await works[i]?.()
      }),
    )
  }

  /** Asks all the while whether the process lives. */
  function watch() {
    let stopped = false
    const state = { asked: 0, slowest: 0, failed: [] as string[] }
    const watching = (async () => {
      while (!stopped) {
        const began = performance.now()
        await fetch(`${server.url}/alive`, { signal: AbortSignal.timeout(HANG_MS) }).then(
          async (r) => (r.status === 200 ? r.text() : state.failed.push(String(r.status))),
          (e) => state.failed.push(String(e)),
        )
        state.asked++
        state.slowest = Math.max(state.slowest, performance.now() - began)
        await new Promise((r) => setTimeout(r, 150))
      }
    })()
    return async () => {
      stopped = true
      await watching
      return state
    }
  }
  /** What went wrong since it was last asked. */
  const takeFaults = () => faults.splice(0)
  return { server, takeFaults, faults, counts, count, judge, hit, all, watch }
}

/** Heap in use after two collections; the run needs --expose-gc. */
export async function heap(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void }
  if (!gc) throw new Error('run with --expose-gc')
  for (let i = 0; i < 2; i++) {
    gc()
    await new Promise((r) => setTimeout(r, 50))
  }
  return process.memoryUsage().heapUsed
}
