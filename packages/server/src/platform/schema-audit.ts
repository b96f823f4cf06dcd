import type { GeneratedAlways } from 'kysely'

/** The diary, as the application reads it; it writes through `audit_append` only. */
export type AuditTables = {
  audit_logs: {
    id: GeneratedAlways<string>
    tenant_id: GeneratedAlways<string | null>
    /** Null until its transaction commits. */
    seq: GeneratedAlways<string | null>
    version: GeneratedAlways<number>
    at: GeneratedAlways<Date>
    actor_user_id: GeneratedAlways<string | null>
    action: GeneratedAlways<string>
    object_type: GeneratedAlways<string | null>
    object_id: GeneratedAlways<string | null>
    outcome: GeneratedAlways<string>
    request_id: GeneratedAlways<string | null>
    sealed: GeneratedAlways<Buffer>
    prev_hash: GeneratedAlways<Buffer | null>
    hash: GeneratedAlways<Buffer | null>
    /** Of lines from before the chain (version 0). */
    old_ip: GeneratedAlways<string | null>
    old_details: GeneratedAlways<Record<string, unknown> | null>
    old_salt: GeneratedAlways<string | null>
  }
  audit_heads: {
    chain: GeneratedAlways<string>
    tenant_id: GeneratedAlways<string | null>
    seq: GeneratedAlways<string>
    hash: GeneratedAlways<Buffer>
    at: GeneratedAlways<Date>
    checkpoint_seq: GeneratedAlways<string>
  }
  audit_checkpoints: {
    id: GeneratedAlways<string>
    tenant_id: GeneratedAlways<string | null>
    seq: GeneratedAlways<string>
    hash: GeneratedAlways<Buffer>
    at: GeneratedAlways<Date>
    key_id: GeneratedAlways<string>
    signature: GeneratedAlways<Buffer>
    copied_at: GeneratedAlways<Date | null>
  }
  audit_views: { tenant_id: string; user_id: string; conversation_id: string; hour: GeneratedAlways<Date> }
}
