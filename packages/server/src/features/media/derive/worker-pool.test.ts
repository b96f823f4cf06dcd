import { describe, expect, test } from 'vitest'
import { WorkerPool } from './worker-pool.ts'

const pool = (more: Partial<ConstructorParameters<typeof WorkerPool>[0]> = {}) =>
  new WorkerPool<string, string>({
    file: new URL('../../../testing/misbehaving-worker.ts', import.meta.url),
    size: 1,
    maxQueue: 10,
    timeoutMs: 25_000,
    memoryMb: 32,
    idleMs: 1000,
    renewAfter: 100,
    ...more,
  })

describe('work off the main thread', () => {
  test('is done, one after another in one thread', async () => {
    const p = pool()
    expect(await Promise.all(['a', 'b', 'c'].map((x) => p.run(x)))).toEqual(['did a', 'did b', 'did c'])
  })

  test('what hangs is ended in time, and what waited behind it is done', async () => {
    const p = pool({ timeoutMs: 3_000 })
    await p.run('warm up')
    const [hung, next] = await Promise.allSettled([p.run('hang'), p.run('b')])
    expect(hung).toMatchObject({ status: 'rejected', reason: { why: 'late' } })
    expect(next).toMatchObject({ status: 'fulfilled', value: 'did b' })
  })

  test.each(['throw', 'exit', 'fill'])('a thread that dies (%s) takes nothing with it', async (way) => {
    const p = pool()
    const [dead, next] = await Promise.allSettled([p.run(way), p.run('b')])
    expect(dead).toMatchObject({ status: 'rejected', reason: { why: 'died' } })
    expect(next).toMatchObject({ status: 'fulfilled', value: 'did b' })
  })

  test('more than the queue holds is refused at once', async () => {
    const p = pool({ maxQueue: 2 })
    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((x) => p.run(x)))
    expect(all.map((x) => (x.status === 'fulfilled' ? x.value : x.reason.why))).toEqual(['did a', 'did b', 'did c', 'full'])
  })

  test('threads are renewed, and see no environment', async () => {
    const p = pool({ renewAfter: 1 })
    expect(await p.run('a')).toBe('did a')
    expect(await p.run('b')).toBe('did b')
    expect(await p.run('environment')).toBe('{}')
  })
})
