import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { takeNoticeTurn } from './notice-turn.ts'

const held = new Set<string>()
const locks = {
  async request(name: string, _options: unknown, work: (lock: object | null) => Promise<void>) {
    if (held.has(name)) return work(null)
    held.add(name)
    await work({})
    held.delete(name)
  },
}

beforeEach(() => {
  vi.useFakeTimers()
  held.clear()
  vi.stubGlobal('navigator', { locks })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('one tab of several announces a message', async () => {
  const announce = vi.fn()
  for (let tab = 0; tab < 3; tab++) void takeNoticeTurn('m1', false, announce)
  await vi.advanceTimersByTimeAsync(200)
  expect(announce).toHaveBeenCalledTimes(1)
})

it('none does when one of them shows it, also when another is slow', async () => {
  const announce = vi.fn()
  void takeNoticeTurn('m1', false, announce)
  void takeNoticeTurn('m1', true, announce)
  await vi.advanceTimersByTimeAsync(1_200)
  void takeNoticeTurn('m1', false, announce)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(announce).not.toHaveBeenCalled()
})

it('messages do not silence one another, and without locks there is still a sound', async () => {
  const announce = vi.fn()
  void takeNoticeTurn('m1', true, announce)
  void takeNoticeTurn('m2', false, announce)
  await vi.advanceTimersByTimeAsync(200)
  expect(announce).toHaveBeenCalledTimes(1)
  vi.stubGlobal('navigator', {})
  await takeNoticeTurn('m3', false, announce)
  expect(announce).toHaveBeenCalledTimes(2)
})
