/** What the diary adds to the lists of isolation.test.ts. */
export const AUDIT_DOORS = [
  'access_record_append', // for the tenant of the transaction only
  'audit_append', // for the tenant of the transaction, or the server's own diary
  'audit_link', // trigger: gives a line its place at the commit
  'door_access_records', // of the current tenant only
  'door_add_audit_key', // only when there is none, or instead of the newest
  'door_audit_checkpoint', // once for each place of a chain that exists
  'door_audit_copied',
  'door_audit_due', // chains that grew: places and hashes
  'door_audit_keys', // public keys, and private ones sealed
  'door_audit_uncopied', // places, hashes, signatures
  'door_purge_records', // what the law's six months are over for; takes no time from the caller
]

const server = { body: () => ({ format: 'csv' }), refused: 403 }
export const AUDIT_ROUTES = {
  'GET /api/audit': { cannot: 'holds what the caller did, foreign ids that were asked for too; see audit.routes.test.ts' },
  'POST /api/audit/export': { cannot: 'reads what the list reads' },
  'GET /api/audit/status': { list: true as const },
  'GET /api/audit/checkpoints': { list: true as const },
  'POST /api/audit/verify': { cannot: 'counts lines of the own chain; see audit.routes.test.ts' },
  'GET /api/server/audit': { body: () => undefined, refused: 403 },
  'POST /api/server/audit/export': server,
  'GET /api/server/audit/status': { body: () => undefined, refused: 403 },
  'GET /api/server/audit/checkpoints': { body: () => undefined, refused: 403 },
  'POST /api/server/audit/verify': { body: () => undefined, refused: 403 },
  'POST /api/access-records/export': { cannot: 'of the current tenant only; see access-records.test.ts' },
}
