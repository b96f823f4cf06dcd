import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectChannel, post, type TestChannel } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { ACCOUNT_FIELDS } from './account/account-fields.ts'
import { ACCOUNT_UPDATE_EVENTS } from './account/account-update.ts'

type Row = Record<string, unknown>
type Notice = { code: string; severity: string; title: string; action: string; link: string | null; channelId: string | null }
type Health = { events: { field: string; title: string; understood: boolean }[]; restrictions: { kind: string; title: string; until: string | null }[] } & Row

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel
const NUMBER = '+55 11 4002-2026'
const DIGITS = '551140022026'
let clock = Math.floor(Date.now() / 1000) - 3600

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
})
afterAll(() => server.close())
beforeEach(async () => {
  for (const table of ['notices', 'account_events', 'webhook_events', 'channels']) await server.sql(`delete from ${table}`)
  channel = await connectChannel(server, owner)
  await server.sql('update channels set display_phone_number = $2, status = $3 where id = $1', [channel.id, NUMBER, 'connected'])
})

type Sent = { field: string; value: unknown; time?: number; wabaId?: string; to?: TestChannel }
const body = ({ field, value, time, wabaId, to = channel }: Sent) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: wabaId ?? to.wabaId, time: time ?? ++clock, changes: [{ field, value }] }],
})
/** Delivers and waits until everything that came was worked off. */
async function tell(sent: Sent): Promise<void> {
  const to = sent.to ?? channel
  expect((await post(server, to, body(sent))).status).toBe(200)
  await eventually(async () => (await server.sql('select 1 from webhook_events where tenant_id is not null and processed_at is null')).length === 0)
}
const row = async (id = channel.id) => (await server.sql<Row>('select * from channels where id = $1', [id]))[0] ?? {}
const notices = async (who = owner) => (await server.call<{ items: Notice[] }>('GET', '/api/notices', { token: who.token })).body.items
const health = async (id = channel.id, who = owner) => (await server.call<Health>('GET', `/api/channels/${id}/health`, { token: who.token })).body
const understood = async () =>
  (await server.sql<{ understood: boolean }>('select understood from webhook_events where tenant_id = $1', [owner.tenantId])).every((e) => e.understood)

const named = { display_phone_number: DIGITS }
const restriction = (restriction_type: string, more: object = { expiration: 4_000_000_000 }) => ({
  event: 'ACCOUNT_RESTRICTION',
  restriction_info: [{ restriction_type, ...more }],
})
const alert = (alert_type: string, more: object = {}) => ({
  entity_type: 'BUSINESS',
  entity_id: '1',
  alert_info: { alert_severity: 'WARNING', alert_status: 'ACTIVE', alert_type, alert_description: 'In English', ...more },
})
const disconnected = { waba_info: { waba_id: '1' }, disconnection_info: { reason: 'PRIMARY_INACTIVITY', initiated_by: 'SYSTEM' } }

