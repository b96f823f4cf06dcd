-- Second factors belong to a person and not to a tenant: who works for several proves themselves in the same way everywhere. Their
-- rows are theirs by app.user_id; no tenant sees them, and colleagues learn no more than a count.
create table totp_factors (
  user_id uuid primary key references users on delete cascade,
  secret_enc bytea,
  confirmed_at timestamptz,
  -- Each code works once: only a later step than this one is taken.
  last_step bigint not null default 0,
  -- A new secret that waits for its first code; the old one works until then.
  pending_enc bytea,
  pending_at timestamptz,
  check ((secret_enc is null) = (confirmed_at is null))
);

create table recovery_codes (
  user_id uuid not null references users on delete cascade,
  code_hash bytea not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null default 0,
  transports text[] not null default '{}',
  backed_up boolean not null default false,
  name text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create unique index passkeys_credential on passkeys (credential_id);
create index passkeys_user on passkeys (user_id);

-- The password (or a reset, or a provider) was right, the second factor is still to come.
create table pending_logins (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  tenant_id uuid references tenants on delete cascade,
  token_hash bytea not null,
  proven_by text not null check (proven_by in ('password', 'reset', 'sso')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index pending_logins_user on pending_logins (user_id);

do $$
declare t text;
begin
  foreach t in array array['totp_factors', 'recovery_codes', 'passkeys', 'pending_logins'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_rows on %I using (user_id = (select nullif(current_setting(''app.user_id'', true), '''')::uuid))
      with check (user_id = (select nullif(current_setting(''app.user_id'', true), '''')::uuid))', t);
    execute format('grant select, insert, update, delete on %I to "{{app_role}}"', t);
  end loop;
end $$;
select open_owner_door('totp_factors');
select open_owner_door('passkeys');

-- What a passkey must sign: once, soon. Of nobody yet when the passkey alone logs in, so it is reached by its two doors only.
create table passkey_challenges (
  hash bytea primary key,
  purpose text not null check (purpose in ('register', 'login', 'second', 'step_up')),
  user_id uuid references users on delete cascade,
  expires_at timestamptz not null
);
create index passkey_challenges_age on passkey_challenges (expires_at);
alter table passkey_challenges enable row level security;
alter table passkey_challenges force row level security;
-- Without a policy for the application's role there are no rows for it.
grant select on passkey_challenges to "{{app_role}}";
select open_owner_door('passkey_challenges');

-- When somebody last proved who they are; a fresh login has.
alter table sessions add column proven_at timestamptz;
alter table sessions alter column proven_at set default now();

-- Whose second factor this tenant requires.
alter table tenants add column second_factor text not null default 'optional' check (second_factor in ('optional', 'managers', 'everybody'));

create function has_second_factor(p_user uuid) returns boolean language sql stable as $$
  select exists (select from totp_factors where user_id = p_user and confirmed_at is not null) or exists (select from passkeys where user_id = p_user)
$$;
create function second_factor_applies(p_policy text, p_role text) returns boolean language sql immutable as $$
  select p_policy = 'everybody' or (p_policy = 'managers' and p_role in ('OWNER', 'ADMIN'))
$$;

-- How the acting person can prove who they are, the best way first. With the caller's rights: their rows only.
create function proof_methods() returns setof text language sql stable as $$
  select 'passkey' where exists (select from passkeys where user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  union all select 'totp' where exists (select from totp_factors
    where user_id = nullif(current_setting('app.user_id', true), '')::uuid and confirmed_at is not null)
  union all select 'password'
  union all select 'recovery' where exists (select from recovery_codes
    where user_id = nullif(current_setting('app.user_id', true), '')::uuid and used_at is null)
$$;

-- Every request, beside door_session: when was this login last proven, and must its person set up a second factor before anything else?
-- `elsewhere`: the only proof is the word of this tenant's own provider, and the person works for others too.
create function door_session_guard(p_session uuid) returns table (proven_at timestamptz, must_enrol boolean, elsewhere boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.proven_at, coalesce(second_factor_applies(t.second_factor, m.role) and not has_second_factor(s.user_id), false),
    s.opened_by = 'sso' and s.proven_at is not distinct from s.created_at
      and exists (select from memberships o where o.user_id = s.user_id and o.tenant_id <> s.tenant_id and o.deactivated_at is null)
  from sessions s left join tenants t on t.id = s.tenant_id
    left join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id and m.deactivated_at is null
  where s.id = p_session
$$;
-- Login by a passkey alone: whose is it?
create function door_find_passkey(p_credential text) returns table (user_id uuid, email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, u.email from passkeys p join users u on u.id = p.user_id where p.credential_id = p_credential
$$;
create function door_keep_challenge(p_hash bytea, p_purpose text, p_user uuid, p_life interval) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from passkey_challenges where expires_at < now();
  insert into passkey_challenges (hash, purpose, user_id, expires_at) values (p_hash, p_purpose, p_user, now() + least(p_life, interval '10 minutes'));
$$;
create function door_take_challenge(p_hash bytea, p_purpose text, p_user uuid) returns boolean
language sql security definer set search_path = public, pg_temp as $$
  with taken as (delete from passkey_challenges where hash = p_hash returning purpose, user_id, expires_at)
  select exists (select from taken where purpose = p_purpose and user_id is not distinct from p_user and expires_at > now())
$$;
-- How many of the tenant's people have a second factor; a count, no names.
create function door_factor_counts() returns table (people int, protected int)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::int, (count(*) filter (where has_second_factor(m.user_id)))::int
  from memberships m where m.tenant_id = current_tenant() and m.deactivated_at is null
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public;', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('has_second_factor', 'second_factor_applies'));
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('proof_methods', 'door_session_guard', 'door_find_passkey', 'door_keep_challenge', 'door_take_challenge', 'door_factor_counts'));
end $$;
