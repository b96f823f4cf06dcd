import { availableParallelism } from 'node:os'
import type { DeriveAnswer, Derived, DeriveTask } from './derive-types.ts'
import { WorkerPool } from './worker-pool.ts'

/** The file is not what it says, damaged, or too much. Trying again changes nothing. */
export class Unreadable extends Error {}

/** One for the process: decoding is for spare time, and a photo of 48 megapixels takes 200 MB while it lasts. */
const pool = new WorkerPool<DeriveTask, DeriveAnswer>({
  file: new URL('./derive-worker.ts', import.meta.url),
  size: availableParallelism() > 4 ? 2 : 1,
  maxQueue: 64,
  timeoutMs: 20_000,
  memoryMb: 256,
  idleMs: 30_000,
  renewAfter: 100,
})

/** Off the main thread. @throws Unreadable, WorkFailed */
export async function derive(task: DeriveTask['task'], data: Buffer): Promise<Derived> {
  // A copy of its own: it moves to the thread, and a Buffer may share its memory with others.
  const bytes = new Uint8Array(data)
  const answer = await pool.run({ task, bytes }, [bytes.buffer])
  if (!answer.ok) throw new Unreadable(answer.reason)
  return answer.derived
}
