import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { post } from '../../testing/test-channel.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const TYPES =
  'text image video audio document sticker location contacts reaction interactive button order system edit revoke unsupported template errors'.split(' ')
const FIELDS =
  'messages smb_message_echoes message_echoes history smb_app_state_sync standby messaging_handovers calls user_preferences account_update account_alerts message_template_status_update message_template_quality_update template_category_update phone_number_quality_update phone_number_name_update business_capability_update security flows group_settings_update group_lifecycle_update account_review_update'.split(
    ' ',
  )
/** Anything JSON can hold, with the strings that databases and parsers dislike. */
const Odd = fc.oneof(
  { depthSize: 'small' },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    '\u0000',
    '\ud800',
    '__proto__',
    '',
    -1,
    1e308,
    1e21,
    '9'.repeat(400),
    'x'.repeat(5000),
    [],
    {},
    null,
    { constructor: null },
    [[[]]],
    '2026-13-45',
    '{"a":',
  ),
)
const some = <T>(values: T[]) => fc.constantFrom(...values)

/** A real message of each type: mutations of these reach deeper than chance would. */
const real = (type: string): Record<string, unknown> => ({
  from: lab.newPhone(),
  from_user_id: 'BR.1',
  id: lab.newWamid(),
  timestamp: '1790000000',
  type,
  context: { from: '55', id: 'wamid.q', forwarded: true, referred_product: { catalog_id: '1', product_retailer_id: '2' } },
  referral: { source_type: 'ad', headline: 'h', image_url: 'https://scontent.fbcdn.net/x', welcome_message: { text: 'x' } },
  text: { body: 'x' },
  image: { id: 'i', mime_type: 'image/jpeg', sha256: 'x', url: 'https://x', caption: 'c' },
  audio: { id: 'i', mime_type: 'audio/ogg', voice: true },
  location: { latitude: 1, longitude: 2, name: 'n' },
  contacts: [
    { name: { formatted_name: 'n' }, phones: [{ phone: '1', wa_id: '5511' }], emails: [{ email: 'e' }], org: { company: 'c' }, origin: 'contact_request' },
  ],
  reaction: { message_id: 'wamid.x', emoji: '👍' },
  interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'b', response_json: '{"a":{"b":[1,2]}}' }, button_reply: { id: '1', title: 't' } },
  button: { payload: 'p', text: 't' },
  order: { catalog_id: '1', product_items: [{ product_retailer_id: 'x', quantity: 1, item_price: 2, currency: 'BRL' }] },
  system: { type: 'user_changed_number', body: 'User A changed from 1 to 2', wa_id: '5511999999999', user_id: 'BR.2', previous_user_id: 'BR.1' },
  edit: { original_message_id: 'wamid.x', message: { type: 'text', text: { body: 'y' } } },
  revoke: { original_message_id: 'wamid.x' },
  errors: [{ code: 131051, error_data: { details: 'd' } }],
  unsupported: { type: 'poll' },
  template: { name: 't', language: { code: 'pt_BR' }, components: [{ parameters: [{ text: 'x' }] }] },
  to: '5511888888888',
})
const STATUS = {
  id: 'wamid.x',
  status: 'failed',
  timestamp: '1790000000',
  recipient_id: '5511',
  type: 'payment',
  payment: { reference_id: 'r' },
  biz_opaque_callback_data: '0190a0a0-0000-7000-8000-000000000000',
  pricing: { category: 'utility', type: 'regular', pricing_model: 'PMP' },
  errors: [{ code: 131026, details: 'd' }],
}

/** Every place inside of a value, as the keys that lead there. */
function places(v: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof v !== 'object' || v === null) return [at]
  return [at, ...Object.entries(v).flatMap(([k, inner]) => places(inner, [...at, k]))]
}
function put(v: unknown, [key, ...rest]: (string | number)[], odd: unknown): unknown {
  if (key === undefined) return odd
  if (Array.isArray(v)) return v.map((x, i) => (String(i) === String(key) ? put(x, rest, odd) : x))
  return { ...(v as object), [key]: put((v as Record<string, unknown>)[key], rest, odd) }
}
const Mutations = fc.array(fc.tuple(fc.nat(), Odd), { minLength: 1, maxLength: 4 })
const mutate = (value: unknown, mutations: [number, unknown][]): unknown =>
  mutations.reduce<unknown>((v, [n, odd]) => {
    const all = places(v)
    return put(v, all[n % all.length] ?? [], odd)
  }, value)