/** field, what it says, what the number is afterwards, which notice (code and severity) stands. */
type Case = [field: string, value: object, state: Row, notice: string | null]
const CASES: Case[] = [
  ['account_update', { event: 'ACCOUNT_DELETED' }, {}, 'account_deleted critical'],
  ['account_update', { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'SCAM' } }, {}, 'account_violation critical'],
  ['account_update', restriction('RESTRICTED_BIZ_INITIATED_MESSAGING'), {}, 'account_restricted critical'],
  ['account_update', restriction('RESTRICTED_CUSTOMER_INITIATED_MESSAGING'), {}, 'account_restricted critical'],
  ['account_update', restriction('RESTRICTED_ADD_PHONE_NUMBER_ACTION'), {}, 'account_restricted critical'],
  ['account_update', restriction('RESTRICTED_BUSINESS_INITIATED_CALLING'), {}, 'account_restricted warning'],
  ['account_update', restriction('RESTRICTED_USER_INITIATED_CALLING'), {}, 'account_restricted warning'],
  [
    'account_update',
    restriction('RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN', { remediation: 'Answer more calls' }),
    {},
    'account_restricted warning',
  ],
  [
    'account_update',
    { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: 'November 20, 2026' } },
    {},
    'account_disabled critical',
  ],
  [
    'account_update',
    { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE', waba_ban_date: 'November 30, 2099' } },
    {},
    'account_disable_scheduled critical',
  ],
  ['account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } }, {}, null],
  ['account_update', { event: 'VERIFIED_ACCOUNT', phone_number: DIGITS }, {}, null],
  ['account_update', { event: 'AD_ACCOUNT_LINKED' }, {}, null],
  ['account_update', { event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE' }, {}, null],
  ['account_update', { event: 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', country: 'BR' }, {}, null],
  ['account_update', { event: 'MM_LITE_TERMS_SIGNED' }, {}, null],
  ['account_update', { event: 'PARTNER_ADDED', waba_info: {} }, {}, null],
  [
    'account_update',
    { event: 'PARTNER_REMOVED', phone_number: DIGITS, ...disconnected },
    { number_status: 'DISCONNECTED', registered: false },
    'partner_removed critical',
  ],
  ['account_update', { event: 'PARTNER_APP_INSTALLED' }, { webhook_subscribed: true }, null],
  ['account_update', { event: 'PARTNER_APP_UNINSTALLED' }, { webhook_subscribed: false }, 'app_uninstalled critical'],
  ['account_update', { event: 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE' }, {}, null],
  ['account_update', { event: 'VOLUME_BASED_PRICING_TIER_UPDATE', volume_tier_info: { pricing_category: 'UTILITY', tier: '0:100' } }, {}, null],
  ['account_update', { event: 'ACCOUNT_OFFBOARDED', phone_number: DIGITS }, { number_status: 'DISCONNECTED' }, 'account_offboarded critical'],
  ['account_update', { event: 'ACCOUNT_RECONNECTED', phone_number: DIGITS }, { number_status: 'CONNECTED', registered: true }, null],
  ['account_review_update', { decision: 'APPROVED' }, { review_status: 'APPROVED' }, null],
  ['account_review_update', { decision: 'REJECTED' }, { review_status: 'REJECTED' }, 'review_rejected critical'],
  ['account_review_update', { decision: 'PENDING' }, { review_status: 'PENDING' }, null],
  ['account_review_update', { decision: 'DEFERRED' }, { review_status: 'DEFERRED' }, null],
  ['account_alerts', alert('INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED', { alert_severity: 'INFORMATIONAL' }), {}, 'account_alert info'],
  ['account_alerts', alert('INCREASED_CAPABILITIES_ELIGIBILITY_FAILED'), {}, 'account_alert warning'],
  ['account_alerts', alert('INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO', { alert_severity: 'CRITICAL' }), {}, 'account_alert critical'],
  ['account_alerts', alert('OBA_APPROVED'), {}, null],
  ['account_alerts', alert('OBA_REJECTED'), {}, 'badge_rejected warning'],
  ['account_alerts', alert('PROFILE_PICTURE_LOST'), {}, 'picture_lost warning'],
  ['account_alerts', alert('PROFILE_PICTURE_LOST', { alert_status: 'NONE' }), {}, null],
  ['account_settings_update', { ...named, phone_number_settings: { calling: {} } }, {}, null],
  [
    'phone_number_name_update',
    { ...named, decision: 'APPROVED', requested_verified_name: 'Recanto' },
    { name_status: 'APPROVED', requested_name: 'Recanto' },
    'name_approved warning',
  ],
  [
    'phone_number_name_update',
    { ...named, decision: 'REJECTED', requested_verified_name: 'X', rejection_reason: 'NAME' },
    { name_status: 'DECLINED' },
    'name_rejected warning',
  ],
  ['phone_number_name_update', { ...named, decision: 'PENDING', requested_verified_name: 'X' }, { name_status: 'PENDING_REVIEW' }, null],
  ['phone_number_name_update', { ...named, decision: 'DEFERRED', requested_verified_name: 'X' }, { name_status: 'DEFERRED' }, null],
  ['phone_number_quality_update', { ...named, event: 'ONBOARDING', max_daily_conversations_per_business: 'TIER_250' }, { messaging_limit: 250 }, null],
  ['phone_number_quality_update', { ...named, event: 'THROUGHPUT_UPGRADE', current_limit: 'TIER_UNLIMITED' }, { throughput: 1000, messaging_limit: -1 }, null],
  [
    'phone_number_quality_update',
    { ...named, event: 'FLAGGED', current_limit: 'TIER_2K' },
    { number_status: 'FLAGGED', quality_rating: 'RED', messaging_limit: 2000 },
    'quality_low warning',
  ],
  ['phone_number_quality_update', { ...named, event: 'UNFLAGGED', current_limit: 'TIER_10K' }, { number_status: 'CONNECTED', messaging_limit: 10_000 }, null],
  ['phone_number_quality_update', { ...named, event: 'UPGRADE', current_limit: 'TIER_100K' }, { messaging_limit: 100_000 }, null],
  ['phone_number_quality_update', { ...named, event: 'DOWNGRADE', current_limit: 'TIER_50' }, { messaging_limit: 50 }, null],
  ['phone_number_quality_update', { ...named, event: 'ONBOARDING', current_limit: 'TIER_NOT_SET' }, { messaging_limit: null }, null],
  [
    'business_capability_update',
    { max_daily_conversations_per_business: 250, max_phone_numbers_per_business: 2 },
    { messaging_limit: 250, max_numbers: 2 },
    null,
  ],
  [
    'business_capability_update',
    { max_daily_conversations_per_business: 2000, max_phone_numbers_per_waba: 20 },
    { messaging_limit: 2000, max_numbers: 20 },
    null,
  ],
  ['business_capability_update', { max_daily_conversations_per_business: -1 }, { messaging_limit: -1 }, null],
  ['business_capability_update', { max_daily_conversations_per_business: 'TIER_10K' }, { messaging_limit: 10_000 }, null],
  ['business_capability_update', { max_daily_conversation_per_phone: 1000 }, { messaging_limit: 1000 }, null],
  ['business_status_update', { status: 'VERIFIED' }, {}, null],
  ['business_username_update', { ...named, username: 'recanto', status: 'approved' }, { username: 'recanto' }, null],
  ['business_username_updates', { ...named, username: 'recanto', status: 'reserved' }, { username: null }, null],
  ['business_username_update', { ...named, username: 'recanto', status: 'deleted' }, { username: null }, 'username_lost warning'],
  ['security', { ...named, event: 'PIN_CHANGED', requester: '1' }, { pin_enabled: true }, 'pin_changed warning'],
  ['security', { ...named, event: 'PIN_RESET_REQUEST', requester: '1' }, {}, 'pin_reset_requested critical'],
  ['security', { ...named, event: 'PIN_REQUEST_SUCCESS', requester: '1' }, { pin_enabled: false }, null],
  ['flows', { event: 'FLOW_STATUS_CHANGE', flow_id: '9', old_status: 'PUBLISHED', new_status: 'BLOCKED' }, {}, 'flow_blocked critical'],
  ['flows', { event: 'FLOW_STATUS_CHANGE', flow_id: '9', old_status: 'PUBLISHED', new_status: 'THROTTLED' }, {}, 'flow_blocked warning'],
  ['flows', { event: 'FLOW_STATUS_CHANGE', flow_id: '9', old_status: 'DRAFT', new_status: 'PUBLISHED' }, {}, null],
  ['flows', { event: 'CLIENT_ERROR_RATE', flow_id: '9', threshold: 10, alert_state: 'ACTIVATED' }, {}, 'flow_problem warning'],
  ['flows', { event: 'ENDPOINT_ERROR_RATE', flow_id: '9', alert_state: 'ACTIVATED' }, {}, 'flow_problem warning'],
  ['flows', { event: 'ENDPOINT_LATENCY', flow_id: '9', alert_state: 'ACTIVATED' }, {}, 'flow_problem warning'],
  ['flows', { event: 'ENDPOINT_AVAILABILITY', flow_id: '9', alert_state: 'DEACTIVATED' }, {}, null],
  ['flows', { event: 'FLOW_VERSION_EXPIRY_WARNING', flow_id: '9' }, {}, 'flow_expiring warning'],
  ['partner_solutions', { event: 'SOLUTION_CREATED', solution_id: '7', solution_status: 'INITIATED' }, {}, null],
  ['partner_solutions', { event: 'SOLUTION_UPDATED', solution_id: '7', solution_status: 'ACTIVE' }, {}, null],
  ['payment_configuration_update', { configuration_name: 'pix', status: 'Needs Testing' }, {}, 'payment_configuration warning'],
  ['payment_configuration_update', { configuration_name: 'pix', status: 'Active' }, {}, null],
  ['automatic_events', { automatic_events: [{ id: 'x', event_name: 'Purchase', timestamp: 1, ctwa_clid: 'who-clicked' }] }, {}, null],
  ['tracking_events', { tracking_events: [{ event_name: 'Lead' }] }, {}, null],
]

describe('each field changes the state it speaks of', () => {
  test.each(CASES)('%s %j', async (field, value, state, notice) => {
    await tell({ field, value })
    expect(await row()).toMatchObject(state)
    expect((await notices()).map((n) => `${n.code} ${n.severity}`)).toEqual(notice === null ? [] : [notice])
    const { events } = await health()
    expect(events).toMatchObject([{ field, understood: true }])
    expect(events[0]?.title).not.toMatch(/undefined|null|\[object/)
    expect(await understood()).toBe(true)
  })

  test('the table above knows every field and every event', () => {
    const events = new Set(CASES.filter(([field]) => field === 'account_update').map(([, value]) => 'event' in value && value.event))
    expect(ACCOUNT_UPDATE_EVENTS.filter((e) => !events.has(e))).toEqual([])
    const elsewhere = ['history', 'smb_app_state_sync', 'errors']
    expect(ACCOUNT_FIELDS.filter((f) => !CASES.some(([field]) => field === f))).toEqual(elsewhere)
  })

  test('a restriction is shown with its end, and is lifted with the ban it belongs to', async () => {
    await tell({ field: 'account_update', value: restriction('RESTRICTED_BIZ_INITIATED_MESSAGING') })
    await tell({ field: 'account_update', value: { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } } })
    expect((await health()).restrictions).toMatchObject([
      { kind: 'ACCOUNT_DISABLED', title: 'conta desativada pela Meta', until: null },
      { kind: 'RESTRICTED_BIZ_INITIATED_MESSAGING', until: '2096-10-02T07:06:40.000Z' },
    ])
    await tell({ field: 'account_update', value: { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } } })
    expect((await health()).restrictions.map((r) => r.kind)).toEqual(['RESTRICTED_BIZ_INITIATED_MESSAGING'])
    expect((await notices()).map((n) => n.code)).toEqual(['account_restricted'])
  })

  test('a lower limit is told, a higher one settles it', async () => {
    const limit = (n: unknown) => tell({ field: 'business_capability_update', value: { max_daily_conversations_per_business: n } })
    await limit(10_000)
    expect(await notices()).toEqual([])
    await limit(250)
    expect(await notices()).toMatchObject([{ code: 'limit_lowered', title: expect.stringContaining('250'), link: `/configuracoes/canais/${channel.id}` }])
    await limit(-1)
    expect(await notices()).toEqual([])
  })

  test('errors without a message, history that was refused, contacts of the app', async () => {
    const metadata = { display_phone_number: DIGITS, phone_number_id: channel.phoneNumberId }
    await tell({
      field: 'messages',
      value: {
        metadata,
        errors: [
          { code: 131031, title: 'Account locked' },
          { code: 130429, title: 'Rate limit' },
        ],
      },
    })
    await tell({ field: 'history', value: { metadata, history: [{ metadata: { phase: 0, chunk_order: 1, progress: 55 }, threads: [] }] } })
    expect(await row()).toMatchObject({ sync_progress: 55, sync_error: null })
    await tell({ field: 'history', value: { metadata, history: [{ errors: [{ code: 2593109, message: 'History sharing is turned off' }] }] } })
    expect(await row()).toMatchObject({ sync_error: 'History sharing is turned off' })
    expect((await notices()).map((n) => n.code).sort()).toEqual(['account_error', 'history_refused'])
    expect((await notices()).find((n) => n.code === 'account_error')?.title).toContain('bloqueada')
  })
})

describe('templates', () => {
  const template = (event: string, more: object = {}) => ({
    field: 'message_template_status_update',
    value: {
      event,
      message_template_id: 123_456,
      message_template_name: 'boas_vindas',
      message_template_language: 'pt-BR',
      message_template_category: 'UTILITY',
      ...more,
    },
  })

  test('refused, paused and disabled are told; approved settles it', async () => {
    await tell(template('REJECTED', { reason: 'INVALID_FORMAT' }))
    expect(await notices()).toMatchObject([
      { code: 'template_rejected', title: expect.stringContaining('boas_vindas'), link: expect.stringMatching(/^\/configuracoes\/modelos\//) },
    ])
    await tell(template('APPROVED', { reason: 'NONE' }))
    expect(await notices()).toEqual([])
    await tell(template('PAUSED', { other_info: { title: 'FIRST_PAUSE', description: 'x' } }))
    expect((await notices()).map((n) => n.code)).toEqual(['template_paused'])
    expect((await health()).events.map((e) => e.title)).toEqual([
      'Modelo «boas_vindas» pausado',
      'Modelo «boas_vindas» aprovado',
      'Modelo «boas_vindas» recusado',
    ])
  })
})

describe('what nobody knows', () => {
  test.each([
    ['a field', 'moon_phase_update', { phase: 'FULL' }],
    ['an event', 'account_update', { event: 'ACCOUNT_ENCHANTED' }],
    ['a decision', 'account_review_update', { decision: 'MAYBE' }],
    ['a value without anything', 'security', {}],
    ['a value that is a list', 'flows', []],
    ['a name of another world', 'phone_number_quality_update', { display_phone_number: {}, event: { a: 1 }, current_limit: [] }],
    ['hostile text', 'account_update', { event: '__proto__\u0000\ud800', restriction_info: 'x' }],
  ])('%s is kept with its name, shown, and listed as not understood', async (_, field, value) => {
    await tell({ field, value })
    expect((await health()).events).toMatchObject([{ field, understood: false }])
    expect(await notices()).toEqual([])
    const [event] = (await server.call<{ items: { status: string }[] }>('GET', '/api/webhook-events', { token: owner.token })).body.items
    expect(event?.status).toBe('not_understood')
  })

  test('a very large one is kept as its size', async () => {
    await tell({ field: 'moon_phase_update', value: { phase: 'x'.repeat(100_000) } })
    const [kept] = await server.sql<{ size: number }>('select length(sealed) size from account_events where tenant_id = $1', [owner.tenantId])
    expect(kept?.size).toBeLessThan(100)
  })
})

describe('order and repetition', () => {
  const flag = (event: string, time: number): Sent => ({ field: 'phone_number_quality_update', value: { ...named, event }, time })

  test('the same delivery twice is one line and one notice', async () => {
    const sent = flag('FLAGGED', clock - 50)
    await tell(sent)
    await tell(sent)
    expect((await health()).events).toHaveLength(1)
    expect(await notices()).toHaveLength(1)
  })

  test('the same words at another time are another change', async () => {
    await tell(flag('FLAGGED', clock - 50))
    await tell(flag('UNFLAGGED', clock - 40))
    await tell(flag('FLAGGED', clock - 30))
    expect((await health()).events).toHaveLength(3)
    expect(await row()).toMatchObject({ number_status: 'FLAGGED' })
    expect(await notices()).toHaveLength(1)
  })

  test('an older change that comes late overwrites nothing and wakes nobody', async () => {
    await tell(flag('UNFLAGGED', clock - 40))
    await tell(flag('FLAGGED', clock - 50))
    expect(await row()).toMatchObject({ number_status: 'CONNECTED', quality_rating: 'UNKNOWN' })
    expect(await notices()).toEqual([])
    expect((await health()).events.map((e) => e.title)).toEqual(['Qualidade do número recuperada', 'Qualidade do número baixa'])
    await tell({ field: 'account_update', value: { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } }, time: clock - 10 })
    await tell({ field: 'account_update', value: { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } }, time: clock - 20 })
    expect((await health()).restrictions).toEqual([])
    expect(await notices()).toEqual([])
  })

  test('several changes of one delivery, in any order', async () => {
    const changes = (field: string, ...values: object[]) => values.map((value) => ({ field, value }))
    const mixed = {
      object: 'whatsapp_business_account',
      entry: [
        { id: channel.wabaId, time: clock - 5, changes: changes('account_review_update', { decision: 'APPROVED' }) },
        {
          id: channel.wabaId,
          time: clock - 9,
          changes: [...changes('account_review_update', { decision: 'REJECTED' }), ...changes('security', { ...named, event: 'PIN_CHANGED' })],
        },
      ],
    }
    expect((await post(server, channel, mixed)).status).toBe(200)
    await eventually(async () => (await health()).events.length === 3)
    expect(await row()).toMatchObject({ review_status: 'APPROVED', pin_enabled: true })
    expect((await notices()).map((n) => n.code)).toEqual(['pin_changed'])
  })
})

describe('whose change it is', () => {
  const second = async (who: typeof owner, phone: string, account = channel): Promise<TestChannel> => {
    const made = await connectChannel(server, who)
    await server.sql('update channels set waba_id = $2, display_phone_number = $3, app_secret_enc = $4 where id = $1', [
      made.id,
      account.wabaId,
      phone,
      Buffer.from(server.ctx.keys.seal(`channels.app_secret:${made.id}`, account.appSecret)),
    ])
    return { ...made, wabaId: account.wabaId, appSecret: account.appSecret }
  }

  test('a number’s own change touches it alone; the account’s touches all its numbers', async () => {
    const other = await second(owner, '+55 11 3003-3003')
    await tell({ field: 'security', value: { display_phone_number: '551130033003', event: 'PIN_CHANGED' } })
    expect([(await row()).pin_enabled, (await row(other.id)).pin_enabled]).toEqual([null, true])
    expect(await notices()).toMatchObject([{ channelId: other.id, title: expect.stringContaining('3003-3003') }])
    await tell({ field: 'business_capability_update', value: { max_daily_conversations_per_business: 2000 } })
    expect([(await row()).messaging_limit, (await row(other.id)).messaging_limit]).toEqual([2000, 2000])
    await tell({ field: 'account_alerts', value: { ...alert('PROFILE_PICTURE_LOST'), entity_type: 'PHONE_NUMBER', entity_id: other.phoneNumberId } })
    expect((await notices()).find((n) => n.code === 'picture_lost')?.channelId).toBe(other.id)
    expect((await health()).events.map((e) => e.field)).toEqual(['business_capability_update'])
  })

  test('one account in two tenants: a number’s change is its tenant’s, the account’s is told to both', async () => {
    const neighbour = await server.register()
    const theirs = await second(neighbour, '+55 21 2222-2222')
    await tell({ field: 'security', value: { display_phone_number: '552122222222', event: 'PIN_RESET_REQUEST' } })
    expect(await notices()).toEqual([])
    expect((await notices(neighbour)).map((n) => n.code)).toEqual(['pin_reset_requested'])
    expect(await server.sql('select 1 from webhook_events where tenant_id = $1', [owner.tenantId])).toEqual([])
    await tell({ field: 'account_review_update', value: { decision: 'REJECTED' } })
    expect([(await row()).review_status, (await row(theirs.id)).review_status]).toEqual(['REJECTED', 'REJECTED'])
    expect((await notices()).map((n) => n.code)).toEqual(['review_rejected'])
    expect((await notices(neighbour)).map((n) => n.code)).toEqual(['review_rejected', 'pin_reset_requested'])
  })

  test('who signs with another secret reaches nobody', async () => {
    const stranger = await connectChannel(server, await server.register())
    const answer = await post(server, stranger, body({ field: 'account_update', value: { event: 'ACCOUNT_DELETED' } }))
    expect(answer.status).toBe(401)
    expect(await notices()).toEqual([])
  })

  test('a number with or without its ninth digit is the same; an unknown one changes nothing and is kept', async () => {
    await server.sql('update channels set display_phone_number = $2 where id = $1', [channel.id, '+55 11 98765-4321'])
    await tell({ field: 'security', value: { display_phone_number: '551187654321', event: 'PIN_CHANGED' } })
    expect((await row()).pin_enabled).toBe(true)
    await tell({ field: 'security', value: { display_phone_number: '550000000000', event: 'PIN_REQUEST_SUCCESS' } })
    expect((await row()).pin_enabled).toBe(true)
    expect(await server.sql('select 1 from account_events where tenant_id = $1', [owner.tenantId])).toHaveLength(2)
  })
})
