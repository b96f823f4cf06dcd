import type { Conversation } from '@atende/contracts/conversations'
import { describe, expect, it } from 'vitest'
import type { FilterContext, ListFilter } from './filter.ts'
import { applyConversation, applyListEvents, flattenList, type ListData, pruneList } from './live.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12) + second * 1000).toISOString()
const me: FilterContext = { userId: 'me', openId: null }
const all: ListFilter = { view: 'all', status: 'open' }

const conversation = (id: string, second: number, parts: Partial<Conversation> = {}): Conversation => ({
  id,
  contact: { id: `p-${id}`, name: id, phone: null, kind: 'person', marketingOptOutAt: null },
  channel: { id: 'ch1', name: 'Recepção', kind: 'whatsapp_cloud' },
  status: 'open',
  assignee: null,
  tags: [],
  unreadCount: 0,
  lastMessage: { id: `m-${id}`, direction: 'out', type: 'text', preview: 'oi', status: 'sent', at: at(second) },
  lastActivityAt: at(second),
  waitingSince: null,
  windowExpiresAt: null,
  freeEntryUntil: null,
  control: 'ours',
  resolvedAt: null,
  createdAt: at(0),
  updatedAt: at(second),
  ...parts,
})
const list = (items: Conversation[][], nextCursor: string | null = null): ListData => ({
  pageParams: items.map(() => null),
  pages: items.map((page, i) => ({ items: page, nextCursor: i === items.length - 1 ? nextCursor : `p${i}` })),
})
const ids = (data: ListData) => flattenList(data).map((c) => c.id)
const two = () => list([[conversation('b', 20), conversation('a', 10)]])

describe('the list, live', () => {
  it('brings a conversation with news to the top, out of any page', () => {
    const data = list([[conversation('c', 30), conversation('b', 20)], [conversation('a', 10)]])
    const next = applyConversation(data, all, conversation('a', 40), me)
    expect(ids(next)).toEqual(['a', 'c', 'b'])
  })

  it('adds one that was not there', () => {
    expect(ids(applyConversation(two(), all, conversation('n', 15), me))).toEqual(['b', 'n', 'a'])
  })

  it('does not guess below the last loaded row', () => {
    const data = list([[conversation('b', 20)]], 'more')
    expect(applyConversation(data, all, conversation('old', 5), me)).toBe(data)
    expect(ids(applyConversation(two(), all, conversation('old', 5), me))).toEqual(['b', 'a', 'old'])
  })

  it('drops one that no longer fits the tab', () => {
    const mine: ListFilter = { view: 'mine', status: 'open' }
    const data = list([[conversation('a', 10, { assignee: { id: 'me', name: 'Ana' } })]])
    expect(ids(applyConversation(data, mine, conversation('a', 11, { assignee: { id: 'you', name: 'Bruno' } }), me))).toEqual([])
    expect(ids(applyConversation(two(), all, conversation('b', 21, { status: 'resolved' }), me))).toEqual(['a'])
  })

  it('respects tag and channel', () => {
    const tagged: ListFilter = { view: 'all', status: 'open', tagId: 't1' }
    expect(ids(applyConversation(list([[]]), tagged, conversation('a', 1), me))).toEqual([])
    expect(ids(applyConversation(list([[]]), tagged, conversation('a', 1, { tags: [{ id: 't1', name: 'VIP', color: 'red' }] }), me))).toEqual(['a'])
    expect(ids(applyConversation(list([[]]), { ...all, channelId: 'other' }, conversation('a', 1), me))).toEqual([])
  })

  it('only refreshes search results where they stand', () => {
    const search: ListFilter = { ...all, q: 'mar' }
    expect(ids(applyConversation(two(), search, conversation('a', 99), me))).toEqual(['b', 'a'])
    expect(ids(applyConversation(two(), search, conversation('new', 99), me))).toEqual(['b', 'a'])
  })

  it('ignores news older than what is known', () => {
    const data = two()
    expect(applyConversation(data, all, conversation('b', 20, { updatedAt: at(3), unreadCount: 5 }), me)).toBe(data)
  })

  it('keeps the open conversation in "unread" until another one is opened', () => {
    const unread: ListFilter = { view: 'unread', status: 'open' }
    const data = list([[conversation('a', 10, { unreadCount: 2 })]])
    const read = applyConversation(data, unread, conversation('a', 11), { userId: 'me', openId: 'a' })
    expect(ids(read)).toEqual(['a'])
    expect(ids(pruneList(read, unread, { userId: 'me', openId: 'b' }))).toEqual([])
    expect(pruneList(read, unread, { userId: 'me', openId: 'a' })).toBe(read)
  })

  it('moves the tick of the last line, never back and only of that message', () => {
    const status = (messageId: string, value: 'read' | 'delivered') => ({ kind: 'status' as const, conversationId: 'b', messageId, status: value })
    const next = applyListEvents(two(), all, [status('m-b', 'read'), status('m-b', 'delivered'), status('other', 'read')], me)
    expect(flattenList(next)[0]?.lastMessage?.status).toBe('read')
  })

  it('leaves untouched rows the same objects', () => {
    const data = two()
    const next = applyConversation(data, all, conversation('b', 25), me)
    expect(flattenList(next)[1]).toBe(flattenList(data)[1])
  })

  it('shows a row of two overlapping pages once', () => {
    expect(ids(list([[conversation('a', 10)], [conversation('a', 10), conversation('z', 1)]]))).toEqual(['a', 'z'])
  })
})
