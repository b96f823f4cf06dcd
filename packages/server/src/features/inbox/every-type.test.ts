import type { Message, MessagePage } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { marksOf } from '../../testing/known-people.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const now = () => String(Math.floor(Date.now() / 1000))
const conversationOf = async (phone: string) =>
  (
    await lab.server.sql<{ id: string; contact_id: string }>(
      'select v.id, v.contact_id from conversations v join contact_identities i on i.contact_id = v.contact_id where i.hash = any($1)',
      [await marksOf(lab.server, lab.owner.tenantId, [phone])],
    )
  )[0]
const pageOf = async (conversationId: string) => (await lab.get<MessagePage>(`/api/messages?conversationId=${conversationId}&limit=100`)).body.items

/** Delivers these messages of one new customer; answers what the API shows of their conversation. */
async function hear(...messages: Record<string, unknown>[]): Promise<{ items: Message[]; phone: string; conversationId: string }> {
  const phone = lab.newPhone()
  const whole = messages.map((m, i) => ({ from: phone, id: lab.newWamid(), timestamp: String(Math.floor(Date.now() / 1000) - 60 + i), ...m }))
  await lab.tell(lab.messages({ messages: whole, contacts: [{ profile: { name: 'Ana Lima' }, wa_id: phone }] }))
  const conversationId = (await conversationOf(phone))?.id ?? ''
  return { items: await pageOf(conversationId), phone, conversationId }
}
const file = (extra: Record<string, unknown> = {}) => ({ id: `media-${Math.random()}`, sha256: `${'x'.repeat(43)}=`, mime_type: 'image/jpeg', ...extra })
const reply = (interactive: Record<string, unknown>) => ({ type: 'interactive', context: { from: '551140022026', id: 'wamid.asked' }, interactive })

