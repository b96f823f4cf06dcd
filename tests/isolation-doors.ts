/** The ways across tenants that are not of one room, for `isolation.test.ts`. */
export const DOORS = [
  'door_api_key', // one key by its id, with the hash of its secret
  'door_contact_untouched', // inside the tenant: has a contact no conversation at all?
  'door_due_channels', // whose daily check is due: ids only, taken once
  'door_find_login',
  'door_is_super_admin',
  'door_is_used', // whether there is anybody yet
  'door_keep_sends', // a sender says that it lives: its own lanes, by its own id
  'door_list_tenants',
  'door_memberships',
  'door_mend_sends', // frees what dead senders held; answers nothing
  'door_next_send', // milliseconds until anything may leave
  'door_old_secrets', // companies' ids only, for the upkeep
  'door_plain_files', // files of before there were keys: ids only, for the upkeep
  'door_purge',
  'door_rights', // what one person may do in one company
  'door_search_contacts',
  'door_search_conversations',
  'door_search_messages',
  'door_send_backlog', // a count and a time, for /health
  'door_server_key', // the server's own key, wrapped by the master key
  'door_server_key_versions', // later ones, wrapped as well
  'door_session',
  'door_shown_media', // inside the tenant: files that stand in messages which are being shown
  'door_slug_taken',
  'door_store_webhooks',
  'door_tail_events',
  'door_take_sends', // whose turn it is to send: tenant and conversation ids, taken once
  'door_take_webhook',
  'door_take_webhooks',
  'door_update_tenant',
  'door_webhook_backlog',
  'door_webhook_channels',
  'door_webhook_handshake',
  'door_webhook_secrets',
]
