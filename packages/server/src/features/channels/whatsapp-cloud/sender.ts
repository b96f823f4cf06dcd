import { randomUUID } from 'node:crypto'
import type { Context } from '../../../platform/context.ts'
import { SENDS_CHANNEL } from '../../conversations/send-lanes.ts'
import { sendNext } from './send.ts'
import * as lanes from './send-lanes.db.ts'

/** Sends under way at once in a process, and how many of them one tenant may have. */
const SLOTS = 24
const SLOTS_PER_TENANT = 16
/** A process that does not say for so long that it lives has lost its lanes. */
const LEASE = '15 seconds'
const KEEP_MS = 5000
const MEND_EVERY = 12
/** Three quarters of a number's throughput: the limit counts what arrives as well (Cloud API, throughput). */
const SPEED: lanes.Speed = { share: 0.75, burst: '200 milliseconds' }
const SHORTEST_WAIT_MS = 10
const LONGEST_WAIT_MS = 1000
const STOP_MS = 8000

/**
 * Sends what waits, from every tenant in turn: takes the lanes whose next message may leave, as many as are free to work, and hands
 * each to `sendNext`. What may leave when is decided in the database, so that several processes agree.
 */
export class Sender {
  readonly #ctx: Context
  readonly #holder = randomUUID()
  readonly #busy = new Set<Promise<void>>()
  #running: Promise<void> | undefined
  #again = false
  #timer: NodeJS.Timeout | undefined
  #keeper: NodeJS.Timeout | undefined
  #rounds = 0
  #stopped = true

  constructor(ctx: Context) {
    this.#ctx = ctx
    ctx.signals.on(SENDS_CHANNEL, () => this.wake())
  }

  async start(): Promise<void> {
    this.#stopped = false
    this.#keeper = setInterval(() => void this.#keep(), KEEP_MS)
    await this.#keep()
    this.wake()
  }

  wake(): void {
    if (this.#stopped) return
    if (this.#running) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#fill()
      .catch((err: unknown) => {
        this.#ctx.log.error({ err }, 'sender: trying again')
        return LONGEST_WAIT_MS
      })
      .then((wait) => {
        this.#running = undefined
        if (this.#again) {
          this.#again = false
          this.wake()
        } else if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), wait)
      })
  }

  /** Takes lanes until nothing may leave or all hands are full; answers how long to wait. */
  async #fill(): Promise<number> {
    const { db } = this.#ctx
    for (;;) {
      const free = SLOTS - this.#busy.size
      if (free <= 0 || this.#stopped) return LONGEST_WAIT_MS
      const taken = await lanes.takeLanes(db, this.#holder, free, SLOTS_PER_TENANT, LEASE, SPEED)
      for (const lane of taken) this.#work(lane)
      if (taken.length > 0) continue
      const wait = await lanes.nextDue(db, SPEED.burst)
      return Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, wait ?? LONGEST_WAIT_MS))
    }
  }

  #work(lane: lanes.Lane): void {
    const work = sendNext(this.#ctx, { ...lane, holder: this.#holder }).finally(() => {
      this.#busy.delete(work)
      this.wake()
    })
    this.#busy.add(work)
  }

  /** Says that this process lives, and frees what those that died had in hand. */
  async #keep(): Promise<void> {
    try {
      await lanes.keepLanes(this.#ctx.db, this.#holder, LEASE)
      await lanes.mendLanes(this.#ctx.db, this.#rounds++ % MEND_EVERY === 0)
    } catch (err) {
      this.#ctx.log.error({ err }, 'sender: could not say that it lives')
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
    await Promise.race([Promise.all(this.#busy), new Promise((done) => setTimeout(done, STOP_MS).unref())])
    clearInterval(this.#keeper)
  }
}
