import { keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Template } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'

/** `template_correct_category_detection`: Meta found that another category fits better. The other template fields stand in `build-template-values.ts`. */
export function buildCategoryDetection(template: Template, category: string): JsonObject {
  return {
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
    category: template.category,
    correct_category: category,
  }
}

const NUMBER_EVENTS = ['VERIFIED_ACCOUNT', 'PARTNER_REMOVED', 'ACCOUNT_OFFBOARDED', 'ACCOUNT_RECONNECTED', 'ACCOUNT_RESTRICTION']

/** `account_update`: the event, the number when it is bound to one, and the parts of this event unless others are given. */
export function buildAccountUpdate(number: BusinessNumber, input: { event: string; restriction?: string; days?: number; parts?: JsonObject }): JsonObject {
  const { event } = input
  return {
    ...(NUMBER_EVENTS.includes(event) ? { phone_number: keepDigits(number.displayPhoneNumber) } : {}),
    event,
    ...(input.parts ?? partsOfAccountUpdate(number, event, input.restriction, input.days)),
  }
}

function partsOfAccountUpdate(number: BusinessNumber, event: string, restriction = 'RESTRICTED_BIZ_INITIATED_MESSAGING', days = 7): JsonObject {
  const inDays = (days: number): number => Math.floor(Date.now() / 1000) + days * 86_400
  const waba = { waba_id: number.wabaId, owner_business_id: number.businessId }
  const parts: Record<string, JsonObject> = {
    ACCOUNT_VIOLATION: { violation_info: { violation_type: 'SCAM' } },
    // A hidden call button comes with advice, every other restriction with its end.
    ACCOUNT_RESTRICTION: {
      restriction_info: [
        restriction.endsWith('CALL_BUTTON_HIDDEN')
          ? { restriction_type: restriction, remediation: 'Answer more calls.' }
          : { restriction_type: restriction, expiration: inDays(days) },
      ],
    },
    DISABLED_UPDATE: { ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: formatDate(Date.now()) } },
    BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE: { country: 'BR' },
    PARTNER_ADDED: { waba_info: waba },
    PARTNER_APP_INSTALLED: { waba_info: { ...waba, partner_app_id: number.appId } },
    PARTNER_APP_UNINSTALLED: { waba_info: { ...waba, partner_app_id: number.appId } },
    PARTNER_REMOVED: { waba_info: waba, disconnection_info: { reason: 'PRIMARY_INACTIVITY', initiated_by: 'SYSTEM' } },
    VOLUME_BASED_PRICING_TIER_UPDATE: {
      volume_tier_info: {
        tier_update_time: inDays(0),
        pricing_category: 'UTILITY',
        tier: '250001:750000',
        effective_month: new Date().toISOString().slice(0, 7),
        region: 'Brazil',
      },
    },
  }
  return parts[event] ?? {}
}

/** `account_alerts`. */
export function buildAccountAlert(
  number: BusinessNumber,
  input: { type: string; severity?: string; status?: string; description?: string; entity?: 'BUSINESS' | 'PHONE_NUMBER' },
): JsonObject {
  const entity = input.entity ?? (input.type === 'PROFILE_PICTURE_LOST' || input.type.startsWith('OBA_') ? 'PHONE_NUMBER' : 'BUSINESS')
  return {
    entity_type: entity,
    entity_id: entity === 'BUSINESS' ? number.businessId : number.phoneNumberId,
    alert_info: {
      alert_severity: input.severity ?? 'WARNING',
      alert_status: input.status ?? 'ACTIVE',
      alert_type: input.type,
      alert_description: input.description ?? `Alert ${input.type} for this account.`,
    },
  }
}

/** `phone_number_name_update`. */
export function buildNameUpdate(number: BusinessNumber, input: { decision: string; name?: string; reason?: string }): JsonObject {
  return {
    display_phone_number: keepDigits(number.displayPhoneNumber),
    decision: input.decision,
    requested_verified_name: input.name ?? number.verifiedName,
    rejection_reason: input.decision === 'REJECTED' ? (input.reason ?? 'NAME_DOES_NOT_MATCH_BUSINESS') : null,
  }
}

/** `phone_number_quality_update`. `current_limit` and `old_limit` are on their way out; they are sent while Meta still sends them. */
export function buildQualityUpdate(number: BusinessNumber, input: { event: string; limit?: string; oldLimit?: string }): JsonObject {
  const limit = input.limit ?? 'TIER_2K'
  return {
    display_phone_number: keepDigits(number.displayPhoneNumber),
    event: input.event,
    current_limit: limit,
    ...(input.oldLimit ? { old_limit: input.oldLimit } : {}),
    max_daily_conversations_per_business: limit,
  }
}

/** `business_capability_update`. The number count is named per business at the first limit only, else per account. */
export function buildCapability(input: { limit: number; numbers?: number }): JsonObject {
  const numbers = input.numbers ?? (input.limit === 250 ? 2 : 20)
  return {
    max_daily_conversations_per_business: input.limit,
    ...(input.limit === 250 ? { max_phone_numbers_per_business: numbers } : { max_phone_numbers_per_waba: numbers }),
  }
}

/** `security`: the two-step PIN of a number. */
export function buildSecurity(number: BusinessNumber, input: { event: string; requester?: string }): JsonObject {
  return { display_phone_number: keepDigits(number.displayPhoneNumber), event: input.event, requester: input.requester ?? '300100200300999' }
}

/** `business_username_update`. */
export function buildUsernameUpdate(number: BusinessNumber, input: { username: string; status: string }): JsonObject {
  return { display_phone_number: keepDigits(number.displayPhoneNumber), username: input.username, status: input.status }
}

/** `flows`. */
export function buildFlowUpdate(input: { event: string; flowId: string; oldStatus?: string; newStatus?: string; parts?: JsonObject }): JsonObject {
  const { event, flowId } = input
  const alert: JsonObject = { threshold: 50, alert_state: 'ACTIVATED' }
  const status: JsonObject = { old_status: input.oldStatus ?? 'DRAFT', new_status: input.newStatus ?? 'PUBLISHED' }
  const parts = input.parts ?? (event === 'FLOW_STATUS_CHANGE' ? status : event === 'FLOW_VERSION_EXPIRY_WARNING' ? {} : alert)
  return { event, message: `Flow ${flowId}: ${event}`, flow_id: flowId, ...parts }
}

/** `November 20, 2026`, as Meta writes days in account fields. */
function formatDate(ms: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(ms)
}
