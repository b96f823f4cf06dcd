-- Everything the Cloud API can tell about a message.
alter table contacts add column kind text not null default 'person' check (kind in ('person', 'group'));
alter table contact_identities drop constraint contact_identities_kind_check;
alter table contact_identities add constraint contact_identities_kind_check check (kind in ('phone', 'bsuid', 'username', 'email', 'group'));

alter table conversations
  add column free_entry_until timestamptz,
  -- An ad brought the person at this time; the free entry point begins with our answer within 24 h (Cloud API, pricing).
  add column ad_referral_at timestamptz,
  add column control text not null default 'ours' check (control in ('ours', 'passive')),
  -- By the provider's clock: an older word about who answers changes nothing.
  add column control_at timestamptz;

alter table messages
  -- As it came from the provider, for admins.
  add column raw jsonb,
  -- Who wrote, in a group.
  add column author_contact_id uuid references contacts on delete set null,
  add column sent_from text check (sent_from in ('app', 'other')),
  add column edited_at timestamptz,
  add column earlier_texts jsonb,
  add column revoked_at timestamptz,
  add column pricing jsonb,
  -- The conversation it was written in, before two contacts were found to be one.
  add column origin_conversation_id uuid;

-- Receipts of a group come one per participant.
alter table message_statuses add column participant text not null default '';
drop index message_statuses_once;
create unique index message_statuses_once on message_statuses (channel_id, provider_id, status, participant);

-- What changes something that was said: an edit, a deletion, a change of number. Each counts once, and waits here when it came before
-- the message that it speaks of.
create table message_changes (
  tenant_id uuid not null references tenants,
  channel_id uuid not null,
  provider_id text not null,
  kind text not null check (kind in ('edit', 'revoke', 'identity')),
  target_provider_id text,
  at timestamptz not null,
  body text,
  content jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (channel_id, provider_id)
);
create index message_changes_target on message_changes (channel_id, target_provider_id) where target_provider_id is not null;
create index message_changes_tenant on message_changes (tenant_id);
select make_tenant_table('message_changes');