/** Each type as Meta writes it (Cloud API, messages webhook reference), and what the API shows of it. */
const TYPES: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['text', { type: 'text', text: { body: 'Oi / tudo bem? 👩🏽‍🚀' } }, { type: 'text', text: 'Oi / tudo bem? 👩🏽‍🚀' }],
  ['image', { type: 'image', image: file({ caption: 'a praia' }) }, { type: 'image', caption: 'a praia', media: { kind: 'image', status: 'pending' } }],
  ['image without caption', { type: 'image', image: file() }, { type: 'image', media: { kind: 'image' } }],
  ['video', { type: 'video', video: file({ mime_type: 'video/mp4', caption: 'olha' }) }, { type: 'video', caption: 'olha', media: { kind: 'video' } }],
  ['audio', { type: 'audio', audio: file({ mime_type: 'audio/mpeg', voice: false }) }, { type: 'audio', media: { kind: 'audio', voice: false } }],
  ['voice', { type: 'audio', audio: file({ mime_type: 'audio/ogg; codecs=opus', voice: true }) }, { type: 'audio', media: { mime: 'audio/ogg', voice: true } }],
  ['voicemail', { id: 'wacid.CALL1', type: 'audio', audio: file({ mime_type: 'audio/ogg' }) }, { type: 'audio', voicemail: true, media: { voice: true } }],
  [
    'document',
    { type: 'document', document: file({ mime_type: 'application/pdf', filename: 'orçamento.pdf', caption: 'segue' }) },
    { type: 'document', caption: 'segue', media: { filename: 'orçamento.pdf', mime: 'application/pdf' } },
  ],
  ['sticker', { type: 'sticker', sticker: file({ mime_type: 'image/webp', animated: true }) }, { type: 'sticker', media: { kind: 'sticker', animated: true } }],
  [
    'location',
    { type: 'location', location: { latitude: -27.59, longitude: -48.54, name: 'Pousada', address: 'Rua 1', url: 'https://example.com' } },
    { type: 'location', location: { latitude: -27.59, longitude: -48.54, name: 'Pousada', address: 'Rua 1', url: 'https://example.com' } },
  ],
  ['location that is bare', { type: 'location', location: { latitude: 0, longitude: 0 } }, { type: 'location', location: { latitude: 0, longitude: 0 } }],
  [
    'contacts',
    {
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'João da Silva', first_name: 'João' },
          phones: [{ phone: '+55 48 99999-0000', wa_id: '5548999990000', type: 'CELL' }],
          emails: [{ email: 'joao@example.com', type: 'WORK' }],
          org: { company: 'Oficina' },
        },
      ],
    },
    {
      type: 'contacts',
      contacts: [
        {
          name: 'João da Silva',
          organization: 'Oficina',
          phones: [{ phone: '+55 48 99999-0000', waId: '5548999990000', type: 'CELL' }],
          emails: [{ email: 'joao@example.com', type: 'WORK' }],
        },
      ],
    },
  ],
  [
    'button reply',
    reply({ type: 'button_reply', button_reply: { id: 'sim', title: 'Sim, quero' } }),
    { type: 'button_reply', title: 'Sim, quero', payload: 'sim', by: 'button' },
  ],
  [
    'list reply',
    reply({ type: 'list_reply', list_reply: { id: 'q2', title: 'Quarto duplo', description: 'Com café' } }),
    { type: 'button_reply', title: 'Quarto duplo', payload: 'q2', by: 'list', description: 'Com café' },
  ],
  [
    'template quick reply',
    { type: 'button', button: { payload: 'STOP', text: 'Parar' } },
    { type: 'button_reply', title: 'Parar', payload: 'STOP', by: 'template' },
  ],
  [
    'flow reply',
    reply({
      type: 'nfm_reply',
      nfm_reply: {
        name: 'flow',
        body: 'Sent',
        response_json: JSON.stringify({ flow_token: 'x', nome: 'Ana', datas: { chegada: '2026-12-01' }, extras: ['café', 'berço'], pet: false }),
      },
    }),
    {
      type: 'flow_reply',
      name: 'flow',
      body: 'Sent',
      fields: [
        { name: 'nome', value: 'Ana' },
        { name: 'datas.chegada', value: '2026-12-01' },
        { name: 'extras', value: 'café, berço' },
        { name: 'pet', value: 'não' },
      ],
    },
  ],
  [
    'flow reply that is no JSON',
    reply({ type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"quase' } }),
    { type: 'flow_reply', fields: [{ name: 'resposta', value: '{"quase' }] },
  ],
  ['interactive product', reply({ type: 'product', product: { catalog_id: '7', product_retailer_id: 'sku-9' } }), { type: 'text', text: 'Produto sku-9' }],
  [
    'call permission',
    reply({ type: 'call_permission_reply', call_permission_reply: { response: 'accept', is_permanent: false, expiration_timestamp: 1_795_000_000 } }),
    { type: 'call_permission', response: 'accept', permanent: false, expiresAt: '2026-11-18T11:06:40.000Z' },
  ],
  [
    'call permission refused',
    reply({ type: 'call_permission_reply', call_permission_reply: { response: 'reject' } }),
    { type: 'call_permission', response: 'reject' },
  ],
  [
    'order',
    {
      type: 'order',
      order: {
        catalog_id: '77',
        text: 'Pode entregar hoje?',
        product_items: [
          { product_retailer_id: 'pao', quantity: 2, item_price: 0.1, currency: 'BRL' },
          { product_retailer_id: 'bolo', quantity: '1', item_price: '0.2', currency: 'BRL' },
        ],
      },
    },
    {
      type: 'order',
      order: {
        catalogId: '77',
        text: 'Pode entregar hoje?',
        items: [
          { productId: 'pao', quantity: 2, price: 0.1, currency: 'BRL' },
          { productId: 'bolo', quantity: 1, price: 0.2, currency: 'BRL' },
        ],
        total: 0.4,
        currency: 'BRL',
      },
    },
  ],
  [
    'order in two currencies',
    {
      type: 'order',
      order: {
        catalog_id: '77',
        product_items: [
          { product_retailer_id: 'a', quantity: 1, item_price: 1, currency: 'BRL' },
          { product_retailer_id: 'b', quantity: 1, item_price: 1, currency: 'USD' },
        ],
      },
    },
    { type: 'order', order: { total: null, currency: null } },
  ],
  [
    'unsupported, details inside',
    { type: 'unsupported', unsupported: { type: 'poll_creation' }, errors: [{ code: 131051, title: 'x', error_data: { details: 'not supported' } }] },
    { type: 'unsupported', original: 'poll_creation', reason: 'O WhatsApp não entrega este tipo de mensagem por aqui.' },
  ],
  [
    'unsupported, old details and an unknown code',
    { type: 'unsupported', errors: [{ code: 999_001, details: 'Something odd' }] },
    { type: 'unsupported', original: 'unsupported', reason: 'Something odd' },
  ],
  [
    'a file that Meta could not fetch',
    { type: 'video', video: {}, errors: [{ code: 131052, title: 'Media download error' }] },
    { type: 'unsupported', original: 'video', reason: expect.stringContaining('100 MB') },
  ],
  ['a type of the future', { type: 'hologram', hologram: { depth: 3 } }, { type: 'unsupported', original: 'hologram' }],
  ['a known type of another shape', { type: 'location', location: 'over there' }, { type: 'unsupported', original: 'location' }],
  ['a system notice of the future', { type: 'system', system: { type: 'user_went_to_mars', body: 'x' } }, { type: 'unsupported', original: 'system' }],
  ['an edit without its target', { type: 'edit', edit: { message: { type: 'text', text: { body: 'x' } } } }, { type: 'unsupported', original: 'edit' }],
]

describe('every type is kept and shown', () => {
  it.each(TYPES)('%s', async (_name, message, content) => {
    const { items } = await hear(message)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ direction: 'in', status: 'received', content, sentFrom: null, author: null, editedAt: null })
  })
  it('request_welcome says nothing and leaves nothing', async () => {
    const phone = lab.newPhone()
    await lab.tell(lab.one({ from: phone, type: 'request_welcome' }))
    expect(await conversationOf(phone)).toBeUndefined()
  })
})