const Bodies = fc.array(
  fc.oneof(
    // Bytes and JSON of any kind.
    fc.string({ unit: 'binary', maxLength: 200 }).map((s) => s),
    Odd.map((v) => JSON.stringify(v) ?? ''),
    // A field of ours with anything in it.
    fc
      .record({ field: fc.oneof(some(FIELDS), fc.string()), value: Odd, entry: Odd })
      .map(({ field, value, entry }) =>
        JSON.stringify({ entry: [{ id: lab.channel.wabaId, time: entry, changes: [{ field, value: { ...(value as object), metadata: lab.metadata } }] }] }),
      ),
    // Real messages and statuses with something wrong inside, under any field.
    fc.record({ type: some(TYPES), field: some(FIELDS), mutations: Mutations, status: Mutations }).map(({ type, field, mutations, status }) => {
      const m = mutate(real(type), mutations)
      const list = {
        messages: [m],
        message_echoes: [m],
        statuses: [mutate(STATUS, status)],
        contacts: [{ wa_id: '5511', user_id: 'BR.1', profile: { name: 'n' } }],
      }
      const value = {
        metadata: lab.metadata,
        ...list,
        standby: list,
        history: [{ metadata: { phase: 0 }, threads: [{ id: '5511', messages: [m] }] }],
        calls: [m],
        user_preferences: [m],
        state_sync: [m],
        groups: [m],
      }
      return JSON.stringify({ entry: [{ id: lab.channel.wabaId, changes: [{ field, value }] }] })
    }),
  ),
  { minLength: 20, maxLength: 20 },
)

describe('whatever comes', () => {
  it('signed is answered 200 and worked off; unsigned is answered 401; the process lives', async () => {
    const property = fc.asyncProperty(Bodies, async (bodies) => {
      const signed = await Promise.all(bodies.map((b) => post(lab.server, lab.channel, b)))
      expect(signed.map((a) => a.status)).toEqual(bodies.map(() => 200))
      const unsigned = await Promise.all(bodies.slice(0, 4).map((b) => post(lab.server, lab.channel, b, { secret: 'wrong' })))
      expect(unsigned.map((a) => a.status)).toEqual([401, 401, 401, 401])
      await lab.settle()
      expect((await fetch(`${lab.server.url}/alive`)).status).toBe(200)
    })
    await fc.assert(property, { numRuns: 25, endOnFailure: true })
    const failed = await lab.server.sql<{ id: string; error: string }>('select id, error from webhook_events where attempts > 0 limit 3')
    expect(failed.map((f) => `${f.error} ${f.id}`)).toEqual([])
  }, 120_000)

  it('everything that it left behind can be shown', async () => {
    const { body } = await lab.get<{ items: { id: string }[] }>('/api/conversations?status=any&limit=50')
    expect(body.items.length).toBeGreaterThan(0)
    for (const { id } of body.items) expect((await lab.get(`/api/messages?conversationId=${id}&limit=100`)).status).toBe(200)
  })

  it('nests as deep and texts as long as a delivery can hold are worked off', async () => {
    const envelope = (value: string) =>
      `{"entry":[{"id":"${lab.channel.wabaId}","changes":[{"field":"messages","value":{"metadata":${JSON.stringify(lab.metadata)},"messages":[${value}]}}]}]}`
    const head = () => `"from":"${lab.newPhone()}","id":"${lab.newWamid()}","timestamp":"1790000000"`
    const words = Array.from({ length: 250_000 }, (_, i) => `w${i}`).join(' ')
    const long = 'z'.repeat(200_000)
    for (const body of [
      // These name no number of ours: the secrets of the newest channels are tried.
      '['.repeat(60_000),
      '['.repeat(2_500_000),
      // An own and a foreign number: what could be cut cannot be written again.
      `{"entry":[{"id":"${lab.channel.wabaId}","changes":[{"field":"messages","value":{"metadata":${JSON.stringify(lab.metadata)},"messages":[{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}},{"field":"messages","value":{"metadata":{"phone_number_id":"999000999000"},"messages":[{}]}}]}]}`,
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      envelope(`{${head()},"type":"hologram","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      envelope(`{${head()},"type":"text","text":{"body":"${words}"}}`),
      envelope(`{"from":"5511970999999","id":"${long}","type":"text","text":{"body":"x"}}`),
      envelope(`{${head()},"type":"text","text":{"body":"x"},"context":{"id":"${long}"}}`),
      envelope(`{${head()},"from_user_id":"${long}","type":"reaction","reaction":{"message_id":"${long}","emoji":"${long}"}}`),
      envelope(`{${head()},"type":"image","image":{"id":"${long}","mime_type":"${long}","filename":"${long}"}}`),
      `{"entry":[{"id":"${lab.channel.wabaId}","changes":[{"field":"account_update","value":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]}]}`,
    ]) {
      expect((await post(lab.server, lab.channel, body)).status, body.slice(0, 80)).toBe(200)
    }
    await lab.settle(30_000)
  }, 60_000)
})
