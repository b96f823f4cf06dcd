-- Since when somebody had what they were known by; null where it was never written down.
alter table former_identities add column since timestamptz;

-- Later versions of the server's own key; the first one is server_keys. `active_at`: from when on it seals. Every process has it by then.
-- `resealed_at`: everything that can be sealed anew is. Earlier versions stay: lines of the diary are hashed as they were sealed.
create table server_key_versions (
  version int primary key check (version > 1),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  active_at timestamptz not null,
  resealed_at timestamptz
);
alter table server_key_versions enable row level security;
alter table server_key_versions force row level security;
select open_owner_door('server_key_versions');

-- How long until it seals is counted by one clock, the database's.
create function door_server_key_versions() returns table (version int, wrapped bytea, active_in double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select v.version, v.wrapped, extract(epoch from v.active_at - clock_timestamp())::double precision from server_key_versions v order by v.version
$$;

-- Companies of which the server's key still seals secrets. Not before `p_age` has gone by since this version came: an older one that
-- still runs beside it, or that it was exchanged for again, could not open what is sealed with the company's key.
create function door_old_secrets(p_age interval, p_max int) returns table (tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id from (
    select c.tenant_id from channels c where substring(c.access_token_enc for 1) in ('\x01', '\x03')
      or substring(c.app_secret_enc for 1) in ('\x01', '\x03') or substring(c.verify_token_enc for 1) in ('\x01', '\x03')
    union select o.tenant_id from sso_settings o where substring(o.client_secret_enc for 1) in ('\x01', '\x03')) s
  where exists (select from kysely_migration m where m.name = '0034_security_leftovers' and m.timestamp::timestamptz <= now() - p_age)
  limit least(p_max, 1000)
$$;

-- Who manages: owners, admins, and whoever has a role of the company's own by which people, keys, the company or its numbers are changed.
-- Supervisors hold none of these; reading (also the diary's) makes nobody a manager.
create function second_factor_needed(p_policy text, p_role text, p_permissions text[]) returns boolean language sql immutable as $$
  select second_factor_applies(p_policy, p_role) or (p_policy = 'managers' and p_role = 'CUSTOM'
    and coalesce(p_permissions, '{}') && array['users.manage', 'api_keys.manage', 'tenant.manage', 'channels.manage'])
$$;
create or replace function door_session_guard(p_session uuid) returns table (proven_at timestamptz, must_enrol boolean, elsewhere boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.proven_at, coalesce(second_factor_needed(t.second_factor, m.role, r.permissions) and not has_second_factor(s.user_id), false),
    s.opened_by = 'sso' and s.proven_at is not distinct from s.created_at
      and exists (select from memberships o where o.user_id = s.user_id and o.tenant_id <> s.tenant_id and o.deactivated_at is null)
  from sessions s left join tenants t on t.id = s.tenant_id
    left join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id and m.deactivated_at is null
    left join custom_roles r on r.id = m.role_id and r.tenant_id = m.tenant_id
  where s.id = p_session
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_server_key_versions', 'door_old_secrets', 'second_factor_applies', 'second_factor_needed'));
end $$;
