-- Tenant isolation: one helper makes a table a tenant's table. Nothing below may skip it (tests/isolation.test.ts looks).
create function current_tenant() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- Row-level security, forced on the owner too: without app.tenant_id there are no rows.
create function make_tenant_table(t regclass, grants text default 'select, insert, update, delete', tenant_column text default 'tenant_id')
returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
  execute format('create policy tenant_isolation on %s using (%I = (select current_tenant())) with check (%I = (select current_tenant()))',
    t, tenant_column, tenant_column);
  execute format('grant %s on %s to "{{app_role}}"', grants, t);
end $$;

-- A door for the named functions of this schema that must look across tenants (login, webhook routing, event tail). The
-- application role has no such policy; it can only call the functions.
create function open_owner_door(t regclass) returns void language plpgsql as $$
begin
  execute format('create policy owner_door on %s to current_user using (true) with check (true)', t);
end $$;

-- Which text of each migration was applied; the owner's alone.
create table migration_checksums (name text primary key, checksum text not null);

create table tenants (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  email text not null,
  status text not null default 'TRIAL' check (status in ('TRIAL', 'ACTIVE', 'SUSPENDED', 'CANCELLED')),
  plan text not null default 'BASIC' check (plan in ('BASIC', 'PRO', 'ENTERPRISE')),
  onboarded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select make_tenant_table('tenants', 'select, insert, update', 'id');
select open_owner_door('tenants');

create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  locale text not null default 'pt-BR',
  super_admin_since timestamptz,
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table memberships (
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  role text not null check (role in ('OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO')),
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index memberships_user on memberships (user_id);
select make_tenant_table('memberships');
select open_owner_door('memberships');

-- A person may work for several tenants: visible to those only, and to themselves.
alter table users enable row level security;
alter table users force row level security;
create policy colleague_reads on users for select using (exists (
  select from memberships m where m.user_id = users.id and m.tenant_id = (select current_tenant())));
create policy self_writes on users for update
  using (id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy self_reads on users for select using (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy sign_up on users for insert with check (super_admin_since is null);
grant select, insert on users to "{{app_role}}";
grant update (name, password_hash, locale, last_seen_at, updated_at) on users to "{{app_role}}";
select open_owner_door('users');

create table invitations (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  email text not null,
  role text not null check (role in ('OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO')),
  token_hash bytea not null,
  invited_by uuid references users,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index invitations_waiting on invitations (tenant_id, lower(email)) where accepted_at is null and revoked_at is null;
select make_tenant_table('invitations');

-- One row per login. The refresh token carries tenant, session and generation; only the hash of its secret is kept.
create table sessions (
  id uuid primary key,
  tenant_id uuid references tenants,
  user_id uuid not null references users,
  generation int not null default 1,
  refresh_hash bytea not null,
  ip text,
  user_agent text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text
);
create index sessions_user on sessions (user_id) where ended_at is null;
create index sessions_recent on sessions (user_id, tenant_id, last_used_at);
-- A super admin belongs to no tenant: those rows are theirs by app.user_id.
alter table sessions enable row level security;
alter table sessions force row level security;
create policy tenant_isolation on sessions
  using (tenant_id = (select current_tenant()) or (tenant_id is null and user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)))
  with check (tenant_id = (select current_tenant()) or (tenant_id is null and user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)));
grant select, insert, update on sessions to "{{app_role}}";
select open_owner_door('sessions');

create table audit_logs (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  actor_user_id uuid,
  action text not null,
  object_type text,
  object_id uuid,
  outcome text not null default 'success',
  ip text,
  request_id text,
  details jsonb not null default '{}',
  at timestamptz not null default now()
);
create index audit_logs_list on audit_logs (tenant_id, at desc, id desc);
select make_tenant_table('audit_logs', 'select, insert');

create table usage_tracking (
  tenant_id uuid not null references tenants,
  month date not null,
  metric text not null,
  count bigint not null default 0,
  primary key (tenant_id, month, metric)
);
select make_tenant_table('usage_tracking', 'select, insert, update');

-- Facts to tell (sockets, later webhooks): written with the fact, read by every web process in commit order.
create table outgoing_events (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null,
  payload jsonb not null,
  xid xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default now()
);
create index outgoing_events_tail on outgoing_events (xid, id);
create index outgoing_events_tenant on outgoing_events (tenant_id, xid, id);
create index outgoing_events_age on outgoing_events (created_at);
select make_tenant_table('outgoing_events', 'select, insert');
select open_owner_door('outgoing_events');
