import type { ColumnType, Generated } from 'kysely'
import type { Created, Defaulted, Json } from './columns.ts'

/** People, conversations and what was said. */
export type InboxTables = {
  contacts: {
    id: string
    tenant_id: string
    kind: Defaulted<string>
    /** What is said of the person; null or without its key: erased. */
    sealed: Buffer | null
    /** Keyed hashes of what the person is found by. */
    words: ColumnType<string[] | null, string | null, string | null>
    merged_into: string | null
    marketing_opt_out_at: Date | null
    marketing_opt_out_changed_at: Date | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  contact_identities: {
    tenant_id: string
    kind: string
    /** Keyed hash of the value. */
    hash: Buffer
    contact_id: string
    /** Value and the address to send to. */
    sealed: Buffer
    scope: Defaulted<string>
    since: Date | null
    used_at: Date | null
    created_at: Created
  }
  former_identities: {
    tenant_id: string
    contact_id: string
    kind: string
    hash: Buffer
    sealed: Buffer
    scope: Defaulted<string>
    since: Date | null
    until: Date
    reason: string
  }
  contact_merges: {
    id: string
    tenant_id: string
    kept_id: string
    other_id: string
    reason: string
    by_user_id: string | null
    /** The other's name, the fields before and after, and what moved. */
    sealed: Buffer | null
    at: Generated<Date>
    undone_at: Date | null
    undone_by: string | null
  }
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
    free_entry_until: Date | null
    ad_referral_at: Date | null
    control: Defaulted<string>
    control_at: Date | null
    /** The conversation that it became part of. */
    merged_into: string | null
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
    voice: Defaulted<boolean>
    animated: Defaulted<boolean>
    width: number | null
    height: number | null
    status: Defaulted<string>
    storage_key: string | null
    provider_media_id: string | null
    error: string | null
    uploaded_by: string | null
    /** As the provider said; `mime` is by content. */
    declared_mime: string | null
    executable: Defaulted<boolean>
    reason: string | null
    attempts: Defaulted<number>
    retry_at: Date | null
    /** The one job that may go on with the tries; a job with another id is outdated. */
    try_id: string | null
    thumbnail_key: string | null
    duration_ms: number | null
    pages: number | null
    /** What is shown instead of the original: JPEG of a HEIC. */
    shown_key: string | null
    shown_mime: string | null
    shown_size: string | null
    derived_at: Date | null
    derive_error: string | null
    /** Seals the bytes and what is known of the file. */
    key_id: string | null
    sealed: Buffer | null
    files_plain: Defaulted<boolean>
    shared: Defaulted<boolean>
    created_at: Created
  }
  messages: {
    id: string
    tenant_id: string
    conversation_id: string
    channel_id: string
    direction: string
    type: string
    /** Text, content and earlier texts. */
    sealed: Buffer | null
    raw_sealed: Buffer | null
    words: ColumnType<string[] | null, string | null, string | null>
    placeholder: Defaulted<boolean>
    asks_contact: Defaulted<boolean>
    status: string
    at: Date
    /** Keyed hash of the provider's id, and the id itself. */
    provider_id: string | null
    provider_id_sealed: Buffer | null
    client_id: string | null
    sender_user_id: string | null
    media_id: string | null
    quoted_provider_id: string | null
    quoted_id: string | null
    reactions: ColumnType<Record<string, { id: string; at: string; userId: string | null }> | null, string | null, string | null>
    error: ColumnType<Record<string, unknown> | null, string | null, string | null>
    author_contact_id: string | null
    sent_from: string | null
    edited_at: Date | null
    revoked_at: Date | null
    pricing: ColumnType<{ category: string; type: string } | null, string | null, string | null>
    origin_conversation_id: string | null
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
    participant: Defaulted<string>
    details: Json<Record<string, unknown>>
    created_at: Created
  }
  message_changes: {
    tenant_id: string
    channel_id: string
    provider_id: string
    kind: string
    target_provider_id: string | null
    at: Date
    sealed: Buffer | null
    created_at: Created
  }
  tags: { id: string; tenant_id: string; name: string; color: Defaulted<string>; created_at: Created }
  conversation_tags: { tenant_id: string; conversation_id: string; tag_id: string; added_by: string | null; added_at: Generated<Date> }
}
