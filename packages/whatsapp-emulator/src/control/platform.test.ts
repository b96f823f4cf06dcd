import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type JsonObject, readObject } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'
import { FIELD_BUILDERS } from './account-fields.ts'
import { expectLikeMeta } from './expect-like-meta.ts'

const { phoneNumberId: PNID, wabaId: WABA } = DEFAULT_NUMBER
const OWN = '551140022026'
const HEAD = { messaging_product: 'whatsapp', metadata: { display_phone_number: OWN, phone_number_id: PNID } }
const TEMPLATE = { message_template_id: expect.any(Number), message_template_name: expect.any(String), message_template_language: expect.any(String) }
const groups = (type: string): JsonObject => ({ ...HEAD, groups: [{ timestamp: expect.stringMatching(/^\d{10}$/), group_id: expect.any(String), type }] })
const readValue = (pair: Pair, field: string): JsonObject =>
  readObject(
    pair.receiver.changes().find((change) => change.field === field),
    'value',
  ) ?? {}

/** A field, what is asked for, and what its value must hold (Cloud API, webhook fields). */
const FIELDS: [field: string, input: JsonObject, expected: JsonObject][] = [
  ...[
    'APPROVED',
    'REJECTED',
    'PENDING',
    'PAUSED',
    'DISABLED',
    'FLAGGED',
    'REINSTATED',
    'ARCHIVED',
    'UNARCHIVED',
    'DELETED',
    'PENDING_DELETION',
    'IN_APPEAL',
    'LOCKED',
    'LIMIT_EXCEEDED',
  ].map((event): [string, JsonObject, JsonObject] => [
    'message_template_status_update',
    { event, reason: 'NONE' },
    {
      event,
      ...TEMPLATE,
      message_template_language: expect.stringMatching(/^[a-z]{2}-[A-Z]{2}$/),
      message_template_category: expect.any(String),
      reason: 'NONE',
    },
  ]),
  ['message_template_quality_update', { quality: 'RED' }, { ...TEMPLATE, previous_quality_score: 'GREEN', new_quality_score: 'RED' }],
  ['message_template_components_update', {}, { ...TEMPLATE, message_template_element: expect.any(String) }],
  ['template_category_update', { category: 'MARKETING' }, { ...TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' }],
  [
    'template_category_update',
    { category: 'MARKETING', impending: true },
    { ...TEMPLATE, new_category: 'UTILITY', correct_category: 'MARKETING', category_update_timestamp: expect.any(Number) },
  ],
  ['template_correct_category_detection', {}, { ...TEMPLATE, category: 'UTILITY', correct_category: 'MARKETING' }],
  ['account_update', { event: 'VERIFIED_ACCOUNT' }, { event: 'VERIFIED_ACCOUNT', phone_number: OWN }],
  ['account_update', { event: 'ACCOUNT_VIOLATION' }, { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'SCAM' } }],
  [
    'account_update',
    { event: 'ACCOUNT_RESTRICTION', restriction: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION' },
    { restriction_info: [{ restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiration: expect.any(Number) }] },
  ],
  [
    'account_update',
    { event: 'ACCOUNT_RESTRICTION', restriction: 'RESTRICTED_BUSINESS_INITIATED_CALLING_CALL_BUTTON_HIDDEN' },
    { restriction_info: [{ restriction_type: 'RESTRICTED_BUSINESS_INITIATED_CALLING_CALL_BUTTON_HIDDEN', remediation: expect.any(String) }] },
  ],
  ['account_update', { event: 'DISABLED_UPDATE' }, { ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: expect.any(String) } }],
  ['account_update', { event: 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE' }, { country: 'BR' }],
  ['account_update', { event: 'PARTNER_ADDED' }, { waba_info: { waba_id: WABA } }],
  [
    'account_update',
    { event: 'PARTNER_REMOVED' },
    { waba_info: { waba_id: WABA }, disconnection_info: { reason: 'PRIMARY_INACTIVITY', initiated_by: 'SYSTEM' } },
  ],
  ['account_update', { event: 'VOLUME_BASED_PRICING_TIER_UPDATE' }, { volume_tier_info: { pricing_category: 'UTILITY', region: 'Brazil' } }],
  ['account_update', { event: 'SOMETHING_NEW', parts: { novelty: 1 } }, { event: 'SOMETHING_NEW', novelty: 1 }],
  ['account_review_update', { decision: 'DEFERRED' }, { decision: 'DEFERRED' }],
  [
    'account_alerts',
    { type: 'PROFILE_PICTURE_LOST' },
    {
      entity_type: 'PHONE_NUMBER',
      entity_id: PNID,
      alert_info: { alert_severity: 'WARNING', alert_status: 'ACTIVE', alert_type: 'PROFILE_PICTURE_LOST', alert_description: expect.any(String) },
    },
  ],
  [
    'account_alerts',
    { type: 'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED', severity: 'CRITICAL' },
    { entity_type: 'BUSINESS', alert_info: { alert_severity: 'CRITICAL' } },
  ],
  ['account_settings_update', {}, { phone_number_settings: { phone_number_id: PNID, calling: { status: 'ENABLED' } } }],
  [
    'phone_number_name_update',
    { decision: 'REJECTED', name: 'Mar' },
    { display_phone_number: OWN, decision: 'REJECTED', requested_verified_name: 'Mar', rejection_reason: expect.any(String) },
  ],
  [
    'phone_number_quality_update',
    { event: 'ONBOARDING', limit: 'TIER_250' },
    { display_phone_number: OWN, event: 'ONBOARDING', max_daily_conversations_per_business: 'TIER_250' },
  ],
  ['business_capability_update', { limit: 250 }, { max_daily_conversations_per_business: 250, max_phone_numbers_per_business: 2 }],
  ['business_capability_update', { limit: -1 }, { max_daily_conversations_per_business: -1, max_phone_numbers_per_waba: 20 }],
  ['business_status_update', {}, { event: expect.any(String) }],
  ['business_username_update', { username: 'mar', status: 'reserved' }, { display_phone_number: OWN, username: 'mar', status: 'reserved' }],
  ['security', { event: 'PIN_RESET_REQUEST' }, { display_phone_number: OWN, event: 'PIN_RESET_REQUEST', requester: expect.any(String) }],
  [
    'flows',
    { event: 'FLOW_STATUS_CHANGE', flowId: '7' },
    { event: 'FLOW_STATUS_CHANGE', flow_id: '7', old_status: 'DRAFT', new_status: 'PUBLISHED', message: expect.any(String) },
  ],
  ['flows', { event: 'ENDPOINT_AVAILABILITY' }, { event: 'ENDPOINT_AVAILABILITY', threshold: expect.any(Number), alert_state: 'ACTIVATED' }],
  ['group_lifecycle_update', {}, groups('group_create')],
  ['group_participants_update', {}, groups('group_participants_add')],
  ['group_settings_update', {}, groups('group_settings_update')],
  ['group_status_update', {}, groups('group_suspend')],
  ['message_echoes', { to: MARINA, body: 'a' }, { ...HEAD, message_echoes: [{ from: OWN, to: MARINA, type: 'text', text: { body: 'a' } }] }],
  ['automatic_events', {}, { ...HEAD, automatic_events: [{ event_name: 'LeadSubmitted', custom_data: { currency: 'BRL', value: expect.any(Number) } }] }],
  ['tracking_events', {}, { ...HEAD, automatic_events: [{ event_name: 'Purchase' }] }],
  ['partner_solutions', {}, { event: 'SOLUTION_CREATED', solution_id: expect.any(String), solution_status: expect.any(String) }],
  ['payment_configuration_update', {}, { configuration_name: expect.any(String), status: 'Active' }],
  ['hologram_update', { value: { depth: 3 } }, { depth: 3 }],
]

test('every field that has a builder is in the table below', () => {
  const tested = new Set(FIELDS.map(([field]) => field))
  expect(Object.keys(FIELD_BUILDERS).filter((field) => !tested.has(field))).toEqual([])
})

test.each(FIELDS)('%s %j', async (field, input, expected) => {
  const { control, receiver, emulator } = await startPair()
  expect((await control('POST', `fields/${field}`, input)).status).toBe(200)
  await waitFor(() => receiver.changes().length === 1)
  expect(receiver.changes()[0]).toMatchObject({ field, value: expected })
  expect(JSON.parse(receiver.received[0]?.body ?? '{}').entry[0].id).toBe(WABA)
  expectLikeMeta(receiver, emulator.defaults.appSecret)
})

test('an unknown field without a value is refused with the list of known ones', async () => {
  const { control } = await startPair()
  const answer = await control('POST', 'fields/nothing', {})
  expect([answer.status, String(readObject(answer.body, 'error')?.message)]).toEqual([400, expect.stringContaining('account_update')])
})

/** A change of the platform, the field it sends, and a part of its value. */
const CHANGES: [JsonObject, string, JsonObject][] = [
  [{ quality: 'RED' }, 'phone_number_quality_update', { event: 'FLAGGED' }],
  [{ messagingLimit: 'TIER_10K' }, 'phone_number_quality_update', { event: 'UPGRADE', old_limit: 'TIER_2K', current_limit: 'TIER_10K' }],
  [{ messagingLimit: 'TIER_250' }, 'business_capability_update', { max_daily_conversations_per_business: 250 }],
  [{ throughput: 'HIGH' }, 'phone_number_quality_update', { event: 'THROUGHPUT_UPGRADE' }],
  [{ coexistence: true }, 'account_update', { event: 'PARTNER_ADDED' }],
  [{ official: false }, 'account_alerts', { alert_info: { alert_type: 'OBA_REJECTED' } }],
  [{ nameDecision: 'APPROVED', nameRequested: 'Mar' }, 'phone_number_name_update', { decision: 'APPROVED', requested_verified_name: 'Mar' }],
  [{ standing: 'restricted' }, 'account_update', { event: 'ACCOUNT_RESTRICTION' }],
  [{ standing: 'banned' }, 'account_update', { event: 'DISABLED_UPDATE' }],
  [{ reviewStatus: 'REJECTED' }, 'account_review_update', { decision: 'REJECTED' }],
]

test.each(CHANGES)('the change %j sends %s', async (changes, field, expected) => {
  const pair = await startPair()
  expect((await pair.control('PATCH', `numbers/${PNID}/platform`, changes)).status).toBe(200)
  await waitFor(() => pair.receiver.changes().some((change) => change.field === field))
  expect(readValue(pair, field)).toMatchObject(expected)
})

test.each([
  [{ token: 'expired' }, 190],
  [{ token: 'revoked' }, 190],
  [{ maintenanceSeconds: 60 }, 131057],
  [{ standing: 'locked' }, 131031],
])('after %j a send is answered with %i', async (changes, code) => {
  const { control, send, emulator } = await startPair()
  emulator.control.setWindow(MARINA, true)
  expect((await control('PATCH', `numbers/${PNID}/platform`, changes)).status).toBe(200)
  expect((await send(MARINA)).body.error).toMatchObject({ code })
  expect((await control('PATCH', `numbers/${PNID}/platform`, { token: 'valid', maintenanceSeconds: 0, standing: 'ok' })).status).toBe(200)
  expect((await send(MARINA)).status).toBe(200)
})

test('an unknown change is refused', async () => {
  const { control } = await startPair()
  expect((await control('PATCH', `numbers/${PNID}/platform`, { colour: 'red' })).status).toBe(400)
  expect((await control('PATCH', 'numbers/1/platform', { quality: 'RED' })).status).toBe(404)
})

test('decisions about a template change it and are told', async () => {
  const pair = await startPair({ scenario: { templateReviewMs: 1, templateDecision: 'pending' } })
  const { body } = await pair.graph('POST', `${WABA}/message_templates`, {
    name: 'aviso',
    language: 'pt_BR',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Seu quarto está pronto.' }],
  })
  for (const decision of [
    { event: 'APPROVED' },
    { quality: 'YELLOW' },
    { event: 'PAUSED' },
    { event: 'REINSTATED' },
    { category: 'MARKETING' },
    { event: 'DISABLED' },
  ])
    expect((await pair.control('POST', `templates/${body.id}/decision`, decision)).status).toBe(200)
  await waitFor(() => pair.receiver.changes().length === 6)
  const events = pair.receiver.changes().map((change) => readObject(change, 'value')?.event ?? change.field)
  expect(events).toEqual(['APPROVED', 'message_template_quality_update', 'PAUSED', 'REINSTATED', 'template_category_update', 'DISABLED'])
  expect((await pair.control('POST', 'templates/1/decision', { event: 'APPROVED' })).status).toBe(404)
})