describe('what stands beside the content', () => {
  it('a reply quotes what we have, and what we never saw', async () => {
    const asked = lab.newWamid()
    const { items } = await hear(
      { id: asked, type: 'text', text: { body: 'Tem vaga?' } },
      { type: 'text', text: { body: 'para dois' }, context: { from: '55', id: asked } },
      { type: 'text', text: { body: 'e isto' }, context: { id: 'wamid.never-seen' } },
    )
    expect(items.map((m) => m.quoted)).toMatchObject([
      null,
      { id: items[0]?.id, direction: 'in', preview: 'Tem vaga?', type: 'text' },
      { id: null, preview: '' },
    ])
  })
  it('forwarded, often forwarded, and the product asked about', async () => {
    const text = { type: 'text', text: { body: 'x' } }
    const { items } = await hear(
      { ...text, context: { forwarded: true } },
      { ...text, context: { frequently_forwarded: true } },
      { ...text, context: { from: '55', id: 'wamid.p', referred_product: { catalog_id: '7', product_retailer_id: 'sku-1' } } },
    )
    expect(items).toMatchObject([
      { forwarded: true, forwardedOften: false },
      { forwarded: true, forwardedOften: true },
      { forwarded: false, product: { catalogId: '7', productId: 'sku-1' } },
    ])
    expect(items[0]).toMatchObject({ quoted: null, product: null })
  })
  it('an ad brings headline, text and the free entry point; its picture is fetched from Meta only', async () => {
    const referral = (image_url: string) => ({
      source_url: 'https://fb.me/ad',
      source_id: '123',
      source_type: 'ad',
      headline: 'Feriado na praia',
      body: '30% de desconto',
      media_type: 'image',
      image_url,
      ctwa_clid: 'clid',
      welcome_message: { text: 'Olá!' },
    })
    const text = { type: 'text', text: { body: 'quero' } }
    const { items, conversationId } = await hear(
      { ...text, referral: referral('https://scontent.xx.fbcdn.net/v/a.jpg') },
      { ...text, referral: referral('https://evil.example/fbcdn.net/a.jpg') },
      { ...text, referral: referral('http://169.254.169.254/latest') },
    )
    expect(items[0]?.referral).toEqual({
      source: 'ad',
      headline: 'Feriado na praia',
      body: '30% de desconto',
      url: 'https://fb.me/ad',
      sourceId: '123',
      clickId: 'clid',
      welcome: 'Olá!',
      picture: expect.objectContaining({ kind: 'image', status: 'pending' }),
    })
    expect(items.slice(1).map((m) => m.referral?.picture)).toEqual([null, null])
    const [row] = await lab.server.sql<{ ad_referral_at: Date }>('select ad_referral_at from conversations where id = $1', [conversationId])
    expect(row?.ad_referral_at.toISOString()).toBe(items.at(-1)?.at)
  })
  it('reactions are set, changed and removed, whichever comes first', async () => {
    const target = lab.newWamid()
    const react = (emoji: string | undefined, at: number, id = lab.newWamid()) => ({
      id,
      timestamp: String(Math.floor(Date.now() / 1000) - 50 + at),
      type: 'reaction',
      reaction: { message_id: target, ...(emoji ? { emoji } : {}) },
    })
    const first = await hear(react('❤️', 2), { id: target, type: 'text', text: { body: 'oi' } }, react('👍', 1))
    expect(first.items).toMatchObject([{ reactions: [{ emoji: '❤️', by: 'contact' }] }])
    await lab.tell(lab.messages({ messages: [{ ...react(undefined, 3), from: first.phone }] }))
    expect((await pageOf(first.conversationId))[0]?.reactions).toEqual([])
  })
  it('a group is one contact; who wrote is told by each message, and each member reacts', async () => {
    const group = `group-${lab.newWamid()}`
    const [ana, rui] = [lab.newPhone(), lab.newPhone()]
    const id = lab.newWamid()
    const from = (phone: string, extra: Record<string, unknown>) => ({ from: phone, id: lab.newWamid(), timestamp: now(), group_id: group, ...extra })
    await lab.tell(
      lab.messages({
        contacts: [
          { wa_id: ana, profile: { name: 'Ana' } },
          { wa_id: rui, profile: { name: 'Rui' } },
        ],
        messages: [
          from(ana, { id, type: 'text', text: { body: 'bom dia' } }),
          from(rui, { type: 'text', text: { body: 'oi' } }),
          from(ana, { type: 'reaction', reaction: { message_id: id, emoji: '👍' } }),
          from(rui, { type: 'reaction', reaction: { message_id: id, emoji: '🎉' } }),
        ],
      }),
    )
    const conversation = await conversationOf(group)
    const items = await pageOf(conversation?.id ?? '')
    expect(items.map((m) => m.author?.name).sort()).toEqual(['Ana', 'Rui'])
    expect(items.flatMap((m) => m.reactions.map((r) => r.emoji)).sort()).toEqual(['🎉', '👍'].sort())
    const { body } = await lab.get<{ kind: string }>(`/api/contacts/${conversation?.contact_id}`)
    expect(body.kind).toBe('group')
    await lab.tell(lab.change('group_settings_update', { metadata: lab.metadata, groups: [{ group_id: group, subject: 'Excursão 2026', timestamp: now() }] }))
    expect((await lab.get<{ name: string }>(`/api/contacts/${conversation?.contact_id}`)).body.name).toBe('Excursão 2026')
  })
  it('the answer to our question for the number teaches it', async () => {
    const user = `BR.${Date.now()}`
    const phone = lab.newPhone()
    await lab.tell(lab.messages({ messages: [{ from_user_id: user, id: lab.newWamid(), timestamp: now(), type: 'text', text: { body: 'oi' } }] }))
    const card = { name: { formatted_name: 'Eu' }, phones: [{ phone: `+${phone}`, wa_id: phone }], origin: 'contact_request' }
    await lab.tell(lab.messages({ messages: [{ from_user_id: user, id: lab.newWamid(), timestamp: now(), type: 'contacts', contacts: [card] }] }))
    const conversation = await conversationOf(user)
    expect((await lab.get<{ phone: string }>(`/api/contacts/${conversation?.contact_id}`)).body.phone).toBe(`+${phone}`)
    expect((await pageOf(conversation?.id ?? '')).at(-1)?.content).toMatchObject({ type: 'contacts', origin: 'contact_request' })
  })
})

