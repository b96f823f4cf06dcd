import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import type { JsonObject } from '../json.ts'
import { prepareSamples } from '../testing/prepare-samples.ts'
import { listSampleMessages } from '../testing/sample-messages.ts'
import { MARINA, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'

const PNID = DEFAULT_NUMBER.phoneNumberId

test('a message of every kind is accepted', async () => {
  const pair = await startPair()
  const ids = await prepareSamples(pair)
  for (const [name, body] of listSampleMessages(ids)) {
    const answer = await pair.send(MARINA, body)
    expect(answer.body.error, name).toBeUndefined()
    expect(answer.body.messages, name).toHaveLength(1)
  }
})

const button = (reply: JsonObject): JsonObject => ({ buttons: [{ type: 'reply', reply }] })

/** What is changed in a good message, and the code it is refused with. */
const WRONG: [name: string, sample: string, change: (body: JsonObject) => JsonObject, code: number][] = [
  ['caption', 'image', (b) => set(b, 'image.caption', 'x'.repeat(1025)), 131009],
  ['callback data', 'text', (b) => ({ ...b, biz_opaque_callback_data: 'x'.repeat(513) }), 131009],
  ['ttl', 'text', (b) => ({ ...b, message_send_ttl_seconds: 5 }), 131009],
  ['another account', 'text', (b) => ({ ...b, messaging_account_id: '1' }), 131009],
  ['Direct Send', 'text', (b) => ({ ...b, category: 'utility' }), 100],
  ['group type', 'location', (b) => ({ ...b, recipient_type: 'crowd' }), 131009],
  ['context of a reaction', 'reaction', (b) => ({ ...b, context: { message_id: 'wamid.x' } }), 131009],
  ['reaction without emoji', 'reaction', (b) => ({ ...b, reaction: { message_id: 'wamid.x' } }), 131008],
  ['contact without a second name', 'contacts', (b) => ({ ...b, contacts: [{ name: { formatted_name: 'Ana' } }] }), 131008],
  [
    '258 contacts',
    'contacts',
    (b) => ({ ...b, contacts: Array.from({ length: 258 }, () => ({ name: { formatted_name: 'Ana', first_name: 'Ana' } })) }),
    131009,
  ],
  ['filename of an image', 'image', (b) => set(b, 'image.filename', 'a.png'), 131009],
  ['footer', 'buttons', (b) => set(b, 'interactive.footer.text', 'x'.repeat(61)), 131009],
  ['header text', 'list', (b) => set(b, 'interactive.header.text', 'x'.repeat(61)), 131009],
  ['header of a list', 'list', (b) => set(b, 'interactive.header', { type: 'image', image: { id: '1' } }), 131009],
  ['body of buttons', 'buttons', (b) => set(b, 'interactive.body.text', 'x'.repeat(1025)), 131009],
  ['body of a list', 'list', (b) => set(b, 'interactive.body.text', 'x'.repeat(4097)), 131009],
  ['button id', 'buttons', (b) => set(b, 'interactive.action', button({ id: 'x'.repeat(257), title: 'a' })), 131009],
  ['button without title', 'buttons', (b) => set(b, 'interactive.action', button({ id: 'x' })), 131008],
  ['button of another kind', 'buttons', (b) => set(b, 'interactive.action', { buttons: [{ type: 'url', reply: { id: '1', title: 'a' } }] }), 131009],
  [
    'two buttons of one title',
    'buttons',
    (b) => set(b, 'interactive.action', { buttons: ['1', '2'].map((id) => ({ type: 'reply', reply: { id, title: 'a' } })) }),
    131009,
  ],
  ['list button', 'list', (b) => set(b, 'interactive.action.button', 'x'.repeat(21)), 131009],
  ['row description', 'list', (b) => set(b, 'interactive.action.sections', [{ rows: [{ id: '1', title: 'a', description: 'x'.repeat(73) }] }]), 131009],
  [
    'section without a title',
    'list',
    (b) => set(b, 'interactive.action.sections', [{ rows: [{ id: '1', title: 'a' }] }, { title: 'b', rows: [{ id: '2', title: 'a' }] }]),
    131008,
  ],
  ['cta text', 'cta_url', (b) => set(b, 'interactive.action.parameters.display_text', 'x'.repeat(21)), 131009],
  ['cta address', 'cta_url', (b) => set(b, 'interactive.action.parameters.url', 'example.com'), 131009],
  ['wrong action name', 'location request', (b) => set(b, 'interactive.action.name', 'send_place'), 131009],
  ['old name of a contact request', 'contact request', (b) => set(b, 'interactive.type', 'contact_request'), 131009],
  ['voice call text', 'voice call', (b) => set(b, 'interactive.action.parameters.display_text', 'x'.repeat(21)), 131009],
  ['voice call minutes', 'voice call', (b) => set(b, 'interactive.action.parameters.ttl_minutes', 43_201), 131009],
  ['unknown flow', 'flow', (b) => set(b, 'interactive.action.parameters.flow_id', '1'), 131009],
  ['draft mode of a published flow', 'flow', (b) => set(b, 'interactive.action.parameters.mode', 'draft'), 131009],
  ['flow version', 'flow', (b) => set(b, 'interactive.action.parameters.flow_message_version', '2'), 131009],
  ['product without catalogue', 'product', (b) => set(b, 'interactive.action', { product_retailer_id: 'x' }), 131008],
  ['header of a product', 'product', (b) => set(b, 'interactive.header', { type: 'text', text: 'x' }), 131009],
  ['product list without header', 'product list', (b) => set(b, 'interactive.header', undefined), 131008],
  [
    '31 products',
    'product list',
    (b) => set(b, 'interactive.action.sections', [{ title: 'a', product_items: Array.from({ length: 31 }, () => ({ product_retailer_id: 'x' })) }]),
    131009,
  ],
  ['a carousel of one', 'carousel', (b) => set(b, 'interactive.action.cards', []), 131009],
  [
    'address outside India',
    'cta_url',
    (b) => set(b, 'interactive', { type: 'address_message', body: { text: 'b' }, action: { name: 'address_message', parameters: { country: 'IN' } } }),
    131009,
  ],
  ['pin outside a group', 'text', () => ({ type: 'pin', pin: { type: 'pin', message_id: 'wamid.x', expiration_days: 7 } }), 131009],
]

test.each(WRONG)('refused: %s', async (_name, sample, change, code) => {
  const pair = await startPair()
  const ids = await prepareSamples(pair)
  const body = listSampleMessages(ids).find(([name]) => name === sample)?.[1] ?? {}
  const answer = await pair.send(MARINA, change(structuredClone(body)))
  expect(answer.body.error?.code).toBe(code)
  expect(answer.body.error).toMatchObject({ type: 'OAuthException', fbtrace_id: expect.stringMatching(/^A/) })
  if (code > 1000) expect(answer.body.error).toMatchObject({ error_data: { messaging_product: 'whatsapp', details: expect.any(String) } })
})

test('a static sticker has 100 KB, an animated one 500 KB', async () => {
  const pair = await startPair()
  pair.emulator.control.setWindow(MARINA, true)
  const upload = async (bytes: Buffer): Promise<string> => {
    const form = new FormData()
    form.append('messaging_product', 'whatsapp')
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/webp' }), 'a.webp')
    return String((await pair.graph('POST', `${PNID}/media`, form)).body.id)
  }
  const big = Buffer.alloc(200 * 1024)
  const animated = Buffer.alloc(200 * 1024)
  animated.write('RIFF....WEBPVP8X', 0, 'latin1')
  animated[20] = 2
  expect((await pair.send(MARINA, { type: 'sticker', sticker: { id: await upload(big) } })).body.error?.code).toBe(131053)
  expect((await pair.send(MARINA, { type: 'sticker', sticker: { id: await upload(animated) } })).status).toBe(200)
})

test('reactions and read marks reach back 30 days', async () => {
  const { emulator, send, graph } = await startPair()
  const { id } = emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  emulator.control.advanceClock(31 * 24 * 3600_000)
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'de novo' } })
  expect((await send(MARINA, { type: 'reaction', reaction: { message_id: id, emoji: '👍' } })).body.error?.code).toBe(131009)
  expect((await graph('POST', `${PNID}/messages`, { messaging_product: 'whatsapp', status: 'read', message_id: id })).body.error?.code).toBe(131009)
})

