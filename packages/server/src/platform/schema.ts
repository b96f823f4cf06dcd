import type { GeneratedAlways } from 'kysely'
import type { Created, Defaulted, Json } from './columns.ts'
import type { AccountTables } from './schema-accounts.ts'
import type { AuditTables } from './schema-audit.ts'
import type { FactorTables } from './schema-factors.ts'
import type { InboxTables } from './schema-inbox.ts'
import type { KeyTables } from './schema-keys.ts'
import type { WhatsappTables } from './schema-whatsapp.ts'

/** Companies and their people. */
type TenantTables = {
  tenants: {
    id: string
    name: string
    slug: string
    email: string
    status: Defaulted<string>
    plan: Defaulted<string>
    attendants_see: Defaulted<string>
    onboarded_at: Date | null
    second_factor: Defaulted<string>
    created_at: Created
    updated_at: Defaulted<Date>
  }
  users: {
    id: string
    email: string
    name: string
    password_hash: string
    locale: Defaulted<string>
    email_confirmed_at: Date | null
    super_admin_since: Date | null
    last_seen_at: Date | null
    created_at: Created
    updated_at: Defaulted<Date>
  }
  memberships: { tenant_id: string; user_id: string; role: string; role_id: string | null; deactivated_at: Date | null; created_at: Created }
  custom_roles: { id: string; tenant_id: string; name: string; permissions: string[]; created_at: Created; updated_at: Defaulted<Date> }
  api_keys: {
    id: string
    tenant_id: string
    name: string
    secret_hash: Buffer
    scopes: string[]
    created_by: string
    created_at: Created
    expires_at: Date | null
    last_used_at: Date | null
    last_used_from: string | null
    revoked_at: Date | null
    revoked_by: string | null
  }
  invitations: {
    id: string
    tenant_id: string
    email: string
    role: string
    role_id: string | null
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
    proven_at: Defaulted<Date | null>
    opened_by: Defaulted<string>
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
}

/** The tables as the application sees them; the truth is in migrations/. */
export type DB = TenantTables & AccountTables & AuditTables & FactorTables & InboxTables & WhatsappTables & KeyTables
