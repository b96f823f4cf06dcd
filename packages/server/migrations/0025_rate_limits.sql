-- What each key has used, for several servers without Redis. Unlogged: after a crash the counts begin again.
create unlogged table rate_limits (
  -- HMAC of rule and subject: no address, person or token stands here.
  key bytea primary key,
  -- A sliding log: at which millisecond (since 1970), how many; in order of time.
  at bigint[] not null default '{}',
  n int[] not null default '{}',
  -- No index on it: updates stay within their page.
  expires_at bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table rate_limits enable row level security;
alter table rate_limits force row level security;
select open_owner_door('rate_limits');

-- Networks that may do nothing without a login for a while. `network_enc` is sealed by the application.
create table address_bans (
  key bytea primary key,
  scope text not null,
  network_enc bytea not null,
  level int not null,
  banned_at timestamptz not null,
  banned_until timestamptz not null
);
alter table address_bans enable row level security;
alter table address_bans force row level security;
select open_owner_door('address_bans');

-- The operator's lists of allowed and blocked addresses: one sealed text for the whole server.
create table address_lists (
  only_one boolean primary key default true check (only_one),
  lists_enc bytea not null,
  updated_at timestamptz not null default now()
);
alter table address_lists enable row level security;
alter table address_lists force row level security;
select open_owner_door('address_lists');

-- Takes from several limits at once: from all of them or from none. The keys must come in order and each once, so that two callers
-- never wait for each other in a circle. `p_now` is for tests; otherwise the clock is read when all rows are locked.
create function door_take_limits(p_keys bytea[], p_limits int[], p_windows bigint[], p_grains bigint[], p_costs int[], p_now bigint)
returns table (allowed boolean, now_ms bigint, used int, newest bigint, fits_at bigint, slot bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  v_count int := cardinality(p_keys);
  v_at bigint[]; v_n int[]; v_gone int; v_sum int; v_left int; v_size int;
  v_used int[] := '{}'; v_drop int[] := '{}'; v_newest bigint[] := '{}'; v_fits bigint[] := '{}'; v_slot bigint[] := '{}';
begin
  for i in 1..v_count loop
    perform from rate_limits r where r.key = p_keys[i] for update;
    if not found then
      insert into rate_limits as r (key, expires_at) values (p_keys[i], 0) on conflict (key) do update set expires_at = r.expires_at;
    end if;
  end loop;
  now_ms := coalesce(p_now, floor(extract(epoch from clock_timestamp()) * 1000)::bigint);
  allowed := true;
  for i in 1..v_count loop
    select r.at, r.n into v_at, v_n from rate_limits r where r.key = p_keys[i];
    v_size := cardinality(v_at);
    v_gone := 0;
    while v_gone < v_size and v_at[v_gone + 1] <= now_ms - p_windows[i] loop v_gone := v_gone + 1; end loop;
    v_sum := coalesce((select sum(x) from unnest(v_n[v_gone + 1:]) x), 0);
    v_left := v_sum;
    fits_at := now_ms;
    for j in v_gone + 1..v_size loop
      exit when v_left + p_costs[i] <= p_limits[i];
      v_left := v_left - v_n[j];
      fits_at := v_at[j] + p_windows[i];
    end loop;
    if v_left + p_costs[i] > p_limits[i] then fits_at := now_ms + p_windows[i]; end if;
    allowed := allowed and v_sum + p_costs[i] <= p_limits[i];
    v_used := v_used || v_sum;
    v_drop := v_drop || v_gone;
    v_newest := v_newest || case when v_sum > 0 then v_at[v_size] else now_ms - p_windows[i] end;
    v_fits := v_fits || fits_at;
    -- Upwards, so that nothing leaves the window too early; never before what stands there already (the clock may step back).
    v_slot := v_slot || greatest((now_ms + p_grains[i] - 1) / p_grains[i] * p_grains[i], case when v_size > v_gone then v_at[v_size] end);
  end loop;
  for i in 1..v_count loop
    if allowed then
      update rate_limits r set
        at = case when r.at[cardinality(r.at)] = v_slot[i] then r.at[v_drop[i] + 1:] else r.at[v_drop[i] + 1:] || v_slot[i] end,
        n = case when r.at[cardinality(r.at)] = v_slot[i] then r.n[v_drop[i] + 1:cardinality(r.n) - 1] || r.n[cardinality(r.n)] + p_costs[i]
          else r.n[v_drop[i] + 1:] || p_costs[i] end,
        expires_at = v_slot[i] + p_windows[i]
      where r.key = p_keys[i];
    end if;
    used := v_used[i] + case when allowed then p_costs[i] else 0 end;
    newest := case when allowed then v_slot[i] else v_newest[i] end;
    fits_at := v_fits[i];
    slot := v_slot[i];
    return next;
  end loop;
end $$;

-- Gives back what was taken at these moments; what has gone already stays gone.
create function door_give_back_limits(p_keys bytea[], p_slots bigint[], p_costs int[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  with mine as (select r.key, array_position(r.at, g.slot) as place, g.cost from unnest(p_keys, p_slots, p_costs) g (key, slot, cost)
    join rate_limits r on r.key = g.key order by r.key for update of r)
  update rate_limits r set n[m.place] = greatest(0, r.n[m.place] - m.cost) from mine m where r.key = m.key and m.place is not null
$$;
create function door_clear_limits(p_keys bytea[]) returns void
language sql security definer set search_path = public, pg_temp as $$ delete from rate_limits where key = any(p_keys) $$;

-- What no longer counts goes; beyond `p_max` rows, those that would go first.
create function door_purge_limits(p_max int) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from rate_limits where key in (
    select key from rate_limits where expires_at < extract(epoch from clock_timestamp()) * 1000 limit 50000 for update skip locked);
  delete from rate_limits where key in (
    select key from rate_limits order by expires_at limit greatest(0, (select count(*) from rate_limits) - p_max) for update skip locked);
  delete from address_bans where banned_until < now() - interval '2 days'
$$;

-- The next, longer ban of a network; one that stands is only told. After a quiet time the ladder begins anew.
create function door_raise_ban(p_key bytea, p_scope text, p_network_enc bytea, p_ladder int[], p_quiet interval)
returns table (level int, banned_until timestamptz)
language sql security definer set search_path = public, pg_temp as $$
  insert into address_bans as b (key, scope, network_enc, level, banned_at, banned_until)
    values (p_key, p_scope, p_network_enc, 1, now(), now() + make_interval(secs => p_ladder[1]))
  on conflict (key) do update set
    level = case when b.banned_until > now() then b.level when b.banned_until < now() - p_quiet then 1 else least(b.level + 1, cardinality(p_ladder)) end,
    banned_at = case when b.banned_until > now() then b.banned_at else now() end,
    banned_until = case when b.banned_until > now() then b.banned_until
      when b.banned_until < now() - p_quiet then now() + make_interval(secs => p_ladder[1])
      else now() + make_interval(secs => p_ladder[least(b.level + 1, cardinality(p_ladder))]) end
  returning b.level, b.banned_until
$$;
create function door_active_bans() returns setof address_bans
language sql stable security definer set search_path = public, pg_temp as $$
  select * from address_bans where banned_until > now() order by banned_until desc limit 5000
$$;
create function door_address_lists() returns bytea
language sql stable security definer set search_path = public, pg_temp as $$ select lists_enc from address_lists $$;
-- Operators (super admins) only: the caller must be one.
create function door_lift_bans(p_keys bytea[]) returns int
language sql security definer set search_path = public, pg_temp as $$
  with gone as (delete from address_bans where key = any(p_keys) and door_is_super_admin() returning 1) select count(*)::int from gone
$$;
create function door_save_address_lists(p_enc bytea) returns boolean
language sql security definer set search_path = public, pg_temp as $$
  with saved as (
    insert into address_lists (lists_enc) select p_enc where door_is_super_admin()
    on conflict (only_one) do update set lists_enc = excluded.lists_enc, updated_at = now() returning 1)
  select exists (select from saved)
$$;
-- How much a tenant may ask depends on its plan.
create function door_tenant_plan(p_tenant uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$ select plan from tenants where id = p_tenant $$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('door_take_limits', 'door_give_back_limits', 'door_clear_limits', 'door_purge_limits', 'door_raise_ban', 'door_active_bans',
       'door_address_lists', 'door_lift_bans', 'door_save_address_lists', 'door_tenant_plan'));
end $$;
