import type { Message, MessagePage } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { ERROR_TABLE } from '../channels/whatsapp-cloud/error-table.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const T0 = Math.floor(Date.now() / 1000) - 600
const status = (id: string, word: string, at: number, extra: Record<string, unknown> = {}) => ({
  id,
  status: word,
  timestamp: String(T0 + at),
  recipient_id: '5511970000000',
  ...extra,
})
/** A message of ours on the channel, written in the app on the phone: statuses speak of it like of any other. */
async function ours(phone = lab.newPhone()): Promise<{ wamid: string; phone: string }> {
  const wamid = lab.newWamid()
  const echo = { from: '551140022026', to: phone, id: wamid, timestamp: String(T0), type: 'text', text: { body: 'Pode vir' } }
  await lab.tell(lab.change('smb_message_echoes', { metadata: lab.metadata, message_echoes: [echo] }))
  return { wamid, phone }
}
async function show(wamid: string): Promise<Message> {
  const [row] = await lab.server.sql<{ id: string }>('select id from messages where provider_id = any($1)', [await lab.server.providerIds(wamid)])
  return (await lab.get<Message>(`/api/messages/${row?.id}`)).body
}
const told = (...statuses: unknown[]) => lab.tell(lab.messages({ statuses }))
const iso = (at: number) => new Date((T0 + at) * 1000).toISOString()

describe('statuses', () => {
  it.each([
    ['in order', ['sent', 'delivered', 'read', 'played'], 'played'],
    ['read without delivered', ['sent', 'read'], 'read'],
    ['backwards', ['read', 'delivered', 'sent'], 'read'],
    ['failed after sent', ['sent', 'failed'], 'failed'],
    ['failed after delivered is too late', ['delivered', 'failed'], 'delivered'],
    ['delivered after failed', ['failed', 'delivered'], 'delivered'],
    ['repeated', ['delivered', 'delivered', 'sent', 'delivered'], 'delivered'],
  ])('%s', async (_name, words, shown) => {
    const { wamid } = await ours()
    for (const [i, word] of words.entries()) await told(status(wamid, word, i + 1))
    const message = await show(wamid)
    expect(message.status).toBe(shown)
    expect(Object.keys(message.statusTimes).sort()).toEqual([...new Set(words)].sort())
    await told(...words.map((w, i) => status(wamid, w, i + 100)))
    expect(await show(wamid)).toEqual(message)
  })
  it('before their message, and without phone or contacts', async () => {
    const wamid = lab.newWamid()
    await told({ id: wamid, status: 'read', timestamp: String(T0 + 5), recipient_user_id: 'BR.1' })
    const echo = { from: '551140022026', to: lab.newPhone(), id: wamid, timestamp: String(T0), type: 'text', text: { body: 'x' } }
    await lab.tell(lab.change('smb_message_echoes', { metadata: lab.metadata, message_echoes: [echo] }))
    expect(await show(wamid)).toMatchObject({ status: 'read', statusTimes: { read: iso(5) } })
  })
  it('an unknown word is kept by its name and moves nothing', async () => {
    const { wamid } = await ours()
    await told(status(wamid, 'delivered', 1), status(wamid, 'warning', 2))
    expect(await show(wamid)).toMatchObject({ status: 'delivered', statusTimes: { delivered: iso(1) } })
    const kept = await lab.server.sql<{ status: string }>('select status from message_statuses where provider_id = any($1) order by status', [
      await lab.server.providerIds(wamid),
    ])
    expect(kept.map((k) => k.status)).toEqual(['delivered', 'other:warning'])
    const events = await lab.get<{ items: { error: string }[] }>('/api/webhook-events?status=problem')
    expect(events.body.items[0]?.error).toBe('status:warning')
  })
  it('in a group: each member is kept, the furthest of any is shown, and one failure is not everybody’s', async () => {
    const { wamid } = await ours()
    const of = (who: string, word: string, at: number) => status(wamid, word, at, { recipient_type: 'group', recipient_participant_id: who })
    await told(of('551', 'delivered', 3), of('552', 'delivered', 1), of('553', 'failed', 2))
    expect(await show(wamid)).toMatchObject({ status: 'delivered', statusTimes: { delivered: iso(1) } })
    await told(of('551', 'read', 9), of('551', 'read', 9))
    expect(await show(wamid)).toMatchObject({ status: 'read' })
    expect(await lab.server.sql('select 1 from message_statuses where provider_id = any($1)', [await lab.server.providerIds(wamid)])).toHaveLength(4)
  })
  it('a payment is kept and stands as a line of its own', async () => {
    const { wamid, phone } = await ours()
    const payment = { id: wamid, from: phone, type: 'payment', status: 'captured', payment: { reference_id: 'pedido-7' }, timestamp: String(T0 + 4) }
    await told(payment, payment)
    const message = await show(wamid)
    expect(message.statusTimes).toEqual({})
    const { body } = await lab.get<MessagePage>(`/api/messages?conversationId=${message.conversationId}`)
    expect(body.items.at(-1)?.content).toEqual({ type: 'activity', activity: 'payment', details: { status: 'captured', reference: 'pedido-7' } })
    expect(body.items).toHaveLength(2)
  })
  it('tells what the message is counted as; the furthest status wins, whenever it comes', async () => {
    const { wamid } = await ours()
    const pricing = (category: string, type = 'regular') => ({ pricing: { billable: true, pricing_model: 'PMP', category, type } })
    await told(status(wamid, 'delivered', 2, pricing('authentication-international')), status(wamid, 'sent', 1, pricing('utility')))
    expect((await show(wamid)).pricing).toEqual({ category: 'authentication_international', type: 'regular' })
    const rows = await lab.server.sql<{ category: string }>('select category from priced_messages where provider_id = any($1)', [
      await lab.server.providerIds(wamid),
    ])
    expect(rows).toHaveLength(1)
  })
})

