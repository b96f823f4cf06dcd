create extension if not exists pg_trgm;
create extension if not exists unaccent;
create function plain(t text) returns text language sql immutable parallel safe as
$$ select lower(public.unaccent('public.unaccent', coalesce(t, ''))) $$;

-- Words for search: accents removed, Portuguese stems.
create text search configuration atende (copy = portuguese);
alter text search configuration atende alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part with unaccent, portuguese_stem;

create table channels (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('whatsapp_cloud')),
  name text not null,
  status text not null default 'pending' check (status in ('pending', 'connected', 'error', 'disabled')),
  phone_number_id text not null,
  waba_id text not null,
  display_phone_number text,
  verified_name text,
  graph_url text not null,
  graph_version text not null,
  emulator_since timestamptz,
  access_token_enc bytea not null,
  app_secret_enc bytea,
  verify_token_enc bytea not null,
  verify_token_hash bytea not null,
  handshake_at timestamptz,
  last_webhook_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index channels_number on channels (phone_number_id);
create index channels_tenant on channels (tenant_id, created_at);
create index channels_waba on channels (waba_id);
create index channels_verify on channels (verify_token_hash);
select make_tenant_table('channels');
select open_owner_door('channels');

create table contacts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  profile_name text,
  phone text,
  email text,
  notes text,
  -- How lists sort: "Álvaro" stands beside "Alvaro". A column, because row-level security keeps the planner from an index on lower(name).
  sort_name text not null generated always as (left(plain(name), 40)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index contacts_list on contacts (tenant_id, sort_name, id);
create index contacts_search on contacts using gin (plain(name || ' ' || coalesce(profile_name, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(email, '')) gin_trgm_ops);
select make_tenant_table('contacts');
select open_owner_door('contacts');

-- How a person is known outside. `value` is the canonical key (a Brazilian mobile always with its ninth digit); `address` what to send to.
create table contact_identities (
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('phone', 'bsuid', 'username', 'email')),
  value text not null,
  contact_id uuid not null references contacts on delete cascade,
  address text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, kind, value)
);
create index contact_identities_contact on contact_identities (contact_id);
select make_tenant_table('contact_identities');

create table conversations (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  channel_id uuid not null references channels,
  contact_id uuid not null references contacts on delete cascade,
  status text not null default 'open' check (status in ('open', 'resolved')),
  assignee_id uuid references users,
  unread_count int not null default 0,
  last_message_id uuid,
  last_message_at timestamptz,
  last_activity_at timestamptz not null,
  last_inbound_at timestamptz,
  waiting_since timestamptz,
  resolved_at timestamptz,
  resolved_by uuid references users,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, channel_id, contact_id)
);
create index conversations_list on conversations (tenant_id, status, last_activity_at desc, id desc);
create index conversations_any on conversations (tenant_id, last_activity_at desc, id desc);
create index conversations_assignee on conversations (tenant_id, status, assignee_id, last_activity_at desc, id desc);
create index conversations_unread on conversations (tenant_id, last_activity_at desc, id desc) where unread_count > 0;
create index conversations_contact on conversations (contact_id);
select make_tenant_table('conversations');

create table media (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('image', 'video', 'audio', 'document', 'sticker')),
  mime text not null,
  size bigint,
  sha256 bytea,
  filename text,
  voice boolean not null default false,
  animated boolean not null default false,
  width int,
  height int,
  status text not null default 'pending' check (status in ('pending', 'stored', 'failed', 'expired', 'too_large')),
  storage_key text,
  provider_media_id text,
  error text,
  uploaded_by uuid references users,
  created_at timestamptz not null default now()
);
select make_tenant_table('media');

-- Rank of a status: the shown one is the furthest and never goes back.
create function message_rank(status text) returns int language sql immutable parallel safe as
$$ select case status when 'queued' then 10 when 'sending' then 20 when 'unknown' then 25 when 'sent' then 30 when 'failed' then 35
  when 'delivered' then 40 when 'read' then 50 when 'played' then 60 else 0 end $$;

create table messages (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references conversations on delete cascade,
  channel_id uuid not null,
  direction text not null check (direction in ('in', 'out', 'system')),
  type text not null,
  body text,
  content jsonb not null default '{}',
  status text not null,
  at timestamptz not null,
  provider_id text,
  client_id text,
  sender_user_id uuid,
  media_id uuid references media,
  quoted_provider_id text,
  quoted_id uuid,
  reactions jsonb,
  error jsonb,
  created_at timestamptz not null default now()
);
create unique index messages_provider on messages (channel_id, provider_id) where provider_id is not null;
create unique index messages_client on messages (tenant_id, client_id) where client_id is not null;
create index messages_list on messages (conversation_id, at desc, id desc) where type <> 'reaction';
create index messages_search on messages using gin (to_tsvector('atende', body)) where body is not null;
-- A reaction keeps its target in quoted_provider_id.
create index messages_reaction_targets on messages (channel_id, quoted_provider_id) where type = 'reaction';
create index messages_waiting on messages (conversation_id, at, id) where status in ('queued', 'sending');
create index messages_media on messages (media_id) where media_id is not null;
select make_tenant_table('messages');
select open_owner_door('messages');

-- Every status that arrived, also of messages that we do not know yet.
create table message_statuses (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  channel_id uuid not null,
  message_id uuid references messages on delete cascade,
  provider_id text not null,
  status text not null,
  at timestamptz not null,
  details jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create unique index message_statuses_once on message_statuses (channel_id, provider_id, status);
create index message_statuses_message on message_statuses (message_id);
select make_tenant_table('message_statuses');

-- Each try to hand a message to the provider: what makes "sent once, or unknown" provable.
create table send_attempts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  message_id uuid not null references messages on delete cascade,
  provider_id text,
  outcome text check (outcome in ('accepted', 'refused', 'unknown')),
  error jsonb,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index send_attempts_message on send_attempts (message_id, started_at);
create index send_attempts_provider on send_attempts (provider_id) where provider_id is not null;
select make_tenant_table('send_attempts');

create table tags (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  color text not null default 'gray',
  created_at timestamptz not null default now()
);
create unique index tags_name on tags (tenant_id, lower(name));
select make_tenant_table('tags');

create table conversation_tags (
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references conversations on delete cascade,
  tag_id uuid not null references tags on delete cascade,
  added_by uuid,
  added_at timestamptz not null default now(),
  primary key (conversation_id, tag_id)
);
create index conversation_tags_tag on conversation_tags (tag_id);
select make_tenant_table('conversation_tags');

-- Deliveries as they came, durable before they are understood. tenant_id is null when no tenant could be told: operators only.
create table webhook_events (
  id uuid primary key,
  tenant_id uuid references tenants,
  channel_id uuid,
  body bytea not null,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz,
  error text,
  understood boolean
);
create index webhook_events_waiting on webhook_events (id) where processed_at is null and attempts < 25 and tenant_id is not null;
create index webhook_events_list on webhook_events (tenant_id, id desc);
create index webhook_events_problem on webhook_events (tenant_id, id desc) where error is not null or understood = false;
create index webhook_events_age on webhook_events (received_at);
select make_tenant_table('webhook_events');
select open_owner_door('webhook_events');
alter table webhook_events set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
