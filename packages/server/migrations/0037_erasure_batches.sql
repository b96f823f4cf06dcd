-- What was erased travels to every place of the backups in lists that never change, so that a place that was away gets the same list
-- later, and none is stored twice. They are marked as kept (door_erasures_kept) when all places have them.
alter table erasures add column batch uuid;
create index erasures_batch on erasures (batch) where batch is not null;

-- Gives what has no list yet one; answers all lists that are not at every place.
create function door_batch_erasures(p_batch uuid, p_max int) returns setof uuid
language sql security definer set search_path = public, pg_temp as $$
  with fresh as (select e.id from erasures e where e.kept_at is null and e.batch is null order by e.id limit p_max for update skip locked),
    named as (update erasures e set batch = p_batch from fresh where e.id = fresh.id returning e.batch)
  select n.batch from named n union select e.batch from erasures e where e.kept_at is null and e.batch is not null
$$;
create function door_erasure_batch(p_batch uuid) returns table (id bigint, kind text, object_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, e.kind, e.object_id from erasures e where e.batch = p_batch order by e.id
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_batch_erasures', 'door_erasure_batch'));
end $$;
