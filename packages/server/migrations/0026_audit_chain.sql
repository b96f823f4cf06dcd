-- The diary becomes a chain of hashes per tenant, and one of the server itself (tenant null). See docs/decisions/0025.
-- Fields are written with their length, so that no two rows share an encoding; a missing value is not an empty one.
create function audit_field(v bytea) returns bytea language sql immutable parallel safe as
$$ select case when v is null then '\xffffffff'::bytea else int4send(octet_length(v)) || v end $$;

-- The same bytes are hashed in features/audit/chain.ts.
create function audit_hash(p_version int, p_prev bytea, p_seq bigint, p_id uuid, p_tenant uuid, p_at timestamptz, p_actor uuid, p_action text,
  p_object_type text, p_object_id uuid, p_outcome text, p_request_id text, p_sealed bytea) returns bytea language sql stable parallel safe as $$
  select sha256(
    audit_field(convert_to('atende/audit/' || p_version, 'UTF8')) || audit_field(p_prev) || audit_field(int8send(p_seq)) || audit_field(uuid_send(p_id))
    || audit_field(uuid_send(p_tenant)) || audit_field(int8send((extract(epoch from p_at) * 1000000)::bigint)) || audit_field(uuid_send(p_actor))
    || audit_field(convert_to(p_action, 'UTF8')) || audit_field(convert_to(p_object_type, 'UTF8')) || audit_field(uuid_send(p_object_id))
    || audit_field(convert_to(p_outcome, 'UTF8')) || audit_field(convert_to(p_request_id, 'UTF8')) || audit_field(p_sealed))
$$;

select open_owner_door('audit_logs');
-- What lines from before the chain said stays where it was; their hash commits to a salted digest of it, so that it can be erased.
alter table audit_logs rename column ip to old_ip;
alter table audit_logs rename column details to old_details;
alter table audit_logs alter column old_details drop not null, alter column old_details drop default, alter column tenant_id drop not null,
  add column seq bigint, add column version smallint not null default 1, add column sealed bytea, add column old_salt uuid,
  add column prev_hash bytea, add column hash bytea,
  add constraint audit_logs_outcome check (outcome in ('success', 'failure'));

