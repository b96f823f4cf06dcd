-- Single-use links of people: a new password, a confirmed address. The link's secret is in the mail only; here is its hash.
alter table users add column email_confirmed_at timestamptz;
grant update (email, email_confirmed_at) on users to "{{app_role}}";

create table account_links (
  id uuid primary key,
  user_id uuid not null references users,
  kind text not null check (kind in ('reset_password', 'confirm_email')),
  token_hash bytea not null unique,
  -- The address it was sent to. Confirming it makes it the person's address, if it is not yet.
  email text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- A newer one, or a new password, took its place.
  voided_at timestamptz,
  created_at timestamptz not null default now()
);
create index account_links_person on account_links (user_id, kind, created_at);
create index account_links_age on account_links (created_at);
-- A person's, not a tenant's: theirs by app.user_id.
alter table account_links enable row level security;
alter table account_links force row level security;
create policy own_links on account_links
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
  with check (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
grant select, insert, update on account_links to "{{app_role}}";
select open_owner_door('account_links');

-- Whoever shows the secret of a link that still works: whose is it? Nobody is logged in then.
create function door_account_link(p_hash bytea, p_kind text) returns table (id uuid, user_id uuid, email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select l.id, l.user_id, l.email from account_links l
  where l.token_hash = p_hash and l.kind = p_kind and l.used_at is null and l.voided_at is null and l.expires_at > now()
$$;
-- Links are of no use after a month.
create function door_purge_links() returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from account_links where created_at < now() - interval '30 days'
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_account_link', 'door_purge_links'));
end $$;
