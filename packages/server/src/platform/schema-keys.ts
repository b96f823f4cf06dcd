import type { Generated, GeneratedAlways } from 'kysely'
import type { Created } from './columns.ts'

/** Wrapped keys; `server_keys` is behind a door. */
export type KeyTables = {
  tenant_keys: { tenant_id: string; version: number; wrapped: Buffer; created_at: Created }
  data_keys: {
    id: string
    tenant_id: string
    purpose: string
    contact_id: string | null
    tenant_key_version: number
    wrapped: Buffer
    created_at: Created
  }
  /** What was destroyed for good, by id; written by triggers. */
  erasures: {
    id: GeneratedAlways<string>
    tenant_id: string
    kind: 'key' | 'contact'
    object_id: string
    erased_at: Generated<Date>
    kept_at: Generated<Date | null>
    batch: Generated<string | null>
  }
}
