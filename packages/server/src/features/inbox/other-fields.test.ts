import type { Conversation } from '@atende/contracts/conversations'
import type { Message, MessagePage } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { marksOf } from '../../testing/known-people.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const OURS = '551140022026'
const seconds = (ago: number) => String(Math.floor(Date.now() / 1000) - ago)
const text = (from: string, body: string, ago = 10, extra: Record<string, unknown> = {}) => ({
  from,
  id: lab.newWamid(),
  timestamp: seconds(ago),
  type: 'text',
  text: { body },
  ...extra,
})
const idOf = async (phone: string) =>
  (
    await lab.server.sql<{ id: string }>('select v.id from conversations v join contact_identities i on i.contact_id = v.contact_id where i.hash = any($1)', [
      await marksOf(lab.server, lab.owner.tenantId, [phone]),
    ])
  )[0]?.id
const itemsOf = async (phone: string): Promise<Message[]> =>
  (await lab.get<MessagePage>(`/api/messages?conversationId=${await idOf(phone)}&limit=100`)).body.items
const conversation = async (phone: string) => (await lab.get<Conversation>(`/api/conversations/${await idOf(phone)}`)).body
const change = (field: string, value: Record<string, unknown>) =>
  lab.tell(lab.change(field, { messaging_product: 'whatsapp', metadata: lab.metadata, ...value }))
const bodies = (items: readonly Message[]) => items.map((m) => (m.content.type === 'text' ? m.content.text : m.content.type))

describe('echoes of the Business app', () => {
  it('are ours, sent from the app; nobody waits any more and nothing is unread', async () => {
    const phone = lab.newPhone()
    await lab.tell(lab.messages({ messages: [text(phone, 'oi', 60)] }))
    expect(await conversation(phone)).toMatchObject({ unreadCount: 1, waitingSince: expect.any(String) })
    const echo = { ...text(OURS, 'já vou', 30), to: phone }
    await change('smb_message_echoes', { message_echoes: [echo, echo] })
    await change('smb_message_echoes', { message_echoes: [echo] })
    expect(await conversation(phone)).toMatchObject({ unreadCount: 0, waitingSince: null, lastMessage: { preview: 'já vou', direction: 'out' } })
    expect((await itemsOf(phone))[1]).toMatchObject({ direction: 'out', sentFrom: 'app', status: 'sent', content: { text: 'já vou' } })
  })
  it('one that is older than what the customer wrote last leaves them waiting', async () => {
    const phone = lab.newPhone()
    await lab.tell(lab.messages({ messages: [text(phone, 'e agora?', 10)] }))
    await change('smb_message_echoes', { message_echoes: [{ ...text(OURS, 'antes', 50), to: phone }] })
    expect(await conversation(phone)).toMatchObject({ unreadCount: 1, waitingSince: expect.any(String), lastMessage: { preview: 'e agora?' } })
  })
  it('in one delivery with what came before and after it, only the later waits', async () => {
    const phone = lab.newPhone()
    const body = lab.messages({ messages: [text(phone, 'oi', 60), text(phone, 'tem vaga?', 50), text(phone, 'obrigada', 10)], contacts: [] })
    const value = { metadata: lab.metadata, message_echoes: [{ ...text(OURS, 'tem sim', 30), to: phone }] }
    body.entry[0]?.changes.push({ field: 'smb_message_echoes', value } as never)
    await lab.tell(body)
    const { unreadCount, waitingSince } = await conversation(phone)
    expect(unreadCount).toBe(1)
    expect(waitingSince).toBe((await itemsOf(phone)).at(-1)?.at)
  })
  it('are edited and deleted there too; another program says so', async () => {
    const user = `BR.7${Date.now()}`
    const [a, b] = [lab.newWamid(), lab.newWamid()]
    const echo = (id: string, body: string) => ({ from: OURS, to_user_id: user, id, timestamp: seconds(50), type: 'text', text: { body } })
    await change('message_echoes', { message_echoes: [echo(a, 'segunda'), echo(b, 'ops')] })
    await change('message_echoes', {
      message_echoes: [
        { id: lab.newWamid(), timestamp: seconds(40), type: 'edit', edit: { original_message_id: a, message: { type: 'text', text: { body: 'terça' } } } },
        { id: lab.newWamid(), timestamp: seconds(40), type: 'revoke', revoke: { original_message_id: b } },
      ],
    })
    expect(await itemsOf(user)).toMatchObject([
      { sentFrom: 'other', content: { text: 'terça' }, earlierTexts: [{ text: 'segunda' }] },
      { content: { text: 'ops' }, revokedAt: expect.any(String) },
    ])
  })
})

