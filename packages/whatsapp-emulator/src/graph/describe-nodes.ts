import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { findCallback } from '../webhooks/find-callback.ts'

/** A phone number node (Cloud API, phone numbers). */
export function describeNumber(number: BusinessNumber): JsonObject {
  return {
    verified_name: number.verifiedName,
    code_verification_status: 'VERIFIED',
    display_phone_number: number.displayPhoneNumber,
    quality_rating: 'GREEN',
    platform_type: number.registered ? 'CLOUD_API' : 'NOT_APPLICABLE',
    throughput: { level: 'STANDARD' },
    webhook_configuration: {
      ...(number.callbackUrl ? { application: number.callbackUrl } : {}),
      ...(number.accountOverride ? { whatsapp_business_account: number.accountOverride } : {}),
      ...(number.numberOverride ? { phone_number: number.numberOverride } : {}),
    },
    status: number.registered ? 'CONNECTED' : 'PENDING',
    name_status: 'APPROVED',
    account_mode: 'LIVE',
    is_official_business_account: false,
    is_pin_enabled: true,
    is_on_biz_app: false,
    quality_score: { score: 'GREEN' },
    whatsapp_business_manager_messaging_limit: 'TIER_2K',
    health_status: describeHealth(number),
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
  'id',
]
const ACCOUNT_DEFAULTS = ['id', 'name', 'timezone_id', 'message_template_namespace']

/** Only the wanted fields; the id always comes along. */
export function pickFields(node: JsonObject, fields: string | undefined, defaults: string[]): JsonObject {
  const wanted = fields ? fields.split(/,(?![^{(]*[})])/).map((field) => (field.split(/[.{(]/)[0] ?? '').trim()) : defaults
  const picked: JsonObject = {}
  for (const name of [...wanted, 'id']) if (node[name] !== undefined) picked[name] = node[name]
  return picked
}

/** Answer of `GET /{PNID}`. */
export function pickNumber(number: BusinessNumber, fields: string | undefined): JsonObject {
  return pickFields(describeNumber(number), fields, NUMBER_DEFAULTS)
}

/** Answer of `GET /{WABA}`. */
export function pickAccount(number: BusinessNumber, fields: string | undefined): JsonObject {
  const account: JsonObject = {
    id: number.wabaId,
    name: number.verifiedName,
    currency: 'BRL',
    timezone_id: '25',
    country: 'BR',
    message_template_namespace: `ns_${number.wabaId}`,
    account_review_status: 'APPROVED',
    business_verification_status: 'verified',
    ownership_type: 'SELF',
    owner_business_info: { id: number.businessId, name: number.verifiedName },
    health_status: describeHealth(number),
  }
  return pickFields(account, fields, ACCOUNT_DEFAULTS)
}

/** A list with Graph's paging block. */
export function asPage(data: JsonObject[]): JsonObject {
  return { data, paging: { cursors: { before: 'QVFIUbefore', after: 'QVFIUafter' } } }
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

function describeHealth(number: BusinessNumber): JsonObject {
  const state = number.sendFault === null && number.registered ? 'AVAILABLE' : 'BLOCKED'
  return {
    can_send_message: state,
    entities: [
      { entity_type: 'PHONE_NUMBER', id: number.phoneNumberId, can_send_message: state },
      { entity_type: 'WABA', id: number.wabaId, can_send_message: 'AVAILABLE' },
      { entity_type: 'BUSINESS', id: number.businessId, can_send_message: 'AVAILABLE' },
      { entity_type: 'APP', id: number.appId, can_send_message: findCallback(number) ? 'AVAILABLE' : 'LIMITED' },
    ],
  }
}
