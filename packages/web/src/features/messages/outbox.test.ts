import { type Media, NOTHING_DERIVED } from '@atende/contracts/media'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryAsMessage, type Outbox, type OutboxAction, readyToSend, reduceOutbox, retryDelay, unconfirmed } from './outbox.ts'
import { entry, ours } from './test-messages.ts'

const run = (...actions: OutboxAction[]): Outbox => actions.reduce(reduceOutbox, [])
const added = (clientId: string, second: number, parts = {}): OutboxAction => ({ type: 'added', entry: entry(clientId, second, parts) })
const problem = { title: 'Não', detail: '', code: 'window_closed', canRetry: false }

describe('the outbox', () => {
  it('shows a message once, even when it is added twice', () => {
    expect(run(added('a', 1), added('a', 1))).toHaveLength(1)
  })

  it('never shows two bubbles when the socket is faster than the answer', () => {
    const outbox = run(added('a', 1), { type: 'sending', clientId: 'a' })
    expect(unconfirmed(outbox, 'c1', [])).toHaveLength(1)
    expect(unconfirmed(outbox, 'c1', [ours('m1', 1, { clientId: 'a' })])).toEqual([])
    const settled = reduceOutbox(outbox, { type: 'settled', clientId: 'a' })
    expect(settled).toEqual([])
    expect(reduceOutbox(settled, { type: 'settled', clientId: 'a' })).toBe(settled)
  })

  it('sends one at a time per conversation, in the order of writing', () => {
    const waiting = run(added('a', 1), added('b', 2), added('x', 3, { conversationId: 'c2' }))
    expect(readyToSend(waiting).map((e) => e.clientId)).toEqual(['a', 'x'])
    const sending = reduceOutbox(waiting, { type: 'sending', clientId: 'a' })
    expect(readyToSend(sending).map((e) => e.clientId)).toEqual(['x'])
    const next = reduceOutbox(sending, { type: 'settled', clientId: 'a' })
    expect(readyToSend(next).map((e) => e.clientId)).toEqual(['b', 'x'])
  })

  it('waits after a lost connection and keeps the same client id', () => {
    const outbox = run(added('a', 1), { type: 'sending', clientId: 'a' }, { type: 'lost', clientId: 'a' })
    expect(outbox).toMatchObject([{ clientId: 'a', state: 'waiting', attempts: 1 }])
  })

  it('lets later messages pass one that was refused', () => {
    const outbox = run(added('a', 1), added('b', 2), { type: 'sending', clientId: 'a' }, { type: 'refused', clientId: 'a', problem })
    expect(readyToSend(outbox).map((e) => e.clientId)).toEqual(['b'])
    const again = reduceOutbox(outbox, { type: 'retried', clientId: 'a' })
    expect(readyToSend(again).map((e) => e.clientId)).toEqual(['a'])
    expect(again[0]?.problem).toBeNull()
  })

  it('does not turn a refusal back into waiting when a late failure comes', () => {
    const outbox = run(added('a', 1), { type: 'refused', clientId: 'a', problem }, { type: 'lost', clientId: 'a' })
    expect(outbox[0]?.state).toBe('refused')
  })

  it('takes up what an earlier page left, oldest first and without doubles', () => {
    const outbox = run(added('b', 2), { type: 'restored', entries: [entry('c', 3), entry('b', 2), entry('a', 1, { state: 'sending' })] })
    expect(outbox.map((e) => [e.clientId, e.state])).toEqual([
      ['a', 'waiting'],
      ['b', 'waiting'],
      ['c', 'waiting'],
    ])
  })

  it('keeps the picture on this device while the uploaded one takes its place', () => {
    const media: Media = {
      id: 'm',
      kind: 'image',
      mime: 'image/jpeg',
      size: 1,
      filename: null,
      status: 'stored',
      width: 4,
      height: 3,
      url: '/signed',
      voice: false,
      animated: false,
      ...NOTHING_DERIVED,
    }
    const local = { ...media, id: 'local', url: 'blob:here', width: null, height: null }
    const outbox = run(added('a', 1, { content: null, shown: { type: 'image', media: local } }), {
      type: 'uploaded',
      clientId: 'a',
      content: { type: 'image', mediaId: 'm' },
      media,
    })
    expect(outbox[0]?.content).toEqual({ type: 'image', mediaId: 'm' })
    expect(outbox[0]?.shown).toMatchObject({ type: 'image', media: { id: 'm', url: 'blob:here', width: 4 } })
  })

  it('draws the same object for the same entry, so a bubble is not redrawn for nothing', () => {
    const one = entry('a', 1)
    expect(entryAsMessage(one)).toBe(entryAsMessage(one))
    expect(entryAsMessage({ ...one, state: 'refused', problem })).toMatchObject({ status: 'failed', error: { title: 'Não' } })
  })

  it('waits longer after each failure, at most half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(retryDelay)).toEqual([1, 2, 4, 8, 16, 30, 30])
  })

  it('holds each client id at most once, whatever happens', () => {
    const ids = fc.constantFrom('a', 'b', 'c')
    const action: fc.Arbitrary<OutboxAction> = fc.oneof(
      ids.map((id): OutboxAction => added(id, 1)),
      ids.map((clientId): OutboxAction => ({ type: 'sending', clientId })),
      ids.map((clientId): OutboxAction => ({ type: 'lost', clientId })),
      ids.map((clientId): OutboxAction => ({ type: 'refused', clientId, problem })),
      ids.map((clientId): OutboxAction => ({ type: 'settled', clientId })),
      ids.map((id): OutboxAction => ({ type: 'restored', entries: [entry(id, 2)] })),
    )
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const outbox = run(...actions)
        expect(new Set(outbox.map((e) => e.clientId)).size).toBe(outbox.length)
      }),
    )
  })
})
