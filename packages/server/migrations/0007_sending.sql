-- The way out of a conversation: when its next message may leave, and who has it in hand. One row per conversation that was ever
-- answered; the messages themselves say what waits.
create table send_lanes (
  conversation_id uuid primary key references conversations on delete cascade,
  tenant_id uuid not null references tenants,
  channel_id uuid not null references channels,
  -- When the next one may leave; null while nothing waits. Also the order: who is due longest goes first.
  due_at timestamptz,
  -- The process that has it in hand, and until when, unless it says so again.
  holder uuid,
  held_until timestamptz,
  -- Theoretical arrival time of the next message to this person (Cloud API, pair limit).
  pair_at timestamptz not null default now(),
  -- Times in a row that the pair limit was hit although we counted.
  pair_strikes int not null default 0,
  -- Refusals in a row of the message in front.
  tries int not null default 0
);
create index send_lanes_due on send_lanes (tenant_id, channel_id, due_at, conversation_id) where due_at is not null and holder is null;
create index send_lanes_held on send_lanes (holder) where holder is not null;
create index send_lanes_channel on send_lanes (channel_id);
select make_tenant_table('send_lanes');
select open_owner_door('send_lanes');

-- How fast a number may send (Cloud API, throughput), and whether it may at all.
create table send_pace (
  channel_id uuid primary key references channels on delete cascade,
  tenant_id uuid not null references tenants,
  -- Theoretical arrival time of the number's next message.
  ready_at timestamptz not null default now(),
  -- Share of its speed after WhatsApp asked for less; recovers with time.
  slowed real not null default 1,
  slowed_at timestamptz,
  -- Nothing leaves before; with a code, one message then tries whether the number works again.
  hold_until timestamptz,
  hold_code int,
  -- What people should know of it: stands on every message that waits.
  hold_error jsonb,
  holds int not null default 0
);
select make_tenant_table('send_pace');
select open_owner_door('send_pace');

-- What was uploaded to WhatsApp lives there for 30 days (Cloud API, media): sending it again needs no second upload.
create table media_uploads (
  tenant_id uuid not null references tenants,
  media_id uuid not null references media on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  provider_media_id text not null,
  at timestamptz not null default now(),
  primary key (media_id, channel_id)
);
create index media_uploads_channel on media_uploads (channel_id);
select make_tenant_table('media_uploads');

-- The share of its speed that a number has again: it doubles every fifteen seconds.
create function send_recovered(p_slowed real, p_slowed_at timestamptz) returns double precision language sql stable parallel safe as $$
  select least(1, p_slowed * power(2, least(20, extract(epoch from clock_timestamp() - coalesce(p_slowed_at, clock_timestamp())) / 15)))
$$;
-- How long each message takes of a number's time.
create function send_interval(p_throughput int, p_coexistence timestamptz, p_slowed real, p_slowed_at timestamptz, p_share double precision)
returns interval language sql stable parallel safe as $$
  select interval '1 second' / (case when p_coexistence is not null then 20 else coalesce(p_throughput, 80) end * p_share * send_recovered(p_slowed, p_slowed_at))
$$;

