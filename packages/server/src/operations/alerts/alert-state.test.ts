import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alert, dueOf, markTold, nextAlerts, type Seen } from './alert-state.ts'

/** A minute of the alerts lasts one here, so that moments read as minutes. */
const MINUTE = 1
const REDIS: Seen = { code: 'redis_down', key: '', details: {} }

/** Lets the minutes pass: `bad` says in which of them Redis is away. Answers what one channel is told, with the minute. */
function play(minutes: number, bad: (minute: number) => boolean | undefined): string[] {
  let alerts: Alert[] = []
  const told: string[] = []
  for (let now = 1_000; now < 1_000 + minutes; now++) {
    const state = bad(now - 1_000)
    alerts = nextAlerts(alerts, state === true ? [REDIS] : [], state === undefined ? ['redis_down'] : [], now, MINUTE)
    const due = dueOf(alerts, 'email', now, MINUTE)
    told.push(...due.map((d) => `${now - 1_000} ${d.as}`))
    alerts = alerts.map((a) => (due.some((d) => d.alert.id === a.id) ? markTold(a, 'email', now) : a))
  }
  return told
}

describe('who is told, and when', () => {
  it('what lasts is told once, and its end', () => {
    expect(play(60, (m) => m >= 5 && m < 20)).toEqual(['7 firing', '22 resolved'])
  })
  it('what passes at once is told to nobody', () => {
    expect(play(60, (m) => m === 5 || m === 6)).toEqual([])
  })
  it('what goes up and down every minute is one alert, until it is quiet', () => {
    expect(play(120, (m) => m >= 5 && m < 60 && m % 2 === 1)).toEqual(['7 firing', '62 resolved'])
  })
  it('what comes back soon must then be quiet for half an hour', () => {
    expect(play(300, (m) => m >= 5 && m < 100 && m % 20 < 8)).toEqual(['7 firing', '10 resolved', '22 firing', '117 resolved'])
  })
  it('what lasts for days is told once a day', () => {
    expect(play(3 * 1440, (m) => m >= 5)).toEqual(['7 firing', '1447 reminder', '2887 reminder'])
  })
  it('what cannot be asked is neither over nor begins', () => {
    expect(play(60, (m) => (m < 5 ? false : m < 10 ? true : undefined))).toEqual(['7 firing'])
    expect(play(60, () => undefined)).toEqual([])
  })
  it('in several places it is several alerts', () => {
    const lost = (key: string): Seen => ({ code: 'process_lost', key, details: {} })
    let alerts = nextAlerts([], [lost('a'), lost('b')], [], 10, MINUTE)
    alerts = nextAlerts(alerts, [lost('a'), lost('b')], [], 11, MINUTE)
    expect(dueOf(alerts, 'slack', 11, MINUTE)).toHaveLength(2)
  })

  it('whatever happens, firing and resolved take turns, and nothing is told that did not happen', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(true, false, undefined), { minLength: 1, maxLength: 400 }), (states) => {
        const told = play(states.length, (m) => states[m]).map((t) => t.split(' ')[1])
        expect(told.every((as, i) => as === (i % 2 === 0 ? 'firing' : 'resolved'))).toBe(true)
        expect(told.length === 0 || states.includes(true)).toBe(true)
      }),
    )
  })
})
