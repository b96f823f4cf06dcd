import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** The tables as the application sees them; the truth is in migrations/. */
type Defaulted<T> = ColumnType<T, T | undefined, T>
type Json<T> = ColumnType<T, string, string>
type Created = ColumnType<Date, Date | undefined, never>

export type DB = {
  tenants: {
    id: string
    name: string
    slug: string
    email: string
    status: Defaulted<string>
    plan: Defaulted<string>
    onboarded_at: Date | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  users: {
    id: string
    email: string
    name: string
    password_hash: string
    locale: Defaulted<string>
    super_admin_since: Date | null
    last_seen_at: Date | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  memberships: { tenant_id: string; user_id: string; role: string; deactivated_at: Date | null; created_at: Created }
  invitations: {
    id: string
    tenant_id: string
    email: string
    role: string
    token_hash: Buffer
    invited_by: string | null
    expires_at: Date
    accepted_at: Date | null
    revoked_at: Date | null
    created_at: Created
  }
  sessions: {
    id: string
    tenant_id: string | null
    user_id: string
    generation: Defaulted<number>
    refresh_hash: Buffer
    ip: string | null
    user_agent: string | null
    created_at: Created
    last_used_at: Defaulted<Date>
    expires_at: Date
    ended_at: Date | null
    end_reason: string | null
  }
  audit_logs: {
    id: string
    tenant_id: string
    actor_user_id: string | null
    action: string
    object_type: string | null
    object_id: string | null
    outcome: Defaulted<string>
    ip: string | null
    request_id: string | null
    details: Json<Record<string, unknown>>
    at: Created
  }
  usage_tracking: { tenant_id: string; month: string; metric: string; count: string }
  outgoing_events: {
    id: string
    tenant_id: string
    kind: string
    payload: Json<Record<string, unknown>>
    xid: GeneratedAlways<string>
    created_at: Created
  }
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
    access_token_enc: Buffer
    app_secret_enc: Buffer | null
    verify_token_enc: Buffer
    verify_token_hash: Buffer
    handshake_at: Date | null
    last_webhook_at: Date | null
    last_error: string | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  contacts: {
    id: string
    tenant_id: string
    name: string
    profile_name: string | null
    phone: string | null
    email: string | null
    notes: string | null
    sort_name: GeneratedAlways<string>
    created_at: Created
    updated_at: Defaulted<Date>
  }
  contact_identities: { tenant_id: string; kind: string; value: string; contact_id: string; address: string; created_at: Created }
  conversations: {
    id: string
    tenant_id: string
    channel_id: string
    contact_id: string
    status: Defaulted<string>
    assignee_id: string | null
    unread_count: Defaulted<number>
    last_message_id: string | null
    last_message_at: Date | null
    last_activity_at: Date
    last_inbound_at: Date | null
    waiting_since: Date | null
    resolved_at: Date | null
    resolved_by: string | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  media: {
    id: string
    tenant_id: string
    kind: string
    mime: string
    size: string | null
    sha256: Buffer | null
    filename: string | null
    voice: Defaulted<boolean>
    animated: Defaulted<boolean>
    width: number | null
    height: number | null
    status: Defaulted<string>
    storage_key: string | null
    provider_media_id: string | null
    error: string | null
    uploaded_by: string | null
    created_at: Created
  }
  messages: {
    id: string
    tenant_id: string
    conversation_id: string
    channel_id: string
    direction: string
    type: string
    body: string | null
    content: Json<Record<string, unknown>>
    status: string
    at: Date
    provider_id: string | null
    client_id: string | null
    sender_user_id: string | null
    media_id: string | null
    quoted_provider_id: string | null
    quoted_id: string | null
    reactions: ColumnType<Record<string, { emoji: string; at: string; userId: string | null }> | null, string | null, string | null>
    error: ColumnType<Record<string, unknown> | null, string | null, string | null>
    created_at: Created
  }
  message_statuses: {
    id: string
    tenant_id: string
    channel_id: string
    message_id: string | null
    provider_id: string
    status: string
    at: Date
    details: Json<Record<string, unknown>>
    created_at: Created
  }
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
  tags: { id: string; tenant_id: string; name: string; color: Defaulted<string>; created_at: Created }
  conversation_tags: { tenant_id: string; conversation_id: string; tag_id: string; added_by: string | null; added_at: Generated<Date> }
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
