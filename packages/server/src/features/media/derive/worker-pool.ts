import { Worker } from 'node:worker_threads'

/** The work was not done, for a reason that lies in the machine or in a hostile input: `full`, `late`, `died`. */
export class WorkFailed extends Error {
  readonly why: 'full' | 'late' | 'died'
  constructor(why: 'full' | 'late' | 'died') {
    super(`worker: ${why}`)
    this.name = 'WorkFailed'
    this.why = why
  }
}

export type PoolOptions = { file: URL; size: number; maxQueue: number; timeoutMs: number; memoryMb: number; idleMs: number; renewAfter: number }

type Task<In, Out> = { input: In; transfer: ArrayBuffer[]; done: (out: Out) => void; failed: (e: unknown) => void }
type Thread<In, Out> = { worker: Worker; online: boolean; current: Task<In, Out> | undefined; finished: number; timer: NodeJS.Timeout | undefined }

/** Time to start on a machine that is busy; it does not count as work. */
const START_MS = 30_000

/**
 * A few threads that each do one piece of work at a time. What hangs is ended, what dies takes nothing with it, and nothing waits
 * without bound. Threads start when they are needed, get no environment (it holds secrets), and end when idle: decoders in
 * WebAssembly never give memory back.
 */
export class WorkerPool<In, Out> {
  readonly #options: PoolOptions
  readonly #threads = new Set<Thread<In, Out>>()
  readonly #queue: Task<In, Out>[] = []

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** The listed buffers move to the thread. @throws WorkFailed */
  run(input: In, transfer: ArrayBuffer[] = []): Promise<Out> {
    if (this.#queue.length >= this.#options.maxQueue) return Promise.reject(new WorkFailed('full'))
    return new Promise((done, failed) => {
      this.#queue.push({ input, transfer, done, failed })
      this.#next()
    })
  }

  #next(): void {
    if (this.#queue.length === 0) return
    const free = [...this.#threads].find((t) => !t.current) ?? (this.#threads.size < this.#options.size ? this.#start() : undefined)
    const task = free && this.#queue.shift()
    if (!free || !task) return
    free.current = task
    this.#limit(free, free.online ? this.#options.timeoutMs : START_MS)
    free.worker.postMessage(task.input, task.transfer)
  }

  #limit(thread: Thread<In, Out>, ms: number): void {
    clearTimeout(thread.timer)
    thread.timer = setTimeout(() => this.#end(thread, new WorkFailed('late')), ms)
  }

  #start(): Thread<In, Out> {
    const { file, memoryMb } = this.#options
    const worker = new Worker(file, {
      env: {},
      // Decoders tell the console about every damaged file.
      stdout: true,
      stderr: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 },
    })
    worker.unref()
    worker.stdout.resume()
    worker.stderr.resume()
    const thread: Thread<In, Out> = { worker, online: false, current: undefined, finished: 0, timer: undefined }
    worker.on('online', () => {
      thread.online = true
      if (thread.current) this.#limit(thread, this.#options.timeoutMs)
    })
    worker.on('message', (out: Out) => this.#finish(thread, out))
    worker.on('error', () => this.#end(thread, new WorkFailed('died')))
    worker.on('exit', () => this.#end(thread, new WorkFailed('died')))
    this.#threads.add(thread)
    return thread
  }

  #finish(thread: Thread<In, Out>, out: Out): void {
    const task = thread.current
    thread.current = undefined
    thread.finished++
    clearTimeout(thread.timer)
    thread.timer = setTimeout(() => this.#end(thread), this.#options.idleMs)
    thread.timer.unref()
    task?.done(out)
    if (thread.finished >= this.#options.renewAfter) this.#end(thread)
    this.#next()
  }

  #end(thread: Thread<In, Out>, why?: WorkFailed): void {
    if (!this.#threads.delete(thread)) return
    clearTimeout(thread.timer)
    void thread.worker.terminate()
    thread.current?.failed(why ?? new WorkFailed('died'))
    thread.current = undefined
    this.#next()
  }
}
