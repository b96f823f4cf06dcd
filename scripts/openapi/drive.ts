import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { startReceiver } from '../../packages/whatsapp-emulator/src/testing/start-receiver.ts'

export type Call = {
  /** As the file names it, e.g. `GET /{Version}/{WABA-ID}`. */
  operation: string
  path: string
  json?: Record<string, unknown>
  form?: Record<string, string | Blob>
  status?: number
}
export type Answer = { status: number; body: Record<string, unknown> }
export type Done = Call & { answer: Answer }

export type Driver = {
  emulator: Emulator
  done: Done[]
  /** Bodies of the webhooks that came of all this. */
  webhooks(): { field: string; body: unknown }[]
  /** Calls the emulator and keeps the call with its answer. */
  call(call: Call): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

/** An emulator that is driven operation by operation. */
export async function startDriver(): Promise<Driver> {
  const receiver = await startReceiver()
  const emulator = await startEmulator({
    webhook: { callbackUrl: receiver.url, verifyToken: 'v' },
    timing: { sentMs: 1, deliveredMs: 1, readMs: 1 },
    scenario: { templateReviewMs: 1, groupMs: 1, autoRead: true },
  })
  const done: Done[] = []
  return {
    emulator,
    done,
    webhooks: () =>
      receiver.received.map(({ body }) => {
        const parsed = JSON.parse(body)
        return { field: String(parsed.entry[0].changes[0].field), body: parsed }
      }),
    async stop() {
      await emulator.control.settle()
      await emulator.stop()
      await receiver.stop()
    },
    async call(call) {
      const [method = 'GET'] = call.operation.split(' ')
      const answer = await fetch(`${emulator.graphUrl}/v23.0/${call.path}`, {
        method,
        headers: { authorization: `Bearer ${emulator.defaults.accessToken}`, ...(call.json ? { 'content-type': 'application/json' } : {}) },
        ...(call.json ? { body: JSON.stringify(call.json) } : call.form ? { body: formOf(call.form) } : {}),
      })
      const body = (await answer.json()) as Record<string, unknown>
      done.push({ ...call, answer: { status: answer.status, body } })
      if (answer.status !== (call.status ?? 200)) throw new Error(`${call.operation}: answered ${answer.status} ${JSON.stringify(body)}`)
      return body
    },
  }
}

function formOf(fields: Record<string, string | Blob>): FormData {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.append(key, value)
  return form
}

/** Waits for what comes later by itself; fails after two seconds. */
export async function later<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 2000
  for (;;) {
    const value = await read()
    if (value !== undefined) return value
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
