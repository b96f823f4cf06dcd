import type { Transaction } from 'kysely'
import { fromKysely, type Job, type JobResult, PgBoss } from 'pg-boss'
import type { z } from 'zod'
import { uuidv7 } from './ids.ts'
import type { Logger } from './log.ts'
import type { DB } from './schema.ts'

type QueueSettings = {
  /** Tries after the first. */
  retries: number
  /** Seconds before the first retry; doubles up to `retryDelayMax`. */
  retryDelay: number
  retryDelayMax: number
  /** Seconds after which a silent job counts as lost and runs again. */
  expire: number
}

/** Jobs that a worker takes at once and runs side by side. */
const BATCH = 4

/** What a job is called and carries. Its handler stands in src/jobs.ts. */
export type JobDefinition<P extends { tenantId: string }> = { name: string; payload: z.ZodType<P>; queue: QueueSettings }

/** What the owner must know of a job to make its queue. */
export type JobQueue = { name: string; queue: QueueSettings }

export const defineJob = <P extends { tenantId: string }>(name: string, payload: z.ZodType<P>, queue: Partial<QueueSettings> = {}): JobDefinition<P> => ({
  name,
  payload,
  queue: { retries: 5, retryDelay: 2, retryDelayMax: 300, expire: 120, ...queue },
})

export type JobMeta = { id: string; attempt: number; lastAttempt: boolean }
/** A job with its handler; what it carries is checked by its own schema before it runs. */
export type JobBinding = { job: JobQueue; concurrency: number; run: (data: unknown, meta: JobMeta) => Promise<void> }
export const bindJob = <P extends { tenantId: string }>(
  definition: JobDefinition<P>,
  concurrency: number,
  handle: (payload: P, meta: JobMeta) => Promise<void>,
): JobBinding => ({ job: definition, concurrency, run: (data, meta) => handle(definition.payload.parse(data), meta) })

const queueOptions = (q: QueueSettings) => ({
  policy: 'standard' as const,
  retryLimit: q.retries,
  retryDelay: q.retryDelay,
  retryDelayMax: q.retryDelayMax,
  retryBackoff: true,
  expireInSeconds: q.expire,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 24 * 3600,
  notify: true,
})

/** Owner's part at migration time: pg-boss's schema, one queue per job, grants for the application role. */
export async function prepareJobs(ownerUrl: string, appRole: string, definitions: readonly JobQueue[]): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, schedule: false, supervise: false, max: 2 })
  boss.on('error', () => {})
  await boss.start()
  try {
    for (const { name, queue } of definitions) {
      if (await boss.getQueue(name)) {
        const { policy: _, ...changeable } = queueOptions(queue)
        await boss.updateQueue(name, changeable)
      } else await boss.createQueue(name, queueOptions(queue))
    }
    const db = boss.getDb()
    await db.executeSql(`grant usage on schema pgboss to "${appRole}";
      grant select, insert, update, delete on all tables in schema pgboss to "${appRole}";
      grant execute on all functions in schema pgboss to "${appRole}"; grant usage on all sequences in schema pgboss to "${appRole}"`)
  } finally {
    await boss.stop({ graceful: false })
  }
}

/** What an error is called, and nothing of what it says: shown to whoever runs the server. */
function errorCode(e: unknown): string {
  const said = e instanceof Error && 'code' in e ? String(e.code) : e instanceof Error ? e.name : 'unknown'
  return /^[A-Za-z0-9_]{1,60}$/.test(said) ? said : 'unknown'
}

/** The job queue of this process. Saving a job is always part of the transaction of its fact. */
export class Jobs {
  #boss: PgBoss
  readonly #open: (migrate: boolean) => PgBoss
  readonly #log: Logger

