-- What the server did for itself, and how it ended: backups, restores and their tests, updates, alerts. It belongs to no tenant, and
-- nothing about people stands in it.
create table server_runs (
  id uuid primary key,
  kind text not null check (kind ~ '^[a-z][a-z-]{0,39}$'),
  host text not null,
  started_at timestamptz not null default now(),
  -- Whoever runs says so from time to time: a run that has fallen silent was lost.
  beat_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text not null default 'running' check (outcome in ('running', 'ok', 'failed')),
  details jsonb not null default '{}'
);
create index server_runs_newest on server_runs (kind, started_at desc);
alter table server_runs enable row level security;
alter table server_runs force row level security;
select open_owner_door('server_runs');

-- Begins a run; what is older than thirteen months goes.
create function door_begin_run(p_id uuid, p_kind text, p_host text, p_details jsonb) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from server_runs where started_at < now() - interval '13 months';
  insert into server_runs (id, kind, host, details) values (p_id, p_kind, p_host, p_details)
$$;

-- How far it is, or how it ended. What has ended stays as it ended; answers whether it still ran.
create function door_note_run(p_id uuid, p_outcome text, p_details jsonb) returns boolean
language sql security definer set search_path = public, pg_temp as $$
  with noted as (
    update server_runs set details = details || p_details, beat_at = now(), outcome = p_outcome,
      ended_at = case when p_outcome <> 'running' then now() end
    where id = p_id and outcome = 'running' returning 1)
  select exists (select from noted)
$$;

-- The newest of each of these kinds.
create function door_runs(p_kinds text[], p_each int) returns setof server_runs
language sql stable security definer set search_path = public, pg_temp as $$
  select r.* from unnest(p_kinds) k (kind)
    cross join lateral (select * from server_runs s where s.kind = k.kind order by s.started_at desc, s.id desc limit least(p_each, 500)) r
  order by r.started_at desc, r.id desc
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_begin_run', 'door_note_run', 'door_runs'));
end $$;
