-- The only ways across tenants. Each returns the least that its caller needs; the application role may execute nothing else of the owner's.
-- Login: who is this address, and where do they work?
create function door_find_login(p_email text) returns table (user_id uuid, password_hash text, super_admin boolean, memberships jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, u.password_hash, u.super_admin_since is not null,
    coalesce((select jsonb_agg(jsonb_build_object('tenantId', t.id, 'tenantName', t.name, 'slug', t.slug, 'role', m.role, 'status', t.status,
        'lastUsedAt', (select max(s.last_used_at) from sessions s where s.user_id = u.id and s.tenant_id = t.id)) order by m.created_at)
      from memberships m join tenants t on t.id = m.tenant_id where m.user_id = u.id and m.deactivated_at is null), '[]')
  from users u where lower(u.email) = lower(p_email)
$$;
-- Where does the logged-in person work? (to change between tenants)
create function door_memberships() returns table (tenant_id uuid, tenant_name text, role text)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, m.role from memberships m join tenants t on t.id = m.tenant_id
  where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid and m.deactivated_at is null order by m.created_at
$$;
-- Every request: is this login still alive, and what may it do now? (a changed role or an ended session counts at once)
create function door_session(p_session uuid)
returns table (user_id uuid, tenant_id uuid, role text, user_name text, tenant_status text, super_admin boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.user_id, s.tenant_id, m.role, u.name, t.status, u.super_admin_since is not null
  from sessions s join users u on u.id = s.user_id left join tenants t on t.id = s.tenant_id
    left join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id and m.deactivated_at is null
  where s.id = p_session and s.ended_at is null and s.expires_at > now()
    and (s.tenant_id is null and u.super_admin_since is not null or m.role is not null)
$$;
create function door_slug_taken(p_slug text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$ select exists (select from tenants where slug = p_slug) $$;

-- Webhook routing: which channels do these numbers or accounts belong to, and with which secret do they sign?
create function door_webhook_channels(p_phone_number_ids text[], p_waba_ids text[])
returns table (channel_id uuid, tenant_id uuid, phone_number_id text, waba_id text, app_secret_enc bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.tenant_id, c.phone_number_id, c.waba_id, c.app_secret_enc from channels c
  where c.phone_number_id = any(p_phone_number_ids) or c.waba_id = any(p_waba_ids)
$$;
-- For a body that names no number: whose secret signed it? Newest channels first, bounded.
create function door_webhook_secrets(p_max int) returns table (channel_id uuid, tenant_id uuid, app_secret_enc bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.tenant_id, c.app_secret_enc from channels c where c.app_secret_enc is not null order by c.created_at desc limit least(p_max, 200)
$$;
create function door_webhook_handshake(p_hash bytea) returns table (channel_id uuid, tenant_id uuid)
language sql security definer set search_path = public, pg_temp as $$
  update channels set handshake_at = now(), updated_at = now() where verify_token_hash = p_hash returning id, channels.tenant_id
$$;
create function door_store_webhooks(p_ids uuid[], p_tenants uuid[], p_channels uuid[], p_bodies bytea[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into webhook_events (id, tenant_id, channel_id, body)
  select * from unnest(p_ids, p_tenants, p_channels, p_bodies)
$$;
-- The receiver takes what waits, in order of arrival; the locks last until its transaction ends.
create function door_take_webhooks(p_after uuid, p_max int)
returns table (id uuid, tenant_id uuid, channel_id uuid, body bytea, attempts int)
language sql security definer set search_path = public, pg_temp as $$
  select e.id, e.tenant_id, e.channel_id, e.body, e.attempts from webhook_events e
  where e.processed_at is null and e.attempts < 25 and e.tenant_id is not null and (p_after is null or e.id > p_after)
    and (e.retry_at is null or e.retry_at <= now())
  order by e.id limit least(p_max, 1000) for update skip locked
$$;
create function door_take_webhook(p_id uuid) returns setof uuid
language sql security definer set search_path = public, pg_temp as $$
  select id from webhook_events where id = p_id and processed_at is null for update skip locked
$$;
create function door_webhook_backlog() returns table (waiting bigint, oldest timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), min(received_at) from webhook_events where processed_at is null and attempts < 25 and tenant_id is not null
$$;

-- The tail of outgoing events for this process's sockets, a page at a time: after (p_from, p_after), or from p_from on.
create function door_tail_events(p_from xid8, p_after uuid, p_max int)
returns table (id uuid, tenant_id uuid, kind text, payload jsonb, xid xid8)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, e.tenant_id, e.kind, e.payload, e.xid from outgoing_events e
  where case when p_after is null then e.xid >= p_from else (e.xid, e.id) > (p_from, p_after) end and e.xid >= p_from
  order by e.xid, e.id limit p_max
$$;
-- What was told and what was understood has served; what was not understood stays.
create function door_purge(p_events interval, p_webhooks interval) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from outgoing_events where created_at < now() - p_events;
  delete from webhook_events where received_at < now() - p_webhooks and processed_at is not null and understood
$$;

-- Search inside the current tenant. A definer, because the planner may not use these indexes below row-level security.
create function door_search_conversations(p_words text, p_like text, p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from conversations c join contacts k on k.id = c.contact_id
  where c.tenant_id = current_tenant() and k.tenant_id = current_tenant()
    and plain(k.name || ' ' || coalesce(k.profile_name, '') || ' ' || coalesce(k.phone, '') || ' ' || coalesce(k.email, '')) like p_like
  union
  (select m.conversation_id from messages m
   where m.tenant_id = current_tenant() and p_words <> '' and to_tsvector('atende', m.body) @@ to_tsquery('atende', p_words)
   order by m.at desc limit p_max)
$$;
select open_owner_door('conversations');
create function door_search_contacts(p_like text, p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.id from contacts k where k.tenant_id = current_tenant()
    and plain(k.name || ' ' || coalesce(k.profile_name, '') || ' ' || coalesce(k.phone, '') || ' ' || coalesce(k.email, '')) like p_like
  limit p_max
$$;

-- Operators (super admins) only: the caller must be one.
create function door_is_super_admin() returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from users where id = nullif(current_setting('app.user_id', true), '')::uuid and super_admin_since is not null)
$$;
create function door_list_tenants() returns setof tenants
language sql stable security definer set search_path = public, pg_temp as $$
  select * from tenants where door_is_super_admin() order by created_at
$$;
create function door_update_tenant(p_id uuid, p_status text, p_plan text) returns setof tenants
language sql security definer set search_path = public, pg_temp as $$
  update tenants set status = coalesce(p_status, status), plan = coalesce(p_plan, plan), updated_at = now()
  where id = p_id and door_is_super_admin() returning *
$$;

revoke execute on all functions in schema public from public;
grant usage on schema public to "{{app_role}}";
grant execute on all functions in schema public to "{{app_role}}";
revoke execute on function make_tenant_table(regclass, text, text), open_owner_door(regclass) from "{{app_role}}";
