-- What the server is asked about itself every few seconds, answered without reading whole tables. The answers stay as they were.

-- Of the conversations in which something waits, those that nobody has in hand and the others, each by its own index. How many checkpoints
-- were not copied is told up to a thousand: where no copies are wanted that is all of them.
create or replace function door_metrics() returns table (
  media_pending bigint, media_failed bigint, media_oldest timestamptz,
  webhooks_retrying bigint, webhooks_given_up bigint, webhooks_not_understood bigint,
  lanes_waiting bigint, numbers bigint, numbers_connected bigint, numbers_held bigint,
  tenants_active bigint, tenants_other bigint, bans bigint,
  audit_open_since timestamptz, audit_checkpoint_at timestamptz, audit_uncopied bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select
    (select count(*) from media where status = 'pending'), (select count(*) from media where status = 'failed'),
    (select min(created_at) from media where status = 'pending'),
    (select count(*) from webhook_events where error is not null and processed_at is null and attempts between 1 and 24),
    (select count(*) from webhook_events where error is not null and processed_at is null and attempts >= 25),
    (select count(*) from webhook_events where understood = false),
    (select count(*) from send_lanes where due_at is not null and holder is null)
      + (select count(*) from send_lanes where holder is not null and due_at is not null),
    (select count(*) from channels where released_at is null),
    (select count(*) from channels where released_at is null and status = 'connected'),
    (select count(*) from send_pace s join channels c on c.id = s.channel_id where c.released_at is null and s.hold_code is not null),
    (select count(*) from tenants where status in ('TRIAL', 'ACTIVE')), (select count(*) from tenants where status not in ('TRIAL', 'ACTIVE')),
    (select count(*) from address_bans where banned_until > now()),
    -- The oldest line that no signed checkpoint covers.
    (select min(x.at) from (
      select l.at from audit_heads h join audit_logs l on l.tenant_id = h.tenant_id and l.seq = h.checkpoint_seq + 1 where h.seq > h.checkpoint_seq
      union all
      select l.at from audit_heads h join audit_logs l on l.tenant_id is null and l.seq = h.checkpoint_seq + 1
      where h.tenant_id is null and h.seq > h.checkpoint_seq) x),
    (select at from audit_checkpoints order by id desc limit 1),
    (select count(*) from (select from audit_checkpoints where copied_at is null limit 1000) x)
$$;

-- Numbers of the companies: all, those that are connected, and those that stand still. Anybody may make the server ask (/health).
create function door_numbers() returns table (numbers bigint, connected bigint, held bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), count(*) filter (where c.status = 'connected'),
    count(*) filter (where exists (select from send_pace s where s.channel_id = c.id and s.hold_code is not null))
  from channels c where c.released_at is null
$$;

create or replace function door_server_figures() returns table (now timestamptz, installed_at timestamptz, dead_tokens int, unsigned_since timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select clock_timestamp(), (select min(t.created_at) from tenants t),
    (select count(distinct n.channel_id)::int from notices n join channels c on c.id = n.channel_id
      where n.code = 'token_invalid' and n.resolved_at is null and c.released_at is null),
    -- The server's own chain has no tenant; asked for in one condition, no index would help.
    (select min(x.at) from (
      select l.at from audit_heads h join audit_logs l on l.tenant_id = h.tenant_id and l.seq = h.checkpoint_seq + 1 where h.seq > h.checkpoint_seq
      union all
      select l.at from audit_heads h join audit_logs l on l.tenant_id is null and l.seq = h.checkpoint_seq + 1
      where h.tenant_id is null and h.seq > h.checkpoint_seq) x)
$$;

-- Of hosts on which a process lives, or was lost and is missed. A container that was exchanged took its name with it.
create or replace function door_disks() returns table (host text, mount text, day text, used_mib bigint, free_mib bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select d.host, d.mount, d.day::text, d.used_mib, d.free_mib from server_disks d
  where d.day > current_date - 30 and exists (select from server_processes s where s.host = d.host) order by d.host, d.mount, d.day
$$;

-- Who starts where another stood takes its place, once that one is silent: two containers may share host, role and port, and both live.
create or replace function door_beat_process(p_id uuid, p jsonb) returns void
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
      and s.beat_at < now() - interval '30 seconds'
    or s.role = p ->> 'role' and s.beat_at < now() - interval '1 minute' and s.beat_at < v_started);
end $$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname = 'door_numbers');
end $$;
