-- What is known of the server itself: its processes, how full its disks are each day, its alerts and how they were told. Closed tables,
-- reached by the named functions below; nothing about tenants or people stands in them.
create table server_processes (
  id uuid primary key,
  role text not null check (role in ('all', 'web', 'worker')),
  host text not null,
  port int not null,
  pid int not null,
  version text not null,
  started_at timestamptz not null default now(),
  -- Each says that it lives; one that has fallen silent without saying goodbye was lost.
  beat_at timestamptz not null default now(),
  rss_mib int not null,
  memory_percent real not null,
  -- Answers of the last five minutes, and how many of them were errors of ours.
  answers int not null,
  errors int not null
);
create table server_disks (
  host text not null,
  mount text not null,
  day date not null default current_date,
  used_mib bigint not null,
  free_mib bigint not null,
  noted_at timestamptz not null default now(),
  primary key (host, mount, day)
);
create table server_alerts (
  id uuid primary key,
  code text not null check (code ~ '^[a-z][a-z_]{0,39}$'),
  key text not null default '',
  details jsonb not null default '{}',
  since timestamptz not null,
  last_seen timestamptz not null,
  firing_at timestamptz,
  resolved_at timestamptz,
  again boolean not null default false,
  -- By channel: what was told last, and when.
  told jsonb not null default '{}'
);
create index server_alerts_newest on server_alerts (since desc);
create table server_alert_channels (
  channel text primary key check (channel in ('email', 'slack', 'whatsapp')),
  tried_at timestamptz not null default now(),
  ok_at timestamptz,
  error text
);

do $$ declare t text; begin
  foreach t in array array['server_processes', 'server_disks', 'server_alerts', 'server_alert_channels'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    perform open_owner_door(t::regclass);
  end loop;
end $$;

-- I live. Who started where another stood takes its place; a lost one is forgotten when a new one of its role has started since, or
-- after a week.
create function door_beat_process(p_id uuid, p jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_started timestamptz;
begin
  insert into server_processes as s (id, role, host, port, pid, version, rss_mib, memory_percent, answers, errors)
    values (p_id, p ->> 'role', p ->> 'host', (p ->> 'port')::int, (p ->> 'pid')::int, p ->> 'version',
      (p ->> 'rssMib')::int, (p ->> 'memoryPercent')::real, (p ->> 'answers')::int, (p ->> 'errors')::int)
    on conflict (id) do update set beat_at = now(), rss_mib = excluded.rss_mib, memory_percent = excluded.memory_percent,
      answers = excluded.answers, errors = excluded.errors
    returning s.started_at into v_started;
  delete from server_processes s where s.id <> p_id and (
    s.beat_at < now() - interval '7 days'
    or s.role = p ->> 'role' and s.host = p ->> 'host' and s.port = (p ->> 'port')::int and s.started_at < v_started
    or s.role = p ->> 'role' and s.beat_at < now() - interval '1 minute' and s.beat_at < v_started);
end $$;

-- I end, as I was asked to.
create function door_end_process(p_id uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from server_processes where id = p_id
$$;

create function door_processes() returns table (id uuid, role text, host text, port int, pid int, version text, started_at timestamptz,
  beat_at timestamptz, silent_seconds int, rss_mib int, memory_percent real, answers int, errors int)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.role, s.host, s.port, s.pid, s.version, s.started_at, s.beat_at, extract(epoch from now() - s.beat_at)::int,
    s.rss_mib, s.memory_percent, s.answers, s.errors
  from server_processes s order by s.host, s.role, s.port, s.started_at limit 200
$$;

-- The last figure of a day is the day's.
create function door_note_disk(p_host text, p_mount text, p_used bigint, p_free bigint) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from server_disks where day < current_date - 60;
  insert into server_disks (host, mount, used_mib, free_mib) values (p_host, p_mount, p_used, p_free)
    on conflict (host, mount, day) do update set used_mib = excluded.used_mib, free_mib = excluded.free_mib, noted_at = now()
$$;

create function door_disks() returns table (host text, mount text, day text, used_mib bigint, free_mib bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select d.host, d.mount, d.day::text, d.used_mib, d.free_mib from server_disks d where d.day > current_date - 30 order by d.host, d.mount, d.day
$$;

-- Those that are open, and the newest of the others.
create function door_alerts(p_max int) returns setof server_alerts
language sql stable security definer set search_path = public, pg_temp as $$
  select * from server_alerts where resolved_at is null
  union all
  (select * from server_alerts where resolved_at is not null order by since desc limit least(p_max, 500))
$$;

-- As they are now; one that was only suspected and is not seen any more goes.
create function door_save_alerts(p_alerts jsonb, p_gone uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from server_alerts where id = any(p_gone) and firing_at is null or since < now() - interval '13 months';
  insert into server_alerts
    select a.* from jsonb_populate_recordset(null::server_alerts, p_alerts) a
    on conflict (id) do update set details = excluded.details, last_seen = excluded.last_seen, firing_at = excluded.firing_at,
      resolved_at = excluded.resolved_at, told = excluded.told
$$;

create function door_alert_channels() returns setof server_alert_channels
language sql stable security definer set search_path = public, pg_temp as $$
  select * from server_alert_channels
$$;

create function door_note_alert_channel(p_channel text, p_error text) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into server_alert_channels as c (channel, ok_at, error) values (p_channel, case when p_error is null then now() end, p_error)
    on conflict (channel) do update set tried_at = now(), ok_at = coalesce(excluded.ok_at, c.ok_at), error = excluded.error
$$;

-- Counted across companies below.
select open_owner_door('notices');

-- What only whoever runs the server may know across companies: counts and times.
create function door_server_figures() returns table (now timestamptz, installed_at timestamptz, dead_tokens int, unsigned_since timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select clock_timestamp(), (select min(t.created_at) from tenants t),
    (select count(distinct n.channel_id)::int from notices n join channels c on c.id = n.channel_id
      where n.code = 'token_invalid' and n.resolved_at is null and c.released_at is null),
    (select min(l.at) from audit_heads h join audit_logs l on l.tenant_id is not distinct from h.tenant_id and l.seq = h.checkpoint_seq + 1
      where h.seq > h.checkpoint_seq)
$$;

-- Whose number carries the alerts.
create function door_tenant_of_slug(p_slug text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select id from tenants where slug = p_slug
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('door_beat_process', 'door_end_process', 'door_processes', 'door_note_disk', 'door_disks', 'door_alerts', 'door_save_alerts',
       'door_alert_channels', 'door_note_alert_channel', 'door_server_figures', 'door_tenant_of_slug'));
end $$;
