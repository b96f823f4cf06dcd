-- Envelope of keys: a master key (outside of the database) wraps one key of the server and one per tenant; a tenant's key wraps its
-- data keys: one per contact, per uploaded file, one for the company's own content, one for the search index. Only wrapped keys are here.
create table server_keys (
  purpose text primary key check (purpose in ('root')),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  rewrapped_at timestamptz
);
alter table server_keys enable row level security;
alter table server_keys force row level security;
select open_owner_door('server_keys');

create table tenant_keys (
  tenant_id uuid not null references tenants,
  version int not null check (version > 0),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, version)
);
select make_tenant_table('tenant_keys', 'select, insert, update, delete');
select open_owner_door('tenant_keys');

create table data_keys (
  id uuid primary key,
  tenant_id uuid not null,
  purpose text not null check (purpose in ('contact', 'media', 'tenant', 'index')),
  -- Whose content it opens. Removing the person removes the key, and with it everything that it sealed, wherever a copy lies.
  contact_id uuid references contacts on delete cascade deferrable initially deferred,
  tenant_key_version int not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  -- A version that still wraps something cannot go.
  foreign key (tenant_id, tenant_key_version) references tenant_keys
);
create unique index data_keys_contact on data_keys (contact_id) where purpose = 'contact';
create index data_keys_of_contact on data_keys (contact_id) where contact_id is not null;
create unique index data_keys_one on data_keys (tenant_id, purpose) where purpose in ('tenant', 'index');
create index data_keys_version on data_keys (tenant_id, tenant_key_version);
select make_tenant_table('data_keys');
select open_owner_door('data_keys');

-- The server's own key, wrapped; made by who asks first.
create function door_server_key(p_new bytea) returns bytea
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into server_keys (purpose, wrapped) values ('root', p_new) on conflict do nothing;
  return (select wrapped from server_keys where purpose = 'root');
end $$;
-- Was this database used before it had keys? Then what the master key itself sealed must still open.
create function door_is_used() returns boolean
language sql stable security definer set search_path = public, pg_temp as $$ select exists (select from users) $$;
do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_server_key', 'door_is_used'));
end $$;