-- Takes lanes in hand whose next message may leave: tenants in turn, within a tenant who is due longest, never faster than a number
-- may. The numbers' rows are locked for this moment, so that several processes agree; a number that another one serves just now is
-- passed over.
create function door_take_sends(p_holder uuid, p_slots int, p_per_tenant int, p_lease interval, p_share double precision, p_burst interval)
returns table (tenant_id uuid, conversation_id uuid)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare v_now timestamptz := clock_timestamp();
begin
  return query
  with recursive waiting as (
    (select q.tenant_id, q.channel_id from send_lanes q where q.due_at is not null and q.holder is null order by 1, 2 limit 1)
    union all
    select n.tenant_id, n.channel_id from waiting w cross join lateral (
      select q.tenant_id, q.channel_id from send_lanes q
      where q.due_at is not null and q.holder is null and (q.tenant_id, q.channel_id) > (w.tenant_id, w.channel_id) order by 1, 2 limit 1) n),
  numbers as materialized (
    select s.channel_id, s.tenant_id, s.ready_at, s.hold_code, i.each
    from waiting w join send_pace s on s.channel_id = w.channel_id join channels h on h.id = s.channel_id
    cross join lateral (select send_interval(h.throughput, h.coexistence_since, s.slowed, s.slowed_at, p_share) as each) i
    where s.hold_until is null or s.hold_until <= v_now
    for update of s skip locked),
  ready as materialized (
    select n.*, case when n.hold_code is not null then 1
      else greatest(case when n.ready_at <= v_now then 1 else 0 end, floor(extract(epoch from v_now + p_burst - greatest(n.ready_at, v_now)) / extract(epoch from n.each)))
      end::int as tokens
    from numbers n),
  busy as (select h.tenant_id, count(*) as n from send_lanes h where h.holder = p_holder group by 1),
  candidates as (
    select l.conversation_id, r.tenant_id, l.due_at,
      coalesce(b.n, 0) + row_number() over (partition by r.tenant_id order by l.due_at, l.conversation_id) as turn
    from ready r left join busy b on b.tenant_id = r.tenant_id
    cross join lateral (
      select q.conversation_id, q.due_at from send_lanes q
      where q.tenant_id = r.tenant_id and q.channel_id = r.channel_id and q.due_at <= v_now and q.holder is null and r.tokens > 0
      order by q.due_at, q.conversation_id limit least(greatest(r.tokens, 0), p_slots)) l),
  chosen as (select * from candidates c where c.turn <= p_per_tenant order by c.turn, c.due_at limit p_slots),
  -- No other sender takes from a locked number; who queues a message at this moment may hold the lane, and is not waited for.
  free as (
    select q.conversation_id, c.turn, c.due_at from chosen c join send_lanes q on q.conversation_id = c.conversation_id
    where q.holder is null for update of q skip locked),
  taken as (
    update send_lanes q set holder = p_holder, held_until = v_now + p_lease
    from free c where q.conversation_id = c.conversation_id
    returning q.tenant_id, q.conversation_id, q.channel_id, c.turn, c.due_at),
  paced as (
    update send_pace s set ready_at = greatest(s.ready_at, v_now) + k.n * r.each,
      -- One message tries; the others wait for what it finds.
      hold_until = case when r.hold_code is not null then v_now + interval '1 minute' end
    from (select t.channel_id, count(*) as n from taken t group by 1) k join ready r on r.channel_id = k.channel_id
    where s.channel_id = k.channel_id)
  select t.tenant_id, t.conversation_id from taken t order by t.turn, t.due_at;
end $$;

-- In how many milliseconds something may leave again; null when nothing waits.
create function door_next_send(p_burst interval) returns double precision
language sql stable security definer set search_path = public, pg_temp as $$
  with recursive waiting as (
    (select q.tenant_id, q.channel_id from send_lanes q where q.due_at is not null and q.holder is null order by 1, 2 limit 1)
    union all
    select n.tenant_id, n.channel_id from waiting w cross join lateral (
      select q.tenant_id, q.channel_id from send_lanes q
      where q.due_at is not null and q.holder is null and (q.tenant_id, q.channel_id) > (w.tenant_id, w.channel_id) order by 1, 2 limit 1) n)
  select extract(epoch from min(greatest(l.due_at, s.ready_at - p_burst, s.hold_until)) - clock_timestamp()) * 1000
  from waiting w join send_pace s on s.channel_id = w.channel_id
  cross join lateral (select q.due_at from send_lanes q where q.tenant_id = w.tenant_id and q.channel_id = w.channel_id and q.due_at is not null
    and q.holder is null order by q.due_at limit 1) l
$$;

-- A living process says that it still has its lanes in hand.
create function door_keep_sends(p_holder uuid, p_lease interval) returns void
language sql security definer set search_path = public, pg_temp as $$
  update send_lanes set held_until = clock_timestamp() + p_lease where holder = p_holder
$$;

-- Lanes of processes that died are free again. Rarely (p_mend): waiting messages without a lane get one, from before there were lanes
-- or from a conversation that became part of another.
create function door_mend_sends(p_mend boolean) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update send_lanes set holder = null, held_until = null where conversation_id in (
    select conversation_id from send_lanes where holder is not null and held_until < clock_timestamp() for update skip locked);
  if p_mend then
    insert into send_pace (channel_id, tenant_id)
      select distinct m.channel_id, m.tenant_id from messages m where m.status in ('queued', 'sending') on conflict do nothing;
    insert into send_lanes (conversation_id, tenant_id, channel_id, due_at)
      select m.conversation_id, m.tenant_id, min(m.channel_id::text)::uuid, clock_timestamp() from messages m where m.status in ('queued', 'sending')
        and not exists (select from send_lanes l where l.conversation_id = m.conversation_id and l.due_at is not null)
      group by 1, 2
      on conflict (conversation_id) do update set due_at = coalesce(send_lanes.due_at, excluded.due_at);
  end if;
end $$;

-- Conversations whose next message could leave, for /health; a number that is held on purpose is not late.
create function door_send_backlog() returns table (waiting bigint, oldest timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), min(l.due_at) from send_lanes l join send_pace s on s.channel_id = l.channel_id
  where l.due_at <= clock_timestamp() and l.holder is null and (s.hold_until is null or s.hold_until < clock_timestamp())
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('send_interval', 'send_recovered', 'door_take_sends', 'door_next_send', 'door_keep_sends', 'door_mend_sends', 'door_send_backlog'));
end $$;

-- Windows that close soon, for the list and its count.
create index conversations_window on conversations (tenant_id, last_inbound_at) where status = 'open';
