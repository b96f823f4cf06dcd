import { describe, expect, it } from 'vitest'
import { applyStatus, flattenMessages, mayBecome, updateMessage, upsertMessage } from './message-cache.ts'
import { at, message, ours, pages } from './test-messages.ts'

const ids = (data: ReturnType<typeof pages>) => flattenMessages(data).map((m) => m.id)

describe('messages in the cache', () => {
  it('puts a new message at the end', () => {
    expect(ids(upsertMessage(pages({ items: [message('a', 1)] }), message('b', 2)))).toEqual(['a', 'b'])
  })

  it('sorts a late one into its place', () => {
    const data = pages({ items: [message('a', 1), message('c', 3)] }, { items: [message('e', 5)] })
    expect(ids(upsertMessage(data, message('b', 2)))).toEqual(['a', 'b', 'c', 'e'])
    expect(ids(upsertMessage(data, message('d', 4)))).toEqual(['a', 'c', 'd', 'e'])
  })

  it('shows a repeated event once', () => {
    const once = upsertMessage(pages({ items: [message('a', 1)] }), message('b', 2))
    expect(ids(upsertMessage(once, message('b', 2)))).toEqual(['a', 'b'])
  })

  it('takes the answer of a send for the message that already came by socket', () => {
    const bySocket = upsertMessage(pages({ items: [] }), ours('m1', 1, { clientId: 'x', status: 'sent' }))
    const answered = upsertMessage(bySocket, ours('m1', 1, { clientId: 'x', status: 'queued' }))
    expect(flattenMessages(answered)).toMatchObject([{ id: 'm1', status: 'sent' }])
  })

  it('leaves out what is newer than a part that was jumped to', () => {
    const data = pages({ items: [message('a', 1)], newerCursor: 'more' })
    expect(upsertMessage(data, message('z', 99))).toBe(data)
  })

  it('leaves out what is older than what is loaded', () => {
    const data = pages({ items: [message('b', 2)], olderCursor: 'more' })
    expect(upsertMessage(data, message('a', 1))).toBe(data)
    expect(ids(upsertMessage(pages({ items: [message('b', 2)] }), message('a', 1)))).toEqual(['a', 'b'])
  })

  it('puts the first message into an empty conversation', () => {
    expect(ids(upsertMessage(pages({ items: [] }), message('a', 1)))).toEqual(['a'])
  })

  it('never takes a status back', () => {
    const data = pages({ items: [ours('a', 1, { status: 'read', statusTimes: { read: at(9) } })] })
    const late = applyStatus(data, { messageId: 'a', status: 'delivered', statusTimes: { delivered: at(5) }, error: null })
    expect(flattenMessages(late)).toMatchObject([{ status: 'read', statusTimes: { delivered: at(5), read: at(9) } }])
    expect(mayBecome('delivered', 'failed')).toBe(false)
    expect(mayBecome('sent', 'failed')).toBe(true)
    expect(mayBecome('failed', 'queued')).toBe(true)
    expect(mayBecome('unknown', 'delivered')).toBe(true)
  })

  it('keeps the pages that do not change as they are', () => {
    const data = pages({ items: [message('a', 1)] }, { items: [message('b', 2)] })
    const next = updateMessage(data, message('b', 2, { reactions: [{ emoji: '👍', by: 'us', userId: 'u1' }] }))
    expect(next.pages[0]).toBe(data.pages[0])
    expect(flattenMessages(next)[1]?.reactions).toHaveLength(1)
    expect(updateMessage(data, message('zz', 9))).toBe(data)
  })

  it('shows a message of two overlapping pages once', () => {
    expect(ids(pages({ items: [message('a', 1), message('b', 2)] }, { items: [message('b', 2), message('c', 3)] }))).toEqual(['a', 'b', 'c'])
  })
})
