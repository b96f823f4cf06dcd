select open_owner_door('usage_tracking');

-- Figures about the whole server for its metrics: numbers and ages, nothing about people, no names.
create function door_metrics() returns table (
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
    (select count(*) from send_lanes where due_at is not null),
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
    (select at from audit_checkpoints order by id desc limit 1), (select count(*) from audit_checkpoints where copied_at is null)
$$;

-- Messages of each tenant since it exists, those with the most of this month first. Ids, no names.
create function door_metrics_tenants(p_max int) returns table (tenant_id uuid, received bigint, sent bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select u.tenant_id, coalesce(sum(u.count) filter (where u.metric = 'messages_received'), 0)::bigint,
    coalesce(sum(u.count) filter (where u.metric = 'messages_sent'), 0)::bigint
  from usage_tracking u where u.metric in ('messages_received', 'messages_sent')
  group by u.tenant_id order by coalesce(sum(u.count) filter (where u.month >= date_trunc('month', now() - interval '1 day')), 0) desc, u.tenant_id
  limit least(p_max, 500)
$$;

-- What lies in files, per tenant: reads the whole table, for rare use.
create function door_metrics_storage() returns table (tenant_id uuid, files bigint, bytes bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.tenant_id, count(*), coalesce(sum(m.size), 0)::bigint from media m where m.status = 'stored' group by m.tenant_id order by 3 desc
$$;

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_metrics', 'door_metrics_tenants', 'door_metrics_storage'));
end $$;