test('objects may come as JSON text, as Graph takes them; texts that look like JSON stay texts', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const answer = await send(MARINA, { type: 'text', text: JSON.stringify({ body: '{"a":1}' }), biz_opaque_callback_data: '{"mine":true}' })
  const id = answer.body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(id).length > 0)
  expect(receiver.statuses(id)[0]?.biz_opaque_callback_data).toBe('{"mine":true}')
  expect((await send(MARINA, { type: 'text', text: '{broken' })).body.error?.code).toBe(131009)
})

test('a message that waits longer than its time to live is dropped without a word', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  emulator.control.setOnline(MARINA, false)
  const short = (await send(MARINA, { type: 'text', text: { body: 'rápido' }, message_send_ttl_seconds: 60 })).body.messages?.[0]?.id
  const long = (await send(MARINA)).body.messages?.[0]?.id
  await waitFor(() => receiver.statuses().length === 2)
  emulator.control.advanceClock(3600_000)
  emulator.control.setOnline(MARINA, true)
  await waitFor(() => receiver.statuses(long).length === 2)
  expect(receiver.statuses(short).map((status) => status.status)).toEqual(['sent'])
})

/** The body with the value at a dotted path replaced; undefined takes it away. */
function set(body: JsonObject, path: string, value: JsonObject[string]): JsonObject {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let at = body
  for (const key of keys) at = at[key] as JsonObject
  if (value === undefined) delete at[last]
  else at[last] = value
  return body
}
