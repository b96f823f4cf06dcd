-- One contact per person, however they are known; and what WhatsApp charges.

alter table contacts
  -- Two contacts were found to be one: this row stays, hidden, and its address leads to the other.
  add column merged_into uuid references contacts on delete cascade,
  add column marketing_opt_out_at timestamptz,
  -- When the newest word about marketing was said, also when it was "yes".
  add column marketing_opt_out_changed_at timestamptz;
create index contacts_merged on contacts (merged_into) where merged_into is not null;

alter table contact_identities
  -- A business-scoped id counts within one business portfolio: the account in which it was seen. Empty for everything else.
  add column scope text not null default '',
  -- The provider's time at which the person was first seen with it; null when a colleague wrote it down.
  add column since timestamptz,
  -- Of several phones of one person the one that wrote last is answered. Only kept up for people who have several.
  add column used_at timestamptz;
-- Of one person, by kind. With the tenant in it, because before there are statistics the planner otherwise takes the primary key and
-- walks through every identity of that kind.
create index contact_identities_person on contact_identities (contact_id, tenant_id, kind);
drop index contact_identities_contact;
create index contact_identities_usernames on contact_identities using gin (value gin_trgm_ops) where kind = 'username';
select open_owner_door('contact_identities');

-- What a person was known by, and until when. A late message under an old id still finds its person.
create table former_identities (
  tenant_id uuid not null references tenants,
  contact_id uuid not null references contacts on delete cascade,
  kind text not null check (kind in ('phone', 'bsuid', 'username', 'email', 'group')),
  value text not null,
  scope text not null default '',
  until timestamptz not null,
  reason text not null check (reason in ('number_changed', 'id_changed', 'merged', 'taken_over')),
  primary key (tenant_id, contact_id, kind, value)
);
create index former_identities_value on former_identities (tenant_id, kind, value);
create index former_identities_contact on former_identities (contact_id, tenant_id, kind);
create index former_identities_search on former_identities using gin (value gin_trgm_ops);
select make_tenant_table('former_identities');
select open_owner_door('former_identities');

-- Which contacts became one, why, and what moved: enough to part them again.
create table contact_merges (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kept_id uuid not null references contacts on delete cascade,
  other_id uuid not null references contacts on delete cascade,
  reason text not null check (reason in ('identity', 'manual')),
  by_user_id uuid references users,
  other_name text not null,
  kept_before jsonb not null,
  kept_after jsonb not null,
  moved jsonb not null,
  at timestamptz not null default now(),
  undone_at timestamptz,
  undone_by uuid references users
);
create index contact_merges_kept on contact_merges (kept_id, at);
create index contact_merges_other on contact_merges (other_id);
select make_tenant_table('contact_merges', 'select, insert, update');

alter table conversations add column merged_into uuid references conversations on delete cascade;
create index conversations_merged on conversations (merged_into) where merged_into is not null;
-- Parting two contacts takes the messages back that came along.
create index messages_origin on messages (origin_conversation_id) where origin_conversation_id is not null;

create or replace function door_search_conversations(p_words text, p_like text, p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from conversations c join contacts k on k.id = c.contact_id
  where c.tenant_id = current_tenant() and k.tenant_id = current_tenant()
    and plain(k.name || ' ' || coalesce(k.profile_name, '') || ' ' || coalesce(k.phone, '') || ' ' || coalesce(k.email, '')) like p_like
  union
  select c.id from contact_identities i join conversations c on c.contact_id = i.contact_id
  where i.tenant_id = current_tenant() and c.tenant_id = current_tenant() and i.kind = 'username' and i.value like p_like
  union
  (select m.conversation_id from messages m
   where m.tenant_id = current_tenant() and p_words <> '' and to_tsvector('atende', m.body) @@ to_tsquery('atende', p_words)
   order by m.at desc limit p_max)
$$;
create or replace function door_search_contacts(p_like text, p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  (select k.id from contacts k where k.tenant_id = current_tenant() and k.merged_into is null
    and plain(k.name || ' ' || coalesce(k.profile_name, '') || ' ' || coalesce(k.phone, '') || ' ' || coalesce(k.email, '')) like p_like
    limit p_max)
  union
  (select i.contact_id from contact_identities i where i.tenant_id = current_tenant() and i.kind = 'username' and i.value like p_like limit p_max)
  union
  (select f.contact_id from former_identities f where f.tenant_id = current_tenant() and f.value like p_like limit p_max)
$$;

-- What WhatsApp counts each message as (Cloud API, status webhooks); one row per message, however often it is told.
create table priced_messages (
  tenant_id uuid not null references tenants,
  channel_id uuid not null references channels on delete cascade,
  provider_id text not null,
  category text not null,
  type text not null,
  subtype text,
  model text,
  country text,
  priced_at timestamptz not null,
  -- Only what was delivered is charged.
  delivered_at timestamptz,
  primary key (channel_id, provider_id)
);
create index priced_messages_month on priced_messages (tenant_id, delivered_at) where delivered_at is not null;
create index priced_messages_quota on priced_messages (channel_id, delivered_at) where delivered_at is not null;
select make_tenant_table('priced_messages', 'select, insert, update');

-- Prices and free quotas with the day from which they hold. Rows without a tenant came with the server and are everybody's to read.
create table message_prices (
  id uuid primary key,
  tenant_id uuid references tenants,
  category text not null,
  country text not null check (country = '*' or country ~ '^[A-Z]{2}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount numeric(12, 6) not null check (amount >= 0),
  valid_from date not null,
  created_at timestamptz not null default now()
);
create unique index message_prices_once on message_prices (tenant_id, category, country, valid_from) nulls not distinct;
create table free_quotas (
  id uuid primary key,
  tenant_id uuid references tenants,
  category text not null,
  per_number_and_month int not null check (per_number_and_month >= 0),
  valid_from date not null,
  created_at timestamptz not null default now()
);
create unique index free_quotas_once on free_quotas (tenant_id, category, valid_from) nulls not distinct;

-- List prices for Brazil in US dollars, as known in October 2026; service messages are charged since the 1st of that month,
-- after 1,000 free ones per number (Cloud API, pricing). Estimates: the bill is Meta's.
insert into message_prices (id, tenant_id, category, country, currency, amount, valid_from) values
  ('019a0000-0000-7000-8000-000000000001', null, 'marketing', 'BR', 'USD', 0.0625, '2026-01-01'),
  ('019a0000-0000-7000-8000-000000000002', null, 'utility', 'BR', 'USD', 0.0068, '2026-01-01'),
  ('019a0000-0000-7000-8000-000000000003', null, 'authentication', 'BR', 'USD', 0.0068, '2026-01-01'),
  ('019a0000-0000-7000-8000-000000000004', null, 'service', 'BR', 'USD', 0.0068, '2026-10-01');
insert into free_quotas (id, tenant_id, category, per_number_and_month, valid_from) values
  ('019a0000-0000-7000-8000-000000000011', null, 'service', 1000, '2026-10-01');

-- Built-in rows are read by every tenant, and changed by none.
do $$
declare t text;
begin
  foreach t in array array['message_prices', 'free_quotas'] loop
    perform make_tenant_table(t::regclass, 'select, insert, delete');
    execute format('create policy built_in on %I for select using (tenant_id is null and (select current_tenant()) is not null)', t);
  end loop;
end $$;

-- Two conversations become one with their reactions too.
create index messages_reactions on messages (conversation_id) where type = 'reaction';