  constructor(appUrl: string, log: Logger, worker: boolean) {
    this.#log = log
    this.#open = (migrate) => {
      const boss = new PgBoss({
        connectionString: appUrl,
        migrate,
        createSchema: false,
        max: 6,
        useListenNotify: worker,
        supervise: worker,
        schedule: false,
        superviseIntervalSeconds: 5,
        monitorIntervalSeconds: 5,
        reindex: false,
        monitorVacuum: false,
      })
      boss.on('error', (err) => this.#log.error({ err }, 'jobs'))
      return boss
    }
    this.#boss = this.#open(false)
  }

  /**
   * pg-boss wants exactly its own tables. Beside those of a newer version (an update was taken back) it starts only when it may migrate,
   * which it then has no reason to do; and it has no right to, should they be older.
   */
  async start(): Promise<void> {
    const refused = await this.#boss.start().then(
      () => undefined,
      (e: unknown) => e,
    )
    if (refused === undefined) return
    await this.#boss.stop({ graceful: false }).catch(() => {})
    if (!(refused instanceof Error && refused.message.includes('requires migrations'))) throw refused
    this.#boss = this.#open(true)
    await this.#boss.start().catch(() => {
      throw refused
    })
    this.#log.warn('the job queue has been prepared for a newer version; this one goes on beside it')
  }

  async send<P extends { tenantId: string }>(
    tx: Transaction<DB>,
    definition: JobDefinition<P>,
    payload: P,
    options: { startAfterSeconds?: number } = {},
  ): Promise<void> {
    await this.#boss.send(definition.name, payload, {
      // pg-boss orders by (created_on, id): only rising ids keep several jobs of one transaction in order.
      id: uuidv7(),
      db: fromKysely(tx),
      ...(options.startAfterSeconds ? { startAfter: options.startAfterSeconds } : {}),
    })
  }

  /** Many of one kind in one statement. They start at once. */
  async sendMany<P extends { tenantId: string }>(tx: Transaction<DB>, definition: JobDefinition<P>, payloads: readonly P[]): Promise<void> {
    if (payloads.length === 0) return
    await this.#boss.insert(
      definition.name,
      payloads.map((data) => ({ id: uuidv7(), data })),
      { db: fromKysely(tx) },
    )
  }

  /**
   * Starts working off the listed jobs. They are taken a few at a time: pg-boss looks for more at once only after a full batch, and
   * with batches of one it would take one job a second.
   */
  async work(bindings: readonly JobBinding[]): Promise<void> {
    for (const binding of bindings) {
      const batchSize = Math.min(BATCH, binding.concurrency)
      await this.#boss.work<object>(
        binding.job.name,
        {
          includeMetadata: true,
          perJobResults: true,
          batchSize,
          burstWhenBatchFull: batchSize > 1,
          localConcurrency: Math.ceil(binding.concurrency / batchSize),
          pollingIntervalSeconds: 1,
          notifyPollingIntervalSeconds: 1,
        },
        (jobs) => Promise.all(jobs.map((job) => this.#run(binding, job, job.retryCount))),
      )
    }
  }

  async #run(binding: JobBinding, job: Job<object>, retryCount: number): Promise<JobResult> {
    const meta: JobMeta = { id: job.id, attempt: retryCount + 1, lastAttempt: retryCount >= binding.job.queue.retries }
    try {
      await binding.run(job.data, meta)
      return { id: job.id, status: 'completed' }
    } catch (err) {
      this.#log.warn({ err, job: binding.job.name, jobId: job.id, attempt: meta.attempt, lastAttempt: meta.lastAttempt }, 'job failed')
      return { id: job.id, status: 'failed', output: { message: err instanceof Error ? err.message.slice(0, 500) : 'unknown', code: errorCode(err) } }
    }
  }

  async stats(): Promise<{ name: string; queued: number; active: number; failed: number }[]> {
    const queues = await this.#boss.getQueues()
    return queues.map((q) => ({ name: q.name, queued: q.queuedCount, active: q.activeCount, failed: q.failedCount ?? 0 }))
  }

  /** Lets jobs that failed for good run once more. */
  async retry(name: string, ids: readonly string[]): Promise<void> {
    await this.#boss.retry(name, [...ids])
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 8000 })
  }
}
