import type { Http } from '../../platform/http.ts'

const MINUTE_MS = 60_000
const MINUTES = 5
/** Those say themselves how the server is; a 503 of theirs is an answer, and no error. */
const ASKS = new Set(['/health', '/ready', '/alive', '/metrics'])

type Minute = { minute: number; answers: number; errors: number }
/** Answers of this process, by minute. */
export class AnswerCount {
  #minutes: Minute[] = []

  add(status: number, now = Date.now()): void {
    const minute = Math.floor(now / MINUTE_MS)
    let last = this.#minutes.at(-1)
    if (last?.minute !== minute) {
      last = { minute, answers: 0, errors: 0 }
      this.#minutes = [...this.#minutes.slice(-MINUTES), last]
    }
    last.answers++
    if (status >= 500) last.errors++
  }

  /** Of the last five minutes. */
  recent(now = Date.now()): { answers: number; errors: number } {
    const from = Math.floor(now / MINUTE_MS) - MINUTES
    const recent = this.#minutes.filter((m) => m.minute > from)
    return { answers: recent.reduce((n, m) => n + m.answers, 0), errors: recent.reduce((n, m) => n + m.errors, 0) }
  }
}

export function countAnswers(app: Http, count: AnswerCount): void {
  app.addHook('onResponse', async (request, reply) => {
    if (!ASKS.has(request.routeOptions.url ?? '')) count.add(reply.statusCode)
  })
}
