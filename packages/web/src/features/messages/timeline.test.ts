import { describe, expect, it } from 'vitest'
import { entry, message, ours } from './test-messages.ts'
import { buildTimeline, firstUnreadId, rowIndexOf, type TimelineRow } from './timeline.ts'

const DAY = 24 * 3600
const shape = (rows: TimelineRow[]) => rows.map((row) => (row.kind === 'message' ? row.message.id : row.kind))

describe('the timeline', () => {
  it('opens every day with its name', () => {
    expect(shape(buildTimeline([message('a', 0), message('b', DAY)], [], null))).toEqual(['day', 'a', 'day', 'b'])
  })

  it('runs messages of one side together, until a pause', () => {
    const rows = buildTimeline([message('a', 0), message('b', 10), message('c', 2000), ours('d', 2010)], [], null)
    const runs = rows.flatMap((row) => (row.kind === 'message' ? [[row.message.id, row.first, row.last]] : []))
    expect(runs).toEqual([
      ['a', true, false],
      ['b', false, true],
      ['c', true, true],
      ['d', true, true],
    ])
  })

  it('separates two colleagues', () => {
    const rows = buildTimeline([ours('a', 0), ours('b', 5, { sender: { id: 'u2', name: 'Bruno' } })], [], null)
    expect(rows.at(-1)).toMatchObject({ first: true })
  })

  it('in a group, and when the phone answered, each writer opens a run of their own', () => {
    const by = (contactId: string) => ({ author: { contactId, name: contactId } })
    const group = [message('a', 0, by('ana')), message('b', 1, by('ana')), message('c', 2, by('rui'))]
    const answers = [ours('d', 3, { sender: null, sentFrom: 'app' }), ours('e', 4)]
    const rows = buildTimeline([...group, ...answers], [], null)
    expect(rows.flatMap((row) => (row.kind === 'message' && row.first ? [row.message.id] : []))).toEqual(['a', 'c', 'd', 'e'])
  })

  it('puts what is not confirmed at the end, and the separator before the first unread', () => {
    const rows = buildTimeline([ours('a', 0), message('b', 5)], [entry('x', 9)], 'b')
    expect(shape(rows)).toEqual(['day', 'a', 'unread', 'b', 'x'])
    expect(rows.at(-1)).toMatchObject({ kind: 'message', entry: { clientId: 'x' } })
  })

  it('keeps the key of a message when the server confirms it', () => {
    const before = buildTimeline([], [entry('x', 0)], null)
    const after = buildTimeline([ours('m1', 0, { clientId: 'x' })], [], null)
    expect(after.at(-1)?.key).toBe(before.at(-1)?.key)
  })

  it('draws activities as their own lines', () => {
    const activity = message('s', 3, { direction: 'system', content: { type: 'activity', activity: 'resolved', details: {} } })
    expect(shape(buildTimeline([message('a', 0), activity], [], null))).toEqual(['day', 'a', 'activity'])
  })

  it('finds the first unread among the customer’s messages only', () => {
    const list = [message('a', 0), ours('b', 1), message('c', 2), ours('d', 3), message('e', 4)]
    expect(firstUnreadId(list, 2)).toBe('c')
    expect(firstUnreadId(list, 9)).toBe('a')
    expect(firstUnreadId(list, 0)).toBeNull()
  })

  it('finds the row of a message', () => {
    const rows = buildTimeline([message('a', 0), message('b', 1)], [], null)
    expect(rowIndexOf(rows, 'b')).toBe(2)
    expect(rowIndexOf(rows, 'nope')).toBe(-1)
  })
})
