import type { ColumnType, Generated } from 'kysely'
import type { Created, Defaulted, Json } from './columns.ts'

/** Numbers, what WhatsApp says of them, and the way out. */
export type WhatsappTables = {
  channels: {
    id: string
    tenant_id: string
    kind: string
    name: string
    status: Defaulted<string>
    phone_number_id: string
    waba_id: string
    display_phone_number: string | null
    verified_name: string | null
    graph_url: string
    graph_version: string
    emulator_since: Date | null
    /** Null once released, like the verify token. */
    access_token_enc: Buffer | null
    app_secret_enc: Buffer | null
    verify_token_enc: Buffer | null
    verify_token_hash: Buffer | null
    handshake_at: Date | null
    last_webhook_at: Date | null
    last_error: string | null
    quality_rating: string | null
    throughput: number | null
    coexistence_since: Date | null
    released_at: Date | null
    number_status: string | null
    messaging_limit: number | null
    max_numbers: number | null
    name_status: string | null
    requested_name: string | null
    username: string | null
    review_status: string | null
    can_send: string | null
    health_problems: ColumnType<{ entity: string; title: string; action: string }[], string | undefined, string>
    registered: boolean | null
    pin_enabled: boolean | null
    onboarded_at: Date | null
    sync_contacts_at: Date | null
    sync_history_at: Date | null
    sync_progress: number | null
    sync_error: string | null
    proven_at: Date | null
    webhook_subscribed: boolean | null
    webhook_ours: boolean | null
    webhook_url: string | null
    app_id: string | null
    token_valid: boolean | null
    token_expires_at: Date | null
    token_missing_scopes: Defaulted<string[]>
    checked_at: Date | null
    next_check_at: Defaulted<Date>
    facts_at: ColumnType<Record<string, string>, string | undefined, string>
    created_at: Created
    updated_at: Defaulted<Date>
  }
  channel_restrictions: { tenant_id: string; channel_id: string; kind: string; remediation: string | null; until: Date | null; at: Date }
  account_events: {
    id: string
    tenant_id: string
    channel_id: string | null
    waba_id: string | null
    field: string
    event: string | null
    title: string
    understood: boolean
    sealed: Buffer
    hash: string
    at: Date
    created_at: Created
  }
  notices: {
    id: string
    tenant_id: string
    code: string
    severity: string
    channel_id: string | null
    key: string
    details: Json<Record<string, string>>
    created_at: Created
    refreshed_at: Defaulted<Date>
    resolved_at: Date | null
    resolved_by: string | null
  }
  priced_messages: {
    tenant_id: string
    channel_id: string
    provider_id: string
    category: string
    type: string
    subtype: string | null
    model: string | null
    country: string | null
    priced_at: Date
    delivered_at: Date | null
  }
  message_prices: {
    id: string
    tenant_id: string | null
    category: string
    country: string
    currency: string
    amount: string
    valid_from: string
    created_at: Created
  }
  free_quotas: { id: string; tenant_id: string | null; category: string; per_number_and_month: number; valid_from: string; created_at: Created }
  send_lanes: {
    conversation_id: string
    tenant_id: string
    channel_id: string
    due_at: Date | null
    holder: string | null
    held_until: Date | null
    pair_at: Defaulted<Date>
    pair_strikes: Defaulted<number>
    tries: Defaulted<number>
  }
  send_pace: {
    channel_id: string
    tenant_id: string
    ready_at: Defaulted<Date>
    slowed: Defaulted<number>
    slowed_at: Date | null
    hold_until: Date | null
    hold_code: number | null
    hold_error: ColumnType<Record<string, unknown> | null, string | null, string | null>
    holds: Defaulted<number>
  }
  media_uploads: { tenant_id: string; media_id: string; channel_id: string; provider_media_id: string; at: Defaulted<Date> }
  send_attempts: {
    id: string
    tenant_id: string
    message_id: string
    provider_id: string | null
    outcome: string | null
    error: ColumnType<Record<string, unknown> | null, string | null, string | null>
    started_at: Generated<Date>
    finished_at: Date | null
  }
  templates: {
    id: string
    tenant_id: string
    waba_id: string
    provider_id: string | null
    name: string
    language: string
    category: string
    parameter_format: Defaulted<string>
    parts: Json<Record<string, unknown>>
    components: ColumnType<unknown[], string | undefined, string>
    status: string
    reason: string | null
    reason_details: string | null
    quality: Defaulted<string>
    next_category: string | null
    category_change_at: Date | null
    status_at: Date | null
    quality_at: Date | null
    category_at: Date | null
    edited_at: Defaulted<Date[]>
    synced_at: Date | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  webhook_events: {
    id: string
    tenant_id: string | null
    channel_id: string | null
    body: Buffer
    received_at: Created
    processed_at: Date | null
    attempts: Defaulted<number>
    retry_at: Date | null
    error: string | null
    understood: boolean | null
  }
}
