-- Search by keyed hashes of words. Functions of the owner, because the planner may not use these indexes below row-level security;
-- they stay inside the current tenant, and what they answer is read by an ordinary query afterwards.
create index contacts_words on contacts using gin (words);
-- The newest first: an order by name would give the names away.
create index contacts_newest on contacts (tenant_id, id desc) where merged_into is null;

drop function door_search_contacts(text, int);
drop function door_search_conversations(text, text, int);

create function door_search_contacts(p_whole bigint[], p_parts bigint[], p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.id from contacts k where k.tenant_id = current_tenant() and k.merged_into is null
    and (cardinality(p_whole) > 0 and k.words @> p_whole or cardinality(p_parts) > 0 and k.words @> p_parts)
  order by k.id desc limit p_max
$$;

-- Conversations of the people who were found, those first in which something happened last.
create function door_search_conversations(p_whole bigint[], p_parts bigint[], p_max int) returns table (id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from door_search_contacts(p_whole, p_parts, 5000) k join conversations c on c.contact_id = k.id
  where c.tenant_id = current_tenant() and c.merged_into is null
  order by c.last_activity_at desc, c.id desc limit p_max
$$;

-- The same words as they stand in each month, the newest month first; stops as soon as there is enough.
create function door_search_messages(p_months bigint[], p_conversation uuid, p_max int) returns table (id uuid, conversation_id uuid)
language plpgsql stable security definer set search_path = public, pg_temp
  -- The same plan for each month: planning it anew would cost more than looking.
  set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  wanted bigint[];
  found_now int;
  found_all int := 0;
begin
  foreach wanted slice 1 in array p_months loop
    return query select m.id, m.conversation_id from messages m
      where m.tenant_id = current_tenant() and m.words @> wanted and (p_conversation is null or m.conversation_id = p_conversation)
      order by m.at desc, m.id desc limit p_max - found_all;
    get diagnostics found_now = row_count;
    found_all := found_all + found_now;
    exit when found_all >= p_max;
  end loop;
end $$;

-- Whose key is destroyed is not found and not recognised any more either: their words and what they were known by go with the key.
create function forget_person() returns trigger language plpgsql as $$
begin
  -- A contact that is removed takes everything along by itself.
  if exists (select from contacts where id = old.contact_id) then
    update contacts set words = null where id = old.contact_id;
    delete from contact_identities where contact_id = old.contact_id;
    delete from former_identities where contact_id = old.contact_id;
    update messages set words = null where conversation_id in (select id from conversations where contact_id = old.contact_id) and words is not null;
  end if;
  return null;
end $$;
create trigger forget_person after delete on data_keys for each row when (old.purpose = 'contact') execute function forget_person();

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public;', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_search_contacts', 'door_search_conversations', 'door_search_messages', 'forget_person'));
  execute (select string_agg(format('grant execute on function %s to "{{app_role}}";', p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in ('door_search_contacts', 'door_search_conversations', 'door_search_messages'));
end $$;
