-- What was destroyed for good: keys of people, and people. A backup from before still holds them, so the list is also kept outside of
-- the database, and whatever is restored loses them again. Ids only.
create table erasures (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  kind text not null check (kind in ('key', 'contact')),
  object_id uuid not null,
  erased_at timestamptz not null default now(),
  -- Since when it stands where the backups lie.
  kept_at timestamptz
);
create index erasures_waiting on erasures (id) where kept_at is null;
select make_tenant_table('erasures', 'select, insert');
select open_owner_door('erasures');

-- The door for whatever erases by another way: this must not come back by a restore.
create function note_erasure(p_tenant uuid, p_kind text, p_id uuid) returns void language sql as $$
  insert into erasures (tenant_id, kind, object_id) values (p_tenant, p_kind, p_id)
$$;
-- However a key or a person goes, it is noted in the same transaction.
create function note_erased_key() returns trigger language plpgsql as $$
begin
  perform note_erasure(old.tenant_id, 'key', old.id);
  return null;
end $$;
create trigger note_erased after delete on data_keys for each row execute function note_erased_key();
create function note_erased_contact() returns trigger language plpgsql as $$
begin
  perform note_erasure(old.tenant_id, 'contact', old.id);
  return null;
end $$;
create trigger note_erased after delete on contacts for each row execute function note_erased_contact();

-- What is not kept outside yet.
create function door_waiting_erasures(p_max int) returns table (id bigint, kind text, object_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, e.kind, e.object_id from erasures e where e.kept_at is null order by e.id limit p_max
$$;
create function door_erasures_kept(p_ids bigint[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update erasures set kept_at = now() where id = any(p_ids) and kept_at is null
$$;

-- Takes out of a restored database what was erased after its backup. For who may see all rows; the application may not call it.
-- A contact whose conversations still stand stays as a shell that nobody can read.
create function replay_erasures(p_kinds text[], p_ids uuid[]) returns int language plpgsql as $$
declare
  n int := 0;
  gone int;
  person uuid;
begin
  delete from data_keys k using unnest(p_kinds, p_ids) x (kind, id) where (x.kind = 'key' and k.id = x.id) or (x.kind = 'contact' and k.contact_id = x.id);
  get diagnostics n = row_count;
  for person in select c.id from contacts c join unnest(p_kinds, p_ids) x (kind, id) on x.kind = 'contact' and c.id = x.id loop
    begin
      delete from contacts where id = person;
      get diagnostics gone = row_count;
      n := n + gone;
    exception when foreign_key_violation then null;
    end;
  end loop;
  return n;
end $$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public;', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_waiting_erasures', 'door_erasures_kept', 'replay_erasures'));
  execute (select string_agg(format('grant execute on function %s to "{{app_role}}";', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_waiting_erasures', 'door_erasures_kept'));
end $$;
