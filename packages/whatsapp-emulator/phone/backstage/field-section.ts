import { call } from '../api-client.ts'
import { h, showNotice } from '../dom.ts'
import type { Backstage } from './backstage.ts'
import { button, hint, line } from './controls.ts'

const RESTRICTIONS = [
  'RESTRICTED_BIZ_INITIATED_MESSAGING',
  'RESTRICTED_CUSTOMER_INITIATED_MESSAGING',
  'RESTRICTED_ADD_PHONE_NUMBER_ACTION',
  'RESTRICTED_BUSINESS_INITIATED_CALLING',
]

/** Fields with the values worth choosing: the key that is set, and its choices. */
const FIELDS: Record<string, { key: string; values: string[] }> = {
  account_update: {
    key: 'event',
    values: [
      'VERIFIED_ACCOUNT',
      'ACCOUNT_VIOLATION',
      'ACCOUNT_RESTRICTION',
      'DISABLED_UPDATE',
      'ACCOUNT_DELETED',
      'ACCOUNT_OFFBOARDED',
      'ACCOUNT_RECONNECTED',
      'PARTNER_ADDED',
      'PARTNER_REMOVED',
      'PARTNER_APP_INSTALLED',
      'PARTNER_APP_UNINSTALLED',
      'AD_ACCOUNT_LINKED',
      'MM_LITE_TERMS_SIGNED',
      'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
      'VOLUME_BASED_PRICING_TIER_UPDATE',
      'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
    ],
  },
  account_alerts: {
    key: 'type',
    values: [
      'INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED',
      'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED',
      'INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO',
      'OBA_APPROVED',
      'OBA_REJECTED',
      'PROFILE_PICTURE_LOST',
    ],
  },
  account_review_update: { key: 'decision', values: ['APPROVED', 'REJECTED', 'PENDING', 'DEFERRED'] },
  account_settings_update: { key: 'event', values: [''] },
  phone_number_name_update: { key: 'decision', values: ['APPROVED', 'REJECTED', 'PENDING', 'DEFERRED'] },
  phone_number_quality_update: { key: 'event', values: ['ONBOARDING', 'THROUGHPUT_UPGRADE', 'FLAGGED', 'UNFLAGGED', 'UPGRADE', 'DOWNGRADE'] },
  business_capability_update: { key: 'event', values: [''] },
  business_status_update: { key: 'event', values: ['BUSINESS_VERIFIED'] },
  business_username_update: { key: 'status', values: ['approved', 'reserved', 'deleted'] },
  security: { key: 'event', values: ['PIN_CHANGED', 'PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS'] },
  message_template_status_update: {
    key: 'event',
    values: [
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
    ],
  },
  message_template_quality_update: { key: 'quality', values: ['GREEN', 'YELLOW', 'RED', 'UNKNOWN'] },
  message_template_components_update: { key: 'event', values: [''] },
  template_category_update: { key: 'category', values: ['MARKETING', 'UTILITY', 'AUTHENTICATION'] },
  template_correct_category_detection: { key: 'category', values: ['MARKETING', 'UTILITY'] },
  flows: {
    key: 'event',
    values: ['FLOW_STATUS_CHANGE', 'CLIENT_ERROR_RATE', 'ENDPOINT_ERROR_RATE', 'ENDPOINT_LATENCY', 'ENDPOINT_AVAILABILITY', 'FLOW_VERSION_EXPIRY_WARNING'],
  },
  group_lifecycle_update: { key: 'type', values: ['group_create', 'group_delete'] },
  group_participants_update: {
    key: 'type',
    values: ['group_participants_add', 'group_participants_remove', 'group_join_request_created', 'group_join_request_revoked'],
  },
  group_settings_update: { key: 'type', values: ['group_settings_update'] },
  group_status_update: { key: 'type', values: ['group_suspend', 'group_suspend_cleared'] },
  message_echoes: { key: 'event', values: [''] },
  automatic_events: { key: 'event', values: ['LeadSubmitted', 'Purchase'] },
  tracking_events: { key: 'event', values: ['Purchase'] },
  partner_solutions: { key: 'event', values: ['SOLUTION_CREATED', 'SOLUTION_UPDATED'] },
  payment_configuration_update: { key: 'status', values: ['Active', 'Inactive'] },
  campo_desconhecido: { key: 'value', values: [''] },
}

/** Any webhook field with its usual values; the answer shows what was sent. */
export function buildFieldSection({ number }: Backstage): Node[] {
  const field = h('select', { 'aria-label': 'Campo' }, ...Object.keys(FIELDS).map((name) => h('option', { value: name }, name)))
  const value = h('select', { 'aria-label': 'Valor' })
  const restriction = h('select', { 'aria-label': 'Restrição' }, ...RESTRICTIONS.map((name) => h('option', { value: name }, name)))
  const shown = h('pre', { hidden: true })
  const refresh = (): void => {
    const { values } = FIELDS[field.value] ?? { values: [''] }
    value.replaceChildren(...values.map((entry) => h('option', { value: entry }, entry || '—')))
    value.hidden = values.length === 1 && values[0] === ''
    restriction.hidden = value.value !== 'ACCOUNT_RESTRICTION'
  }
  field.addEventListener('change', refresh)
  value.addEventListener('change', () => {
    restriction.hidden = value.value !== 'ACCOUNT_RESTRICTION'
  })
  refresh()
  const send = (): void => {
    const { key } = FIELDS[field.value] ?? { key: 'event' }
    const input =
      field.value === 'campo_desconhecido'
        ? { value: { novidade: true, valor: 42 } }
        : { ...(value.value ? { [key]: value.value } : {}), restriction: restriction.value }
    call<{ value: unknown }>('POST', `fields/${field.value}`, { phoneNumberId: number.phoneNumberId, ...input })
      .then((answer) => {
        shown.hidden = false
        shown.textContent = JSON.stringify(answer.value, null, 2)
      })
      .catch((error: unknown) => showNotice(`Não deu certo: ${String(error)}`))
  }
  return [
    line(field),
    line(value, restriction),
    line(button('Enviar aviso', send, 'main')),
    shown,
    hint('Avisos de modelos usam um modelo da conta, ou um inventado.'),
  ]
}