-- Where each chain ends. `chain` is the tenant, or zero for the server's own.
create table audit_heads (
  chain uuid primary key,
  tenant_id uuid references tenants,
  seq bigint not null default 0,
  hash bytea not null default sha256('atende/audit'),
  at timestamptz not null default '-infinity',
  checkpoint_seq bigint not null default 0,
  check (chain = coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'))
);
select make_tenant_table('audit_heads', 'select');
select open_owner_door('audit_heads');

-- A line takes its place in the chain when its transaction commits: the lock on the head is the last that a transaction takes and is
-- held for the commit only, so it waits for nobody's rows and nobody waits in a circle.
create function audit_link() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_zero constant uuid := '00000000-0000-0000-0000-000000000000';
  v_chain constant uuid := coalesce(new.tenant_id, v_zero);
  -- All chains of this transaction, in one order for everybody.
  v_chains constant uuid[] := coalesce(string_to_array(nullif(current_setting('app.audit_chains', true), ''), ',')::uuid[], '{}') || v_chain;
  h audit_heads;
begin
  insert into audit_heads (chain, tenant_id)
    select c, nullif(c, v_zero) from (select distinct unnest(v_chains) c) x where not exists (select from audit_heads a where a.chain = c) order by c
    on conflict do nothing;
  perform from audit_heads where chain = any(v_chains) order by chain for update;
  select * into h from audit_heads where chain = v_chain;
  h.at := greatest(h.at, clock_timestamp());
  update audit_logs set seq = h.seq + 1, prev_hash = h.hash, at = h.at,
      hash = audit_hash(version, h.hash, h.seq + 1, id, tenant_id, h.at, actor_user_id, action, object_type, object_id, outcome, request_id, audit_logs.sealed)
    where id = new.id and seq is null returning hash into h.hash;
  if found then update audit_heads set seq = h.seq + 1, hash = h.hash, at = h.at where chain = v_chain; end if;
  return null;
end $$;

create function audit_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.seq is null then return new; end if;
  raise exception 'the diary can only be appended to' using errcode = 'insufficient_privilege';
end $$;

-- Lines from before the chain: chained in their order, by the same rule (version 0).
do $$
declare
  r record;
  v_tenant uuid;
  v_prev bytea;
  v_hash bytea;
  v_seq bigint;
begin
  update audit_logs set version = 0, old_salt = gen_random_uuid(), outcome = case when outcome = 'success' then 'success' else 'failure' end;
  update audit_logs set sealed = sha256(uuid_send(old_salt) || audit_field(convert_to(old_ip, 'UTF8')) || audit_field(convert_to(old_details::text, 'UTF8')));
  for r in select * from audit_logs order by tenant_id, at, id loop
    if v_tenant is distinct from r.tenant_id then
      v_tenant := r.tenant_id;
      v_seq := 0;
      v_prev := sha256('atende/audit');
    end if;
    v_seq := v_seq + 1;
    v_hash := audit_hash(0, v_prev, v_seq, r.id, r.tenant_id, r.at, r.actor_user_id, r.action, r.object_type, r.object_id, r.outcome, r.request_id, r.sealed);
    update audit_logs set seq = v_seq, prev_hash = v_prev, hash = v_hash where id = r.id;
    v_prev := v_hash;
  end loop;
  insert into audit_heads (chain, tenant_id, seq, hash, at)
    select distinct on (tenant_id) tenant_id, tenant_id, seq, hash, at from audit_logs order by tenant_id, seq desc;
end $$;

alter table audit_logs alter column sealed set not null;
create unique index audit_logs_chain on audit_logs (tenant_id, seq) nulls not distinct where seq is not null;
create index audit_logs_actor on audit_logs (tenant_id, actor_user_id, seq desc);
create index audit_logs_action on audit_logs (tenant_id, action, seq desc);
create constraint trigger audit_link after insert on audit_logs deferrable initially deferred for each row execute function audit_link();
create trigger audit_frozen before update or delete on audit_logs for each row execute function audit_frozen();
create trigger audit_kept before truncate on audit_logs for each statement execute function audit_frozen();

-- The one way in. The line belongs to the tenant of the transaction, or to the server.
create function audit_append(p_id uuid, p_tenant uuid, p_actor uuid, p_action text, p_object_type text, p_object_id uuid, p_outcome text,
  p_request_id text, p_sealed bytea) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_chain constant text := coalesce(p_tenant, '00000000-0000-0000-0000-000000000000')::text;
  v_chains constant text := nullif(current_setting('app.audit_chains', true), '');
begin
  if p_tenant is not null and p_tenant is distinct from current_tenant() then
    raise exception 'a line for another tenant' using errcode = 'insufficient_privilege';
  end if;
  if coalesce(position(v_chain in v_chains), 0) = 0 then perform set_config('app.audit_chains', concat_ws(',', v_chains, v_chain), true); end if;
  insert into audit_logs (id, tenant_id, actor_user_id, action, object_type, object_id, outcome, request_id, sealed)
    values (p_id, p_tenant, p_actor, p_action, p_object_type, p_object_id, p_outcome, p_request_id, p_sealed);
end $$;
revoke insert on audit_logs from "{{app_role}}";

-- Keys that sign. The private half is sealed by the application.
create table audit_keys (
  id text primary key,
  public_key bytea not null,
  private_sealed bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table audit_keys enable row level security;
alter table audit_keys force row level security;
select open_owner_door('audit_keys');

create function door_audit_keys() returns table (id text, public_key bytea, private_sealed bytea, created_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.id, k.public_key, k.private_sealed, k.created_at from audit_keys k order by k.created_at desc, k.id
$$;
-- Only if the newest key is still the one that the caller knows: of two that start at once, one adds.
create function door_add_audit_key(p_id text, p_public_key bytea, p_private_sealed bytea, p_instead_of text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(7204114);
  if (select k.id from audit_keys k order by k.created_at desc, k.id limit 1) is not distinct from p_instead_of then
    insert into audit_keys (id, public_key, private_sealed) values (p_id, p_public_key, p_private_sealed);
  end if;
end $$;

-- Where a chain stood at a moment, signed.
create table audit_checkpoints (
  id uuid primary key,
  tenant_id uuid references tenants,
  seq bigint not null,
  hash bytea not null,
  at timestamptz not null,
  key_id text not null,
  signature bytea not null,
  copied_at timestamptz
);
create unique index audit_checkpoints_chain on audit_checkpoints (tenant_id, seq) nulls not distinct;
create index audit_checkpoints_uncopied on audit_checkpoints (id) where copied_at is null;
select make_tenant_table('audit_checkpoints', 'select');
select open_owner_door('audit_checkpoints');

create function door_audit_due(p_max int) returns table (tenant_id uuid, seq bigint, hash bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select h.tenant_id, h.seq, h.hash from audit_heads h where h.seq > h.checkpoint_seq order by h.chain limit least(p_max, 1000)
$$;
-- Once for each place of a chain, however many processes ask; and only for a place that exists.
create function door_audit_checkpoint(p_id uuid, p_tenant uuid, p_seq bigint, p_hash bytea, p_at timestamptz, p_key_id text, p_signature bytea) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update audit_heads h set checkpoint_seq = p_seq
    where h.chain = coalesce(p_tenant, '00000000-0000-0000-0000-000000000000') and h.checkpoint_seq < p_seq and h.seq >= p_seq
      and exists (select from audit_logs l where (l.tenant_id = p_tenant or p_tenant is null and l.tenant_id is null)
        and l.seq = p_seq and l.hash = p_hash);
  if not found then return false; end if;
  insert into audit_checkpoints (id, tenant_id, seq, hash, at, key_id, signature)
    values (p_id, p_tenant, p_seq, p_hash, p_at, p_key_id, p_signature);
  return true;
end $$;
create function door_audit_uncopied(p_max int)
returns table (id uuid, tenant_id uuid, seq bigint, hash bytea, at timestamptz, key_id text, signature bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.tenant_id, c.seq, c.hash, c.at, c.key_id, c.signature from audit_checkpoints c where c.copied_at is null order by c.id limit least(p_max, 1000)
$$;
create function door_audit_copied(p_ids uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update audit_checkpoints set copied_at = now() where id = any(p_ids) and copied_at is null
$$;

-- Who runs the server reads the server's own chain.
create policy server_chain on audit_logs for select using (tenant_id is null and (select door_is_super_admin()));
create policy server_chain on audit_heads for select using (tenant_id is null and (select door_is_super_admin()));
create policy server_chain on audit_checkpoints for select using (tenant_id is null and (select door_is_super_admin()));

-- Looking at a colleague's conversation is told once in an hour.
create table audit_views (
  tenant_id uuid not null references tenants,
  user_id uuid not null,
  conversation_id uuid not null,
  hour timestamptz not null default date_trunc('hour', now()),
  primary key (tenant_id, user_id, conversation_id, hour)
);
create index audit_views_age on audit_views (hour);
select make_tenant_table('audit_views', 'select, insert');
select open_owner_door('audit_views');

-- Records of access to the application (Lei 12.965/2014, art. 15): who, from which address and port, when. No part of the diary. The
-- application appends, and reads only through a door, for an export that says why.
create table access_records (
  id uuid primary key,
  tenant_id uuid references tenants,
  session_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  sealed bytea not null
);
create index access_records_list on access_records (tenant_id, at, id);
create index access_records_session on access_records (session_id, at);
create index access_records_age on access_records (at);
alter table access_records enable row level security;
alter table access_records force row level security;
select open_owner_door('access_records');

-- With a gap: only if this session has no record within it.
create function access_record_append(p_id uuid, p_tenant uuid, p_session uuid, p_sealed bytea, p_gap interval) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if p_tenant is distinct from current_tenant() then
    raise exception 'a record for another tenant' using errcode = 'insufficient_privilege';
  end if;
  insert into access_records (id, tenant_id, session_id, sealed) select p_id, p_tenant, p_session, p_sealed
    where p_gap is null or not exists (select from access_records r where r.session_id = p_session and r.at > clock_timestamp() - p_gap);
end $$;
create function door_access_records(p_from timestamptz, p_to timestamptz, p_after_at timestamptz, p_after_id uuid, p_max int)
returns table (id uuid, session_id uuid, at timestamptz, sealed bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.id, r.session_id, r.at, r.sealed from access_records r
  where r.tenant_id = current_tenant() and r.at >= p_from and r.at < p_to and (r.at, r.id) > (p_after_at, p_after_id)
  order by r.at, r.id limit least(p_max, 5000)
$$;
-- The time is the law's, so nobody can ask for an earlier end.
create function door_purge_records() returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from access_records where at < now() - interval '6 months';
  delete from audit_views where hour < now() - interval '1 day'
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public;', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('audit_field', 'audit_hash', 'audit_link', 'audit_frozen'));
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('audit_append', 'door_audit_keys', 'door_add_audit_key', 'door_audit_due', 'door_audit_checkpoint', 'door_audit_uncopied', 'door_audit_copied',
       'access_record_append', 'door_access_records', 'door_purge_records'));
end $$;
