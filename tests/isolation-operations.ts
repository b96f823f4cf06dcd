/** The part of operations in the classification of `isolation.test.ts`. */

export const OPERATION_DOORS = [
  'door_migrations', // names of migrations
  'door_begin_run', // one row about the server itself
  'door_note_run', // by its own id
  'door_runs', // figures about the server itself; the routes that show them are for super admins
]
