/** The part of operations in the classification of `isolation.test.ts`. */

export const OPERATION_DOORS = [
  'door_migrations', // names of migrations
  'door_begin_run', // one row about the server itself
  'door_note_run', // by its own id
  'door_metrics', // numbers and ages of the whole server
  'door_metrics_tenants', // ids with how many messages; only who may read /metrics sees them
  'door_metrics_storage', // ids with how many bytes; as above
  'door_runs', // figures about the server itself; the routes that show them are for super admins
]

export const OPERATION_ROUTES = {
  'GET /metrics': { cannot: 'this machine, named networks and whoever has the token; figures, and ids of companies' },
} as const
