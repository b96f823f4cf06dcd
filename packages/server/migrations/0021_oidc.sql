-- Single sign-on of a tenant: its provider (OpenID Connect), and who comes from there.
create table sso_settings (
  tenant_id uuid primary key references tenants,
  -- What the button says: the provider as people know it.
  label text not null,
  issuer text not null,
  client_id text not null,
  client_secret_enc bytea not null,
  -- Addresses of these domains only; empty: any address of somebody who is in the team already.
  domains text[] not null default '{}',
  -- Newcomers get this role; null: nobody joins by coming from the provider.
  newcomer_role text check (newcomer_role in ('SUPERVISOR', 'ATTENDANT', 'DPO')),
  enabled_at timestamptz,
  -- Passwords are refused since then, except for owners: their way back in.
  passwords_refused_since timestamptz,
  updated_at timestamptz not null default now(),
  check (newcomer_role is null or domains <> '{}'),
  check (passwords_refused_since is null or enabled_at is not null)
);
select make_tenant_table('sso_settings');
select open_owner_door('sso_settings');

-- Who a subject of an issuer is here. The address of a person may change there and here; this does not.
create table sso_identities (
  tenant_id uuid not null references tenants,
  issuer text not null,
  subject text not null,
  user_id uuid not null references users,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  primary key (tenant_id, issuer, subject),
  unique (tenant_id, issuer, user_id)
);
create index sso_identities_user on sso_identities (user_id);
select make_tenant_table('sso_identities');

-- How the session was opened. What a tenant's own provider says of a person counts in that tenant and nowhere else.
alter table sessions add column opened_by text not null default 'password' check (opened_by in ('password', 'sso'));

-- Does the company with this address offer single sign-on? Asked before anybody is logged in.
create function door_sso_of_slug(p_slug text) returns table (tenant_id uuid, label text, passwords_refused boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.label, s.passwords_refused_since is not null
  from tenants t join sso_settings s on s.tenant_id = t.id
  where t.slug = p_slug and s.enabled_at is not null and t.status in ('TRIAL', 'ACTIVE')
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_sso_of_slug'));
end $$;