describe('edits and deletions', () => {
  const edit = (target: string, body: string, at: number) => ({
    id: lab.newWamid(),
    timestamp: String(Math.floor(Date.now() / 1000) - 50 + at),
    type: 'edit',
    edit: { original_message_id: target, message: { context: { id: target }, type: 'text', text: { body } } },
  })
  it('show the newest words and keep the earlier, in any order of arrival', async () => {
    const id = lab.newWamid()
    const original = { id, type: 'text', text: { body: 'ceh às 5' }, timestamp: String(Math.floor(Date.now() / 1000) - 50) }
    const [second, first] = [edit(id, 'chego às 6', 2), edit(id, 'chego às 5', 1)]
    const { items, conversationId, phone } = await hear(second, original, first)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ content: { text: 'chego às 6' }, earlierTexts: [{ text: 'ceh às 5' }, { text: 'chego às 5' }] })
    expect(items[0]?.editedAt).not.toBeNull()
    await lab.tell(lab.messages({ messages: [{ ...second, from: phone }] }))
    expect(await pageOf(conversationId)).toEqual(items)
  })
  it('a deleted message says so and keeps what was written', async () => {
    const id = lab.newWamid()
    const { items } = await hear(
      { type: 'revoke', revoke: { original_message_id: id } },
      { id, type: 'text', text: { body: 'sem querer' } },
      { type: 'text', text: { body: 'e isto?' }, context: { id } },
    )
    expect(items[0]).toMatchObject({ content: { text: 'sem querer' }, revokedAt: expect.any(String) })
    expect(items[1]?.quoted).toMatchObject({ type: 'revoked', preview: '' })
  })
  it('of an unknown message wait, and change nothing else', async () => {
    const { items } = await hear({ type: 'text', text: { body: 'oi' } }, edit('wamid.nobody', 'x', 3))
    expect(items).toMatchObject([{ content: { text: 'oi' }, editedAt: null, earlierTexts: [] }])
  })
})