describe('history of the phone', () => {
  const thread = (phone: string, messages: unknown[]) => ({
    history: [{ metadata: { phase: 0, chunk_order: 1, progress: 55 }, threads: [{ id: phone, messages }] }],
  })
  it('is there to read, and moves nothing: not unread, no window, not open', async () => {
    const phone = lab.newPhone()
    const old = text(phone, 'mês passado', 40 * 86_400)
    const answer = { ...text(OURS, 'respondido', 39 * 86_400), to: phone, history_context: { status: 'READ' } }
    await change('history', thread(phone, [answer, old]))
    await change('history', thread(phone, [old]))
    expect(await conversation(phone)).toMatchObject({ status: 'resolved', unreadCount: 0, waitingSince: null, windowExpiresAt: null })
    expect(await itemsOf(phone)).toMatchObject([
      { direction: 'in', content: { text: 'mês passado' } },
      { direction: 'out', sentFrom: 'app', status: 'read', content: { text: 'respondido' } },
    ])
  })
  it('meets live messages without doubling them or closing what is open', async () => {
    const phone = lab.newPhone()
    const live = text(phone, 'hoje', 5)
    await lab.tell(lab.messages({ messages: [live] }))
    await change('history', thread(phone, [live, text(phone, 'ontem', 86_400)]))
    expect(bodies(await itemsOf(phone))).toEqual(['ontem', 'hoje'])
    expect(await conversation(phone)).toMatchObject({ status: 'open', unreadCount: 1, lastMessage: { preview: 'hoje' } })
  })
  it('a placeholder becomes its file when that comes, and never the other way round', async () => {
    const phone = lab.newPhone()
    const id = lab.newWamid()
    const placeholder = { from: phone, id, timestamp: seconds(86_400), type: 'media_placeholder' }
    const whole = { from: phone, id, timestamp: seconds(86_400), type: 'image', image: { id: 'asset-1', mime_type: 'image/jpeg', caption: 'a conta' } }
    await change('history', thread(phone, [placeholder]))
    expect((await itemsOf(phone))[0]?.content).toMatchObject({ type: 'unsupported', original: 'media_placeholder' })
    await change('history', { messages: [whole] })
    await change('history', thread(phone, [placeholder]))
    expect((await itemsOf(phone)).map((m) => m.content)).toMatchObject([{ type: 'image', caption: 'a conta', media: { kind: 'image' } }])
  })
})

describe('the address book of the phone', () => {
  const book = (...entries: [string, string, string][]) => ({
    state_sync: entries.map(([action, phone_number, full_name]) => ({ type: 'contact', action, contact: { phone_number, full_name } })),
  })
  const nameOf = async (phone: string) => (await lab.get<{ items: { id: string; name: string }[] }>(`/api/contacts?q=${phone}`)).body.items[0]
  it('adds and renames, and removes nobody; a name written here stays', async () => {
    const [ana, rui] = [lab.newPhone(), lab.newPhone()]
    await change('smb_app_state_sync', book(['add', ana, 'Ana'], ['add', rui, 'Rui']))
    await change('smb_app_state_sync', book(['add', ana, 'Ana Lima'], ['remove', rui, 'Rui']))
    expect([await nameOf(ana), await nameOf(rui)]).toMatchObject([{ name: 'Ana Lima' }, { name: 'Rui' }])
    await lab.server.call('PATCH', `/api/contacts/${(await nameOf(ana))?.id}`, { token: lab.owner.token, body: { name: 'Dona Ana' } })
    await change('smb_app_state_sync', book(['add', ana, 'Ana L.']))
    expect(await nameOf(ana)).toMatchObject({ name: 'Dona Ana' })
  })
})

