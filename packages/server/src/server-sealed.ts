import type { SealedColumn } from './platform/vault/rotate-server.ts'

const column = (table: string, name: string, place = `${table}.${name}`, id = 'id', type: SealedColumn['type'] = 'uuid'): SealedColumn => ({
  table,
  id,
  type,
  column: name,
  place: (row) => `${place}:${row}`,
})

/**
 * Everything that the server's own key seals and that can be sealed anew (`atende keys rotate server`). Not here: lines of the diary
 * (`audit_logs.sealed`), whose hashes are made over what was sealed; mails that wait to leave and cookies of a login at a provider,
 * which end by themselves within hours. These go on opening with the version that sealed them.
 */
export const SERVER_SEALED: readonly SealedColumn[] = [
  column('channels', 'access_token_enc', 'channels.access_token'),
  column('channels', 'app_secret_enc', 'channels.app_secret'),
  column('channels', 'verify_token_enc', 'channels.verify_token'),
  column('sso_settings', 'client_secret_enc', 'sso_settings.client_secret', 'tenant_id'),
  column('totp_factors', 'secret_enc', 'totp_factors.secret', 'user_id'),
  column('totp_factors', 'pending_enc', 'totp_factors.secret', 'user_id'),
  column('audit_keys', 'private_sealed', 'audit_keys.private', 'id', 'text'),
  column('access_records', 'sealed'),
  column('webhook_events', 'body'),
  { table: 'address_bans', id: 'key', type: 'bytea', column: 'network_enc', place: (key) => `address_bans.network:${key.replace(/^\\x/, '')}` },
  { table: 'address_lists', id: 'only_one', type: 'boolean', column: 'lists_enc', place: () => 'address_lists.lists' },
]
