import { createMessageId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Template } from '../emulator-types.ts'
import { type JsonObject, readObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import {
  buildAccountAlert,
  buildAccountUpdate,
  buildCapability,
  buildCategoryDetection,
  buildFlowUpdate,
  buildNameUpdate,
  buildQualityUpdate,
  buildSecurity,
  buildUsernameUpdate,
} from '../webhooks/build-account-webhooks.ts'
import {
  buildCategoryCompleted,
  buildCategoryImpending,
  buildTemplateComponents,
  buildTemplateQuality,
  buildTemplateStatus,
  type TemplateEvent,
} from '../webhooks/build-template-values.ts'
import { toSeconds } from '../webhooks/build-webhook-values.ts'
import { headOf } from './build-app-values.ts'

type Builder = (number: BusinessNumber, input: JsonObject, world: Engine['world']) => JsonObject

const text = (input: JsonObject, key: string, otherwise: string): string => readText(input, key) ?? otherwise
const optional = (input: JsonObject, key: string): Record<string, string> => {
  const value = readText(input, key)
  return value ? { [key]: value } : {}
}
const partsOf = (input: JsonObject): { parts?: JsonObject } => {
  const parts = readObject(input, 'parts')
  return parts ? { parts } : {}
}

/** The account's template with the id in `input.templateId`, any of its templates, or one made up. */
function templateOf(number: BusinessNumber, input: JsonObject, world: Engine['world']): Template {
  const own = [...world.templates.values()].filter((template) => template.wabaId === number.wabaId)
  const found = own.find((template) => template.id === input.templateId) ?? own[0]
  return (
    found ?? {
      id: '594425479261596',
      wabaId: number.wabaId,
      name: 'confirmacao_reserva',
      language: 'pt_BR',
      category: 'UTILITY',
      previousCategory: null,
      correctCategory: null,
      parameterFormat: 'POSITIONAL',
      components: [{ type: 'BODY', text: 'Sua reserva de {{1}} está confirmada.' }],
      status: 'APPROVED',
      rejectedReason: 'NONE',
      quality: 'GREEN',
      ttlSeconds: null,
      linkTrackingOptedOut: false,
      createdAt: world.now(),
      changedAt: world.now(),
      edits: [],
      pauses: 0,
      pausedUntil: null,
    }
  )
}

const groupValue = (number: BusinessNumber, input: JsonObject, world: Engine['world'], type: string, rest: JsonObject): JsonObject => ({
  ...headOf(number),
  groups: [
    { timestamp: toSeconds(world.now()), group_id: text(input, 'groupId', 'Y2FwaV9ncm91cDox'), type: text(input, 'type', type), request_id: 'req-1', ...rest },
  ],
})

/** A builder for every field that is about an account, and for those an app may subscribe to beside messages (Cloud API, webhook fields). */
export const FIELD_BUILDERS: Record<string, Builder> = {
  message_template_status_update: (number, input, world) => {
    const event = text(input, 'event', 'APPROVED')
    // Any event may be asked for, also one that Meta invents later.
    return buildTemplateStatus(templateOf(number, input, world), event as TemplateEvent, { reason: readText(input, 'reason') ?? 'NONE' })
  },
  message_template_quality_update: (number, input, world) =>
    buildTemplateQuality({ ...templateOf(number, input, world), quality: text(input, 'quality', 'YELLOW') as Template['quality'] }, 'GREEN'),
  message_template_components_update: (number, input, world) => buildTemplateComponents(templateOf(number, input, world)),
  template_category_update: (number, input, world) => {
    const template = templateOf(number, input, world)
    const category = text(input, 'category', 'MARKETING') as Template['category']
    if (input.impending === true) return buildCategoryImpending(template, category, Math.floor(world.now() / 1000) + 86_400)
    return buildCategoryCompleted({ ...template, category }, template.category)
  },
  template_correct_category_detection: (number, input, world) => buildCategoryDetection(templateOf(number, input, world), text(input, 'category', 'MARKETING')),
  account_update: (number, input) =>
    buildAccountUpdate(number, { event: text(input, 'event', 'VERIFIED_ACCOUNT'), ...optional(input, 'restriction'), ...partsOf(input) }),
  account_review_update: (_number, input) => ({ decision: text(input, 'decision', 'APPROVED') }),
  account_alerts: (number, input) =>
    buildAccountAlert(number, {
      type: text(input, 'type', 'OBA_APPROVED'),
      ...optional(input, 'severity'),
      ...optional(input, 'status'),
      ...optional(input, 'description'),
    }),
  account_settings_update: (number, input) => ({
    ...headOf(number),
    timestamp: Math.floor(Date.now() / 1000),
    type: 'phone_number_settings',
    phone_number_settings: { phone_number_id: number.phoneNumberId, calling: readObject(input, 'calling') ?? { status: 'ENABLED' } },
  }),
  phone_number_name_update: (number, input) =>
    buildNameUpdate(number, { decision: text(input, 'decision', 'APPROVED'), ...optional(input, 'name'), ...optional(input, 'reason') }),
  phone_number_quality_update: (number, input) =>
    buildQualityUpdate(number, { event: text(input, 'event', 'ONBOARDING'), ...optional(input, 'limit'), ...optional(input, 'oldLimit') }),
  business_capability_update: (_number, input) => buildCapability({ limit: typeof input.limit === 'number' ? input.limit : 2000 }),
  business_status_update: (number, input) => ({ event: text(input, 'event', 'BUSINESS_VERIFIED'), business_id: number.businessId }),
  business_username_update: (number, input) =>
    buildUsernameUpdate(number, { username: text(input, 'username', 'recantodomar'), status: text(input, 'status', 'approved') }),
  security: (number, input) => buildSecurity(number, { event: text(input, 'event', 'PIN_CHANGED'), ...optional(input, 'requester') }),
  flows: (_number, input) => buildFlowUpdate({ event: text(input, 'event', 'FLOW_STATUS_CHANGE'), flowId: text(input, 'flowId', '1021'), ...partsOf(input) }),
  group_lifecycle_update: (number, input, world) =>
    groupValue(number, input, world, 'group_create', {
      subject: 'Hóspedes',
      invite_link: 'https://chat.whatsapp.com/EMULADOR',
      join_approval_mode: 'auto_approve',
    }),
  group_participants_update: (number, input, world) =>
    groupValue(number, input, world, 'group_participants_add', { added_participants: [{ wa_id: '5511987654321' }], initiated_by: 'participant' }),
  group_settings_update: (number, input, world) => groupValue(number, input, world, 'group_settings_update', { subject: 'Hóspedes de julho' }),
  group_status_update: (number, input, world) => groupValue(number, input, world, 'group_suspend', {}),
  message_echoes: (number, input, world) => ({
    ...headOf(number),
    message_echoes: [
      {
        from: keepDigits(number.displayPhoneNumber),
        to: text(input, 'to', '5511987654321'),
        id: createMessageId('5511987654321', 'outbound'),
        timestamp: toSeconds(world.now()),
        type: 'text',
        text: { body: text(input, 'body', 'Enviada por outro sistema deste número.') },
      },
    ],
  }),
  automatic_events: (number, input, world) => buildEvent(number, input, world, 'LeadSubmitted'),
  tracking_events: (number, input, world) => buildEvent(number, input, world, 'Purchase'),
  partner_solutions: (_number, input) => ({
    event: text(input, 'event', 'SOLUTION_CREATED'),
    solution_id: '774485461512159',
    solution_status: text(input, 'status', 'INITIATED'),
  }),
  payment_configuration_update: (_number, input) => ({
    configuration_name: text(input, 'name', 'pix-principal'),
    provider_name: 'pix',
    status: text(input, 'status', 'Active'),
    created_timestamp: Math.floor(Date.now() / 1000),
  }),
}

function buildEvent(number: BusinessNumber, input: JsonObject, world: Engine['world'], name: string): JsonObject {
  const custom = { currency: 'BRL', value: 320 }
  return {
    ...headOf(number),
    automatic_events: [
      {
        id: createMessageId('5511987654321', 'inbound'),
        event_name: text(input, 'event', name),
        timestamp: Math.floor(world.now() / 1000),
        ctwa_clid: 'ARAemulador',
        custom_data: custom,
      },
    ],
  }
}