describe('a failed status', () => {
  it('every code of the table says why and what to do, in the new shape and in the old one', async () => {
    const codes = Object.keys(ERROR_TABLE).map(Number)
    const wamids = codes.map(() => lab.newWamid())
    const phone = lab.newPhone()
    const echoes = wamids.map((id) => ({ from: '551140022026', to: phone, id, timestamp: String(T0), type: 'text', text: { body: 'x' } }))
    await lab.tell(lab.change('smb_message_echoes', { metadata: lab.metadata, message_echoes: echoes }))
    const error = (code: number, i: number) => ({ code, title: 'T', message: 'T', ...(i % 2 ? { details: 'why' } : { error_data: { details: 'why' } }) })
    await told(...codes.map((code, i) => status(wamids[i] ?? '', 'failed', 1, { errors: [error(code, i)] })))
    const rows = await lab.server.sql<{ status: string; error: { code: number; title: string; action: string; details: string } }>(
      'select status, error from messages where provider_id = any($1) order by (error->>$2)::int',
      [await lab.server.providerIds(...wamids), 'code'],
    )
    expect(rows.map((r) => r.error.code)).toEqual([...codes].sort((a, b) => a - b))
    for (const { status: shown, error: e } of rows) {
      expect(shown).toBe('failed')
      expect(e).toMatchObject({ title: ERROR_TABLE[e.code]?.title, action: ERROR_TABLE[e.code]?.action })
      // Meta's own sentence may repeat what was written; it stays in the sealed delivery.
      expect(e).not.toHaveProperty('details')
    }
  })
  it('an unknown code and no code at all are still a sentence', async () => {
    const [a, b] = [await ours(), await ours()]
    await told(status(a.wamid, 'failed', 1, { errors: [{ code: 987_654, title: 'New' }] }), status(b.wamid, 'failed', 1))
    expect(await show(a.wamid)).toMatchObject({ status: 'failed', error: { code: 987_654, title: expect.stringMatching(/^.{20,}\.$/) } })
    expect((await show(b.wamid)).status).toBe('failed')
  })
})
