/** The part of limits in the classification of `isolation.test.ts`. */

/** The server's own tables, without a tenant: closed to the application, which comes in by named functions only. */
export const DOORS_ONLY = new Set([
  'server_keys',
  'server_key_versions', // wrapped by the master key
  'audit_keys', // the key that signs checkpoints, sealed
  'access_records', // who came from where, sealed
  'rate_limits', // hashed keys and counts
  'address_bans', // hashed and sealed networks
  'address_lists', // one sealed text
  'server_runs', // figures of backups, updates and the like
])

export const LIMIT_DOORS = [
  'door_active_bans', // sealed networks, and until when
  'door_address_lists', // one sealed text
  'door_clear_limits', // by hashed keys
  'door_give_back_limits', // by hashed keys
  'door_lift_bans', // by hashed keys; super admins only
  'door_purge_limits', // counts and bans that are over; answers nothing
  'door_raise_ban', // of a hashed network
  'door_save_address_lists', // super admins only
  'door_take_limits', // by hashed keys: counts, no contents
  'door_tenant_plan', // one word: how much a tenant may ask
]

export const LIMIT_ROUTES = {
  'GET /api/admin/rate-limit': { body: () => undefined, refused: 403 },
  'PUT /api/admin/rate-limit/lists': { body: () => ({ allow: [], block: [] }), refused: 403 },
  'POST /api/admin/rate-limit/clear': { body: () => ({ ip: '203.0.113.1' }), refused: 403 },
}
