import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Conversation } from '@atende/contracts/conversations'
import type { Media } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { findPlain } from '../packages/server/src/testing/find-plain.ts'
import { marksOf } from '../packages/server/src/testing/known-people.ts'
import { connectEmulator, delivery, inbound, newWamid, post } from '../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** What people wrote and sent lies nowhere readable: not in the database, not in its job queue, not on disk. */
const PHOTO = readFileSync(path.resolve(import.meta.dirname, '../packages/whatsapp-emulator/phone/samples/praia.jpg'))
const ANA = '5511987650009'
/** How their number may be written: whole, and without the nine, the country or the hyphen. */
const SPELLINGS = [ANA, '551187650009', '87650009', '98765-0009', '8765-0009']
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
const planted: Record<string, string | Buffer> = {}
/** A word that stands nowhere else. Long enough that no key or hash holds it by chance. */
const plant = (what: string): string => {
  const word = `qzx${what.replace(/\W/g, '')}plantado`
  planted[what] = word
  return word
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register('Pousada')
  ;({ emulator } = await connectEmulator(server, owner))
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

const tell = async (value: Parameters<typeof delivery>[1]) =>
  expect((await post(server, emulator.defaults, delivery(emulator.defaults, value))).status).toBe(200)
const change = async (field: string, value: Record<string, unknown>) => {
  const body = { object: 'whatsapp_business_account', entry: [{ id: emulator.defaults.wabaId, changes: [{ field, value }] }] }
  expect((await post(server, emulator.defaults, body)).status).toBe(200)
}
const settled = () =>
  eventually(async () => (await server.sql('select 1 from webhook_events where processed_at is null and tenant_id is not null')).length === 0)
const get = async <T>(url: string) => (await server.call<T>('GET', url, { token: owner.token })).body
async function conversationId(): Promise<string> {
  const row = await eventually(
    async () =>
      (
        await server.sql<{ id: string }>('select v.id from conversations v join contact_identities i on i.contact_id = v.contact_id where i.hash = any($1)', [
          await marksOf(server, owner.tenantId, [ANA]),
        ])
      )[0],
  )
  return row.id
}
const messages = async () => (await get<{ items: Message[] }>(`/api/messages?conversationId=${await conversationId()}&limit=100`)).items

const interactive = (reply: Record<string, unknown>) => inbound({ from: ANA, type: 'interactive', extra: { interactive: reply } })
/** One of every kind that carries words. */
const everyType = () => [
  inbound({ from: ANA, text: plant('text') }),
  inbound({
    from: ANA,
    type: 'location',
    extra: { location: { latitude: -27.5, longitude: -48.5, name: plant('place'), address: plant('address'), url: `https://${plant('mapurl')}.example` } },
  }),
  inbound({
    from: ANA,
    type: 'contacts',
    extra: {
      contacts: [
        {
          name: { formatted_name: plant('cardname') },
          phones: [{ phone: '+55 48 99123-7788', wa_id: '5548991237788' }],
          emails: [{ email: `${plant('cardmail')}@example.com` }],
          org: { company: plant('cardorg') },
        },
      ],
    },
  }),
  interactive({ type: 'button_reply', button_reply: { id: plant('buttonid'), title: plant('buttontitle') } }),
  interactive({ type: 'list_reply', list_reply: { id: 'q', title: plant('rowtitle'), description: plant('rowwords') } }),
  interactive({ type: 'nfm_reply', nfm_reply: { name: 'flow', body: plant('flowbody'), response_json: JSON.stringify({ nome: plant('flowfield') }) } }),
  inbound({ from: ANA, type: 'button', extra: { button: { payload: plant('payload'), text: plant('quickreply') } } }),
  inbound({
    from: ANA,
    type: 'order',
    extra: { order: { catalog_id: '7', text: plant('order'), product_items: [{ product_retailer_id: 'a', quantity: 1, item_price: 1, currency: 'BRL' }] } },
  }),
  inbound({ from: ANA, type: 'hologram', extra: { hologram: { words: plant('hologram') } } }),
  inbound({ from: ANA, type: 'unsupported', extra: { errors: [{ code: 999_001, title: 'x', details: plant('unsupportedwhy') }] } }),
  inbound({ from: ANA, type: 'system', extra: { system: { type: 'mars', body: plant('system') } } }),
  inbound({
    from: ANA,
    text: 'por um anúncio',
    extra: {
      referral: {
        source_url: `https://fb.me/${plant('adurl')}`,
        source_id: '1',
        source_type: 'ad',
        headline: plant('adhead'),
        body: plant('adbody'),
        image_url: `${emulator.graphUrl}/${plant('adpicture')}.jpg`,
      },
    },
  }),
]

async function talk(): Promise<void> {
  const first = newWamid(ANA)
  for (const spelling of SPELLINGS) planted[`phone ${spelling}`] = spelling
  const contacts = [{ profile: { name: `Ana ${plant('profile')}` }, wa_id: ANA }]
  await tell({ messages: [inbound({ id: first, from: ANA, text: plant('before') }), ...everyType()], contacts })
  planted.emoji = '👩🏽‍🚀'
  await tell({
    messages: [
      inbound({ from: ANA, type: 'reaction', extra: { reaction: { message_id: first, emoji: '👩🏽‍🚀' } } }),
      inbound({ from: ANA, type: 'edit', extra: { edit: { original_message_id: first, message: { type: 'text', text: { body: plant('after') } } } } }),
      // Its message never came.
      inbound({ from: ANA, type: 'edit', extra: { edit: { original_message_id: 'wamid.none', message: { type: 'text', text: { body: plant('orphan') } } } } }),
    ],
  })
  const gone = newWamid(ANA)
  await tell({ messages: [inbound({ id: gone, from: ANA, text: plant('revoked') })] })
  await tell({ messages: [inbound({ from: ANA, type: 'revoke', extra: { revoke: { original_message_id: gone } } })] })
  const metadata = { phone_number_id: emulator.defaults.phoneNumberId, display_phone_number: '551140022026' }
  const old = { from: ANA, id: newWamid(ANA), timestamp: String(Math.floor(Date.now() / 1000) - 900_000), type: 'text', text: { body: plant('history') } }
  await change('history', { metadata, history: [{ metadata: { phase: 0, chunk_order: 1, progress: 5 }, threads: [{ id: ANA, messages: [old] }] }] })
  const echo = { ...old, from: '551140022026', to: ANA, id: newWamid(ANA), text: { body: plant('echo') } }
  await change('smb_message_echoes', { metadata, message_echoes: [echo] })
  const told = (extra: Record<string, unknown>) => ({ id: echo.id, timestamp: old.timestamp, recipient_id: ANA, ...extra })
  const errors = [{ code: 131_026, title: plant('errortitle'), message: plant('errormessage'), error_data: { details: plant('errordetails') } }]
  planted.participant = '5548977112233'
  await tell({
    statuses: [
      told({ status: 'failed', errors }),
      told({ status: 'read', recipient_type: 'group', recipient_participant_id: '5548977112233' }),
      told({ status: 'captured', type: 'payment', payment: { reference_id: 'r1' } }),
    ],
  })
  await change('user_preferences', {
    metadata,
    user_preferences: [{ wa_id: ANA, detail: plant('preference'), category: 'marketing_messages', value: 'stop', timestamp: 1 }],
  })
  await change('a_field_of_the_future', { words: plant('accountfield') })
  await post(server, emulator.defaults, `this is no json: ${plant('nojson')}`)
}

async function sendFiles(): Promise<Media[]> {
  planted['picture bytes'] = PHOTO.subarray(2000, 2040)
  planted['document bytes'] = plant('documentbytes')
  const picture = emulator.control.addMedia({ bytes: PHOTO, mimeType: 'image/jpeg' })
  const file = emulator.control.addMedia({ bytes: Buffer.from(`um documento com ${plant('documentbytes')} dentro`), mimeType: 'text/plain' })
  planted['announced hash'] = picture.sha256
  emulator.control.sendAs(ANA, { type: 'image', image: { id: picture.id, mime_type: 'image/jpeg', sha256: picture.sha256, caption: plant('caption') } })
  const document = { id: file.id, mime_type: 'text/plain', sha256: file.sha256, filename: `${plant('filename')}.txt` }
  emulator.control.sendAs(ANA, { type: 'document', document })
  return eventually(async () => {
    const media = (await messages()).flatMap((m) => ('media' in m.content && m.content.media.status === 'stored' ? [m.content.media] : []))
    return media.length === 2 && media.some((m) => m.thumbnailUrl) ? media : undefined
  }, 30_000)
}

async function answer(): Promise<void> {
  const id = await conversationId()
  const form = new FormData()
  form.set('file', new File([`anexo com ${plant('uploadbytes')}`], `${plant('uploadname')}.txt`, { type: 'text/plain' }))
  const uploaded = await server.call<Media>('POST', '/api/media', { token: owner.token, body: form })
  expect(uploaded.status).toBe(201)
  const contents = [
    { type: 'text', text: plant('answer') },
    { type: 'document', mediaId: uploaded.body.id, caption: plant('answercaption') },
    { type: 'interactive', interactive: { kind: 'buttons', body: plant('asked'), footer: plant('footer'), buttons: [{ id: '1', title: 'qzxbotão' }] } },
    { type: 'location', location: { latitude: 1, longitude: 2, name: plant('ourplace') } },
  ]
  for (const [i, content] of contents.entries()) {
    const sent = await server.call<Message>('POST', '/api/messages', { token: owner.token, body: { conversationId: id, clientId: `at-rest-${i}`, content } })
    expect(sent.status).toBe(202)
  }
  await eventually(async () => (await server.sql("select 1 from messages where status in ('queued', 'sending')")).length === 0, 30_000)
}

async function noteAbout(): Promise<void> {
  const { contact } = await get<Conversation>(`/api/conversations/${await conversationId()}`)
  const body = { name: `Ana ${plant('name')}`, email: `${plant('mail')}@example.com`, notes: plant('notes') }
  expect((await server.call('PATCH', `/api/contacts/${contact.id}`, { token: owner.token, body })).status).toBe(200)
}

it('nothing of what was written or sent can be found in the database or on disk, and all of it can be read through the door', async () => {
  await talk()
  await settled()
  await noteAbout()
  const files = await sendFiles()
  await answer()
  const thumbnail = files.flatMap((m) => m.thumbnailUrl ?? [])[0] ?? ''
  const small = Buffer.from(await (await fetch(server.url + thumbnail)).arrayBuffer())
  expect(small.length).toBeGreaterThan(500)
  planted['thumbnail bytes'] = small.subarray(200, 240)
  const blur = files.flatMap((m) => m.blur ?? [])[0] ?? ''
  planted.blur = blur.slice(40, 80)
  // It must be there for people: otherwise finding nothing would say nothing.
  const shown = JSON.stringify(await messages())
  for (const word of ['text', 'after', 'before', 'cardname', 'flowfield', 'caption', 'filename', 'answer', 'history', 'echo', 'adhead', 'emoji'])
    expect([word, shown.includes(String(planted[word]))]).toEqual([word, true])
  const { contact } = await get<Conversation>(`/api/conversations/${await conversationId()}`)
  expect(contact).toMatchObject({ name: `Ana ${planted.name}`, phone: `+${ANA}` })
  const { found, rows } = await findPlain(server, planted)
  expect(rows).toBeGreaterThan(100)
  expect(found).toEqual([])
  // The search itself finds what lies open: a name of a channel does.
  expect((await findPlain(server, { open: 'Emulador' })).found).toContain('open: public.channels')
})