describe('another agent answers (standby)', () => {
  it('what is said is here, the chat is passive, and nobody is called; the ordinary way makes it ours again', async () => {
    const phone = lab.newPhone()
    const standby = {
      contacts: [{ wa_id: phone, profile: { name: 'Lia' } }],
      messages: [text(phone, 'tem quarto?', 50)],
      message_echoes: [{ id: lab.newWamid(), timestamp: seconds(45), message: { to: phone, type: 'text', text: { body: 'Tem sim' } } }],
      statuses: [{ id: 'wamid.elsewhere', status: 'read', timestamp: seconds(40), recipient_id: phone }],
    }
    await change('standby', { standby })
    expect(await itemsOf(phone)).toMatchObject([{ content: { text: 'tem quarto?' } }, { direction: 'out', sentFrom: 'other', content: { text: 'Tem sim' } }])
    const passive = { control: 'passive', unreadCount: 0, waitingSince: null, windowExpiresAt: expect.any(String) }
    // The answer knows no name; the message beside it does.
    expect(await conversation(phone)).toMatchObject({ ...passive, contact: { name: 'Lia' } })
    await lab.tell(lab.messages({ messages: [text(phone, 'quero falar com gente', 20)] }))
    expect(await conversation(phone)).toMatchObject({ control: 'ours', unreadCount: 1 })
  })
  it('metadata inside of standby, or nowhere, still finds the number', async () => {
    const [a, b] = [lab.newPhone(), lab.newPhone()]
    await lab.tell(lab.change('standby', { standby: { metadata: lab.metadata, messages: [text(a, 'x')] } }))
    await lab.tell(lab.change('standby', { standby: { messages: [text(b, 'y')] } }))
    expect([bodies(await itemsOf(a)), bodies(await itemsOf(b))]).toEqual([['x'], ['y']])
  })
  it('hand-overs change who answers and leave a line; an older one changes nothing', async () => {
    const phone = lab.newPhone()
    const handover = (type: string, ago: number, role = 'ai_agent') => ({
      messaging_product: 'whatsapp',
      sender: { phone_number: phone },
      recipient: { phone_number_id: lab.channel.phoneNumberId, display_phone_number: OURS },
      type,
      timestamp: seconds(ago),
      control_passed: {
        previous_owner_role: 'ai_agent',
        new_owner_role: role,
        conversation_context: { type: 'summary', summary: { text: 'Quer um quarto.' } },
      },
    })
    const pass = handover('control_passed', 10, 'customer_service')
    await lab.tell(lab.change('messaging_handovers', handover('control_taken', 30)))
    expect((await conversation(phone)).control).toBe('passive')
    await lab.tell(lab.change('messaging_handovers', pass))
    await lab.tell(lab.change('messaging_handovers', pass))
    await lab.tell(lab.change('messaging_handovers', handover('control_taken', 60)))
    expect((await conversation(phone)).control).toBe('ours')
    const lines = (await itemsOf(phone)).map((m) => m.content)
    expect(lines).toMatchObject([
      { activity: 'control_taken' },
      { activity: 'control_taken' },
      { activity: 'control_passed', details: { role: 'customer_service', summary: 'Quer um quarto.' } },
    ])
  })
})

describe('calls', () => {
  const call = (phone: string, event: string, ago: number, extra: Record<string, unknown> = {}) => ({
    id: `wacid.${phone}`,
    from: phone,
    to: OURS,
    event,
    timestamp: seconds(ago),
    direction: 'USER_INITIATED',
    ...extra,
  })
  it('a missed one is one line, opens the window and waits for an answer', async () => {
    const phone = lab.newPhone()
    await change('calls', { calls: [call(phone, 'terminate', 20, { status: 'FAILED' })] })
    await change('calls', { calls: [call(phone, 'connect', 30)] })
    expect((await itemsOf(phone)).map((m) => m.content)).toMatchObject([{ type: 'activity', activity: 'call_missed' }])
    expect(await conversation(phone)).toMatchObject({
      status: 'open',
      waitingSince: expect.any(String),
      windowExpiresAt: expect.any(String),
      lastMessage: { preview: 'Ligação perdida' },
    })
  })
  it('one that was taken becomes so when it ends; statuses of calls are kept', async () => {
    const phone = lab.newPhone()
    await change('calls', { calls: [call(phone, 'connect', 30)] })
    await change('calls', {
      calls: [call(phone, 'terminate', 10, { status: 'COMPLETED', duration: 95 })],
      statuses: [{ type: 'call', id: 'wacid.ours', status: 'RINGING', timestamp: seconds(5), recipient_id: phone }],
    })
    expect((await itemsOf(phone)).map((m) => m.content)).toMatchObject([{ activity: 'call_answered', details: { seconds: '95', direction: 'in' } }])
    expect(await conversation(phone)).toMatchObject({ waitingSince: null })
    expect(
      await lab.server.sql("select 1 from message_statuses where provider_id = any($1) and status = 'call:RINGING'", [
        await lab.server.providerIds('wacid.ours'),
      ]),
    ).toHaveLength(1)
  })
})

describe('preferences and failures of the number', () => {
  it('who stops marketing is remembered on the contact', async () => {
    const phone = lab.newPhone()
    await lab.tell(lab.messages({ messages: [text(phone, 'oi')] }))
    const preference = { wa_id: phone, detail: 'x', category: 'marketing_messages', value: 'stop', timestamp: Number(seconds(5)) }
    await change('user_preferences', { contacts: [{ wa_id: phone }], user_preferences: [preference] })
    expect((await conversation(phone)).contact.marketingOptOutAt).toEqual(expect.any(String))
  })
  it('errors without messages are kept as an event of the account', async () => {
    await change('messages', { errors: [{ code: 131_031, title: 'Account locked', error_data: { details: 'x' } }] })
    expect(await lab.server.sql("select 1 from account_events where field = 'errors'")).toHaveLength(1)
  })
  it('unknown parts are named', async () => {
    await change('messages', { user_actions: [{ action_type: 'landing_page_view' }] })
    await change('smb_app_state_sync', { state_sync: [{ type: 'label' }] })
    const { body } = await lab.get<{ items: { error: string }[] }>('/api/webhook-events?status=problem')
    expect(body.items.slice(0, 2).map((i) => i.error)).toEqual(['state_sync:label', 'value:user_actions'])
  })
})
