import { describe, expect, it } from 'vitest'
import { type Arrival, concerns, isSeen } from './notify.ts'

const now = Date.UTC(2026, 10, 20, 12)
const arrival = (parts: { direction?: 'in' | 'out'; assignee?: string | null; ageMs?: number; control?: 'ours' | 'passive' } = {}): Arrival => {
  const { direction = 'in', assignee = null, ageMs = 1_000, control = 'ours' } = parts
  // Only what the decision looks at.
  return {
    message: { direction, at: new Date(now - ageMs).toISOString() },
    conversation: { id: 'c1', control, assignee: assignee === null ? null : { id: assignee, name: assignee } },
  } as Arrival
}
const needsNotice = (one: Arrival, situation: typeof here) => concerns(one, situation) && !isSeen(one, situation)
const here = { userId: 'me', openId: 'c1', watching: true, now }

describe('notices', () => {
  it('come for my conversations and for those of nobody', () => {
    const away = { ...here, watching: false }
    expect(needsNotice(arrival(), away)).toBe(true)
    expect(needsNotice(arrival({ assignee: 'me' }), away)).toBe(true)
    expect(needsNotice(arrival({ assignee: 'other' }), away)).toBe(false)
  })

  it('stay away while the conversation is in front of the person', () => {
    expect(needsNotice(arrival(), here)).toBe(false)
    expect(needsNotice(arrival(), { ...here, openId: 'c2' })).toBe(true)
  })

  it('do not come while another agent answers the chat', () => {
    expect(needsNotice(arrival({ control: 'passive' }), { ...here, watching: false })).toBe(false)
  })

  it('are not for what we wrote, nor for what was missed long ago', () => {
    expect(needsNotice(arrival({ direction: 'out' }), { ...here, watching: false })).toBe(false)
    expect(needsNotice(arrival({ ageMs: 10 * 60_000 }), { ...here, watching: false })).toBe(false)
  })
})
