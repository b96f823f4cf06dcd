/** The part of operations in the classification of `isolation.test.ts`. */

export const OPERATION_DOORS = [
  'door_migrations', // names of migrations
  'door_begin_run', // one row about the server itself
  'door_note_run', // by its own id
  'door_metrics', // numbers and ages of the whole server
  'door_metrics_tenants', // ids with how many messages; only who may read /metrics sees them
  'door_metrics_storage', // ids with how many bytes; as above
  'door_runs', // figures about the server itself; the routes that show them are for super admins
  'door_alert_channels', // by which ways the operator is told, and whether they work
  'door_alerts', // what is wrong with the server: codes and figures
  'door_beat_process', // by its own id: role, host, version, memory
  'door_disks', // how full disks are
  'door_end_process', // by its own id
  'door_note_alert_channel', // a code
  'door_note_disk', // two figures
  'door_numbers', // three counts
  'door_processes', // roles, hosts, versions, memory
  'door_save_alerts', // codes and figures
  'door_server_figures', // two counts and two times
  'door_tenant_of_slug', // an id; the slug stands in the operator's settings
  'door_waiting_erasures', // ids of what was erased, on their way to the list beside the backups
  'door_erasures_kept', // by their own ids: only that they stand there now
  'door_batch_erasures', // names of lists of them
  'door_erasure_batch', // one such list: ids of what was erased
]

/** Closed tables about the server itself. */
export const OPERATION_TABLES = ['server_processes', 'server_disks', 'server_alerts', 'server_alert_channels']

const SOME_ID = '01900000-0000-7000-8000-000000000000'
export const OPERATION_ROUTES = {
  'GET /metrics': { cannot: 'this machine, named networks and whoever has the token; figures, and ids of companies' },
  'GET /api/admin/status': { body: () => undefined, refused: 403 },
  'POST /api/admin/jobs/replay': { body: () => ({ ids: [SOME_ID] }), refused: 403 },
  'POST /api/admin/alerts/test': { body: () => ({}), refused: 403 },
}
