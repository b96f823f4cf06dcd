import { describe, expect, it } from 'vitest'
import { ERROR_TABLE } from './error-table.ts'
import { backOffSeconds, nextStep, type Refused } from './send-backoff.ts'

const refused = (code: number | null, more: Partial<Refused> = {}): Refused => ({
  code,
  kind: code === null ? 'back_off' : (ERROR_TABLE[code]?.kind ?? 'limited'),
  tries: 0,
  pairStrikes: 0,
  holds: 0,
  ...more,
})
const step = (code: number | null, more: Partial<Refused> = {}, random = 0.5) => nextStep(refused(code, more), random)

describe('what follows a refusal', () => {
  it('of each code: what may pass is sent again, what stops the number holds it, the rest fails', () => {
    const by = Map.groupBy(Object.keys(ERROR_TABLE).map(Number), (code) => step(code).step)
    expect(by.get('hold')?.sort((a, b) => a - b)).toEqual([
      0,
      3,
      4,
      10,
      33,
      190,
      ...Array.from({ length: 100 }, (_, i) => 200 + i),
      368,
      613,
      80007,
      131005,
      131031,
      131042,
      131045,
      131048,
      131057,
      133000,
      133006,
      133010,
      133015,
      2494100,
    ])
    for (const code of by.get('again') ?? []) expect([code, ERROR_TABLE[code]?.kind]).toEqual([code, expect.stringMatching(/back_off|limited/)])
    for (const code of by.get('fail') ?? []) expect([code, ERROR_TABLE[code]?.kind]).toEqual([code, expect.stringMatching(/act|never/)])
  })

  it('too much for the number: seconds, not the same for everybody, no try is used up, and it slows down', () => {
    expect(step(130429, {}, 0)).toEqual({ step: 'again', seconds: 1, counts: false, pair: false, slow: true })
    expect(step(130429, { tries: 1000 }, 1)).toMatchObject({ step: 'again', seconds: 4 })
  })

  it('too much for one person: 4^X seconds, only theirs', () => {
    const seconds = [0, 1, 2, 3, 4, 5, 6, 7].map((pairStrikes) => {
      const next = step(131056, { pairStrikes })
      return next.step === 'again' && next.pair && !next.counts ? next.seconds : null
    })
    expect(seconds).toEqual([1, 4, 16, 64, 256, 1024, 3600, 3600])
  })

  it('a number that must rest grows its rest; admins hear only of what they can mend', () => {
    expect([0, 1, 2, 9].map((holds) => step(4, { holds }))).toEqual([60, 120, 240, 1800].map((seconds) => ({ step: 'hold', seconds, tell: false })))
    expect(step(131057)).toEqual({ step: 'hold', seconds: 60, tell: false })
    expect(step(131048)).toEqual({ step: 'hold', seconds: 3600, tell: true })
    expect([190, 131031, 131042, 133010, 200].map((code) => step(code))).toEqual(Array(5).fill({ step: 'hold', seconds: 60, tell: true }))
  })

  it('a service that is down is waited for; a strange error twice; never what cannot pass', () => {
    expect([0, 1, 2, 10].map(backOffSeconds)).toEqual([2, 4, 8, 300])
    expect(step(131016, { tries: 39 }).step).toBe('again')
    expect(step(131016, { tries: 40 }).step).toBe('fail')
    expect([0, 1, 2].map((tries) => step(131000, { tries }).step)).toEqual(['again', 'again', 'fail'])
    expect([131026, 131047, 131049, 131050, 131053].map((code) => step(code).step)).toEqual(Array(5).fill('fail'))
  })
})