describe('system notices', () => {
  it('a new number is a line in the same conversation, once, and the contact stays one', async () => {
    const { phone, conversationId } = await hear({ type: 'text', text: { body: 'oi' } })
    const next = lab.newPhone()
    const notice = {
      from: phone,
      id: lab.newWamid(),
      timestamp: now(),
      type: 'system',
      system: { type: 'user_changed_number', body: `User A changed from ${phone} to ${next}`, wa_id: next },
    }
    await lab.tell(lab.messages({ messages: [notice, notice] }))
    await lab.tell(lab.messages({ messages: [notice] }))
    await lab.tell(lab.one({ from: next, text: 'sou eu' }))
    expect((await pageOf(conversationId)).map((m) => m.content)).toMatchObject([
      { type: 'text' },
      { type: 'activity', activity: 'number_changed', details: { from: `+${phone}`, to: `+${next}` } },
      { type: 'text', text: 'sou eu' },
    ])
  })
  it('an id that changed in words only (before August 2026) is understood', async () => {
    const [old, fresh] = [`BR.1${Date.now()}`, `BR.2${Date.now()}`]
    await lab.tell(lab.messages({ messages: [{ from_user_id: old, id: lab.newWamid(), timestamp: now(), type: 'text', text: { body: 'oi' } }] }))
    const before = await conversationOf(old)
    const system = { type: 'user_changed_user_id', body: `User A changed from ${old} to ${fresh}`, user_id: fresh }
    await lab.tell(lab.messages({ messages: [{ id: lab.newWamid(), timestamp: now(), type: 'system', system }] }))
    expect((await conversationOf(fresh))?.id).toBe(before?.id)
    expect((await pageOf(before?.id ?? '')).at(-1)?.content).toMatchObject({ type: 'activity', activity: 'id_changed' })
  })
})

describe('the message as it came', () => {
  it('is for who looks after channels, with a line in the diary; plain text needs none', async () => {
    const { items } = await hear({ type: 'hologram', hologram: { depth: 3, bad: '\u0000\ud800' } }, { type: 'text', text: { body: 'oi' } })
    const { body } = await lab.get<{ raw: unknown }>(`/api/messages/${items[0]?.id}/raw`)
    expect(body.raw).toMatchObject({ type: 'hologram', hologram: { depth: 3, bad: '\ufffd' } })
    expect((await lab.get<{ raw: unknown }>(`/api/messages/${items[1]?.id}/raw`)).body.raw).toBeNull()
    const lines = await lab.server.sql("select 1 from audit_logs where action = 'message.raw_read' and object_id = $1", [items[0]?.id])
    expect(lines).toHaveLength(1)
    const stranger = await lab.server.register()
    expect((await lab.server.call('GET', `/api/messages/${items[0]?.id}/raw`, { token: stranger.token })).status).toBe(404)
  })
  it('is bounded, however large or deep it was', async () => {
    let deep: unknown = 'x'
    for (let i = 0; i < 1000; i++) deep = { deep }
    const { items } = await hear({ type: 'hologram', deep, long: 'y'.repeat(400_000) })
    const { body } = await lab.get<{ raw: unknown }>(`/api/messages/${items[0]?.id}/raw`)
    expect(JSON.stringify(body.raw).length).toBeLessThan(100_000)
  })
})
