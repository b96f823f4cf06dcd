-- Numbers and accounts: what WhatsApp tells of them, how a channel is, and what an admin must know.
alter table channels
  add column quality_rating text,
  -- Messages per second; null counts as 80 (Cloud API, throughput).
  add column throughput int,
  add column coexistence_since timestamptz,
  -- Given up: the number may be another company's now. History stays, secrets are gone.
  add column released_at timestamptz,
  add column number_status text,
  -- People per day outside a window; -1 unlimited.
  add column messaging_limit int,
  add column max_numbers int,
  add column name_status text,
  add column requested_name text,
  add column username text,
  add column review_status text,
  add column can_send text check (can_send in ('AVAILABLE', 'LIMITED', 'BLOCKED')),
  add column health_problems jsonb not null default '[]',
  add column registered boolean,
  add column pin_enabled boolean,
  add column onboarded_at timestamptz,
  add column sync_contacts_at timestamptz,
  add column sync_history_at timestamptz,
  add column sync_progress int,
  add column sync_error text,
  -- When its token was first shown to reach both the number and the account. A channel without an App Secret of its own believes the
  -- server's, and must not get the deliveries of a number or an account that somebody only wrote down.
  add column proven_at timestamptz,
  add column webhook_subscribed boolean,
  add column webhook_ours boolean,
  add column webhook_url text,
  add column app_id text,
  add column token_valid boolean,
  add column token_expires_at timestamptz,
  add column token_missing_scopes text[] not null default '{}',
  add column checked_at timestamptz,
  add column next_check_at timestamptz not null default now(),
  -- Which moment each group of columns speaks of: account webhooks carry no order, and an older one must not overwrite a newer.
  add column facts_at jsonb not null default '{}',
  alter column access_token_enc drop not null,
  alter column verify_token_enc drop not null,
  alter column verify_token_hash drop not null,
  add constraint channels_secrets check (released_at is not null
    or (access_token_enc is not null and verify_token_enc is not null and verify_token_hash is not null));
update channels set proven_at = now() where display_phone_number is not null;
-- A number is one company's at a time; those that gave it up keep their history.
drop index channels_number;
create unique index channels_number on channels (phone_number_id) where released_at is null;
create index channels_released on channels (tenant_id, phone_number_id) where released_at is not null;
create index channels_due on channels (next_check_at) where released_at is null;

create table channel_restrictions (
  tenant_id uuid not null references tenants,
  channel_id uuid not null references channels on delete cascade,
  kind text not null,
  -- What Meta asks for, in its words, where it says no end.
  remediation text,
  until timestamptz,
  at timestamptz not null,
  primary key (channel_id, kind)
);
select make_tenant_table('channel_restrictions');

-- Every change of an account, once: the diary of the channel's page. Null channel: the whole account's.
create table account_events (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  channel_id uuid references channels on delete cascade,
  waba_id text,
  field text not null,
  event text,
  title text not null,
  understood boolean not null,
  value jsonb not null,
  hash text not null,
  at timestamptz not null,
  created_at timestamptz not null default now()
);
create unique index account_events_once on account_events (tenant_id, hash);
create index account_events_channel on account_events (channel_id, at desc, id desc) where channel_id is not null;
create index account_events_account on account_events (tenant_id, waba_id, at desc, id desc) where channel_id is null;
select make_tenant_table('account_events');

create table notices (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  code text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  channel_id uuid references channels on delete cascade,
  key text not null,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references users
);
create unique index notices_open on notices (tenant_id, key) where resolved_at is null;
create index notices_list on notices (tenant_id, created_at desc, id desc);
create index notices_channel on notices (channel_id);
select make_tenant_table('notices');

-- Errors of the last day, for the channel's page.
create index messages_failed on messages (channel_id, at desc) where status = 'failed';

-- Routing: never to a channel that gave its number up. The number as people write it tells whose an account change is.
drop function door_webhook_channels(text[], text[]);
create function door_webhook_channels(p_phone_number_ids text[], p_waba_ids text[])
returns table (channel_id uuid, tenant_id uuid, phone_number_id text, waba_id text, display_phone_number text, app_secret_enc bytea, proven boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.tenant_id, c.phone_number_id, c.waba_id, c.display_phone_number, c.app_secret_enc, c.proven_at is not null from channels c
  where (c.phone_number_id = any(p_phone_number_ids) or c.waba_id = any(p_waba_ids)) and c.released_at is null
$$;
create or replace function door_webhook_secrets(p_max int) returns table (channel_id uuid, tenant_id uuid, app_secret_enc bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.tenant_id, c.app_secret_enc from channels c where c.app_secret_enc is not null and c.released_at is null
  order by c.created_at desc limit least(p_max, 200)
$$;
create or replace function door_webhook_handshake(p_hash bytea) returns table (channel_id uuid, tenant_id uuid)
language sql security definer set search_path = public, pg_temp as $$
  update channels set handshake_at = now(), updated_at = now() where verify_token_hash = p_hash and released_at is null returning id, channels.tenant_id
$$;
-- Which channels are to be asked about at Meta again; the next day is set at once, so that two workers do not ask twice.
create function door_due_channels(p_max int, p_again interval) returns table (channel_id uuid, tenant_id uuid)
language sql security definer set search_path = public, pg_temp as $$
  update channels c set next_check_at = now() + p_again
  where c.id in (select d.id from channels d where d.released_at is null and d.status <> 'disabled' and d.next_check_at <= now()
    order by d.next_check_at limit least(p_max, 500) for no key update skip locked)
  returning c.id, c.tenant_id
$$;
revoke execute on function door_webhook_channels(text[], text[]), door_due_channels(int, interval) from public;
grant execute on function door_webhook_channels(text[], text[]), door_due_channels(int, interval) to "{{app_role}}";
