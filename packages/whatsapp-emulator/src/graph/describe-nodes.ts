import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { readAccountState, readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { findCallback } from '../webhooks/find-callback.ts'
import { describeAnalytics } from './describe-analytics.ts'
import { pickFields } from './select-fields.ts'

/** A phone number node (Cloud API, phone numbers). */
export function describeNumber(world: World, number: BusinessNumber): JsonObject {
  const state = readNumberState(world, number.phoneNumberId)
  const banned = readAccountState(world, number.wabaId).standing === 'banned'
  return {
    verified_name: number.verifiedName,
    code_verification_status: state.verified ? 'VERIFIED' : 'NOT_VERIFIED',
    display_phone_number: number.displayPhoneNumber,
    quality_rating: state.quality,
    platform_type: number.registered ? 'CLOUD_API' : 'NOT_APPLICABLE',
    throughput: { level: state.coexistence || state.throughput === 'STANDARD' ? 'STANDARD' : 'HIGH' },
    webhook_configuration: {
      ...(number.callbackUrl ? { application: number.callbackUrl } : {}),
      ...(number.accountOverride ? { whatsapp_business_account: number.accountOverride } : {}),
      ...(number.numberOverride ? { phone_number: number.numberOverride } : {}),
    },
    status: banned ? 'BANNED' : (state.status ?? (number.registered ? 'CONNECTED' : 'PENDING')),
    name_status: state.nameStatus,
    ...(state.newNameStatus ? { new_name_status: state.newNameStatus } : {}),
    account_mode: state.allowedRecipients ? 'SANDBOX' : 'LIVE',
    is_official_business_account: state.official,
    is_pin_enabled: state.pin !== null,
    is_on_biz_app: state.coexistence,
    is_preverified_number: false,
    host_platform: 'CLOUD_API',
    search_visibility: 'VISIBLE',
    certificate: Buffer.from(`certificate of ${number.verifiedName}`).toString('base64'),
    last_onboarded_time: new Date(state.onboardedAt).toISOString().replace(/\.\d+Z$/, '+0000'),
    quality_score: { score: state.quality },
    whatsapp_business_manager_messaging_limit: state.messagingLimit,
    messaging_limit_tier: state.messagingLimit,
    ...(state.username ? { username: state.username.name } : {}),
    health_status: describeHealth(world, number),
    id: number.phoneNumberId,
  }
}

const NUMBER_DEFAULTS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
  'webhook_configuration',
  'last_onboarded_time',
  'id',
]
const ACCOUNT_DEFAULTS = ['id', 'name', 'timezone_id', 'message_template_namespace']

/** Answer of `GET /{PNID}`. */
export function pickNumber(world: World, number: BusinessNumber, fields: string | undefined): JsonObject {
  return pickFields(describeNumber(world, number), fields, NUMBER_DEFAULTS)
}

/** Answer of `GET /{WABA}`. */
export function pickAccount(world: World, number: BusinessNumber, fields: string | undefined): JsonObject {
  const state = readAccountState(world, number.wabaId)
  const account: JsonObject = {
    id: number.wabaId,
    name: number.verifiedName,
    currency: 'BRL',
    timezone_id: '25',
    country: 'BR',
    message_template_namespace: `ns_${number.wabaId}`,
    account_review_status: state.reviewStatus,
    business_verification_status: state.businessVerification,
    ownership_type: 'SELF',
    status: 'ACTIVE',
    ...(state.paymentMethod ? { primary_funding_id: `9${number.wabaId.slice(1)}` } : {}),
    owner_business_info: { id: number.businessId, name: number.verifiedName },
    health_status: describeHealth(world, number),
    ...describeAnalytics(world, number, fields ?? ''),
  }
  return pickFields(account, fields, ACCOUNT_DEFAULTS)
}

/** Answer of `GET /{WABA}/subscribed_apps`. */
export function describeSubscriptions(number: BusinessNumber): JsonObject {
  if (!number.subscribed) return { data: [] }
  return {
    data: [
      {
        whatsapp_business_api_data: { id: number.appId, link: `https://www.facebook.com/games/?app_id=${number.appId}`, name: 'Emulator app' },
        ...(number.accountOverride ? { override_callback_uri: number.accountOverride } : {}),
      },
    ],
  }
}

/** Who of the chain can send, and what stands in the way (Cloud API, health status). */
function describeHealth(world: World, number: BusinessNumber): JsonObject {
  const account = readAccountState(world, number.wabaId)
  const numberErrors: JsonObject[] = []
  if (!number.registered) numberErrors.push(explain(141000, 'The phone number is not registered.', 'Register the phone number.'))
  if (number.sendFault !== null) numberErrors.push(explain(number.sendFault, 'Messages are not accepted.', 'See the error code.'))
  const accountErrors: JsonObject[] = []
  if (!account.paymentMethod) accountErrors.push(explain(141006, 'There is an error with the payment method.', 'Add a valid payment method to the account.'))
  const stopped = account.standing === 'locked' || account.standing === 'banned'
  if (stopped) accountErrors.push(explain(141010, 'The account is locked.', 'Ask for a review.'))
  const accountState = stopped ? 'BLOCKED' : accountErrors.length > 0 || account.standing === 'restricted' ? 'LIMITED' : 'AVAILABLE'
  const numberState = numberErrors.length > 0 ? 'BLOCKED' : 'AVAILABLE'
  const states = [numberState, accountState]
  const entity = (type: string, id: string, state: string, errors: JsonObject[] = []): JsonObject => ({
    entity_type: type,
    id,
    can_send_message: state,
    ...(errors.length > 0 ? { errors } : {}),
  })
  return {
    can_send_message: states.includes('BLOCKED') ? 'BLOCKED' : states.includes('LIMITED') ? 'LIMITED' : 'AVAILABLE',
    entities: [
      entity('PHONE_NUMBER', number.phoneNumberId, numberState, numberErrors),
      entity('WABA', number.wabaId, accountState, accountErrors),
      entity('BUSINESS', number.businessId, 'AVAILABLE'),
      entity('APP', number.appId, findCallback(number) ? 'AVAILABLE' : 'LIMITED'),
    ],
  }
}

function explain(code: number, description: string, solution: string): JsonObject {
  return { error_code: code, error_description: description, possible_solution: solution }
}
