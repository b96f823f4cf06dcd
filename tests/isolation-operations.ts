/** The part of operations in the classification of `isolation.test.ts`. */

export const OPERATION_DOORS = [
  'door_begin_run', // one row about the server itself
  'door_note_run', // by its own id
  'door_runs', // figures about the server itself; the routes that show them are for super admins
  'door_waiting_erasures', // ids of what was erased, on their way to the list beside the backups
  'door_erasures_kept', // by their own ids: only that they stand there now
]
