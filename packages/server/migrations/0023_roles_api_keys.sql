-- Roles of a company's own, who sees which conversations, and keys for programs.

create table custom_roles (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  permissions text[] not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create unique index custom_roles_name on custom_roles (tenant_id, lower(name));
select make_tenant_table('custom_roles');
select open_owner_door('custom_roles');

alter table memberships drop constraint memberships_role_check;
alter table memberships
  add column role_id uuid,
  add constraint memberships_role_check check (role in ('OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO', 'CUSTOM') and (role = 'CUSTOM') = (role_id is not null)),
  add constraint memberships_custom_role foreign key (tenant_id, role_id) references custom_roles (tenant_id, id);
create index memberships_custom_role on memberships (tenant_id, role_id) where role_id is not null;
-- An invitation that was used or taken back outlives its role.
alter table invitations drop constraint invitations_role_check;
alter table invitations
  add column role_id uuid,
  add constraint invitations_role_check check (role in ('OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO', 'CUSTOM') and (role = 'CUSTOM' or role_id is null)),
  add constraint invitations_custom_role foreign key (tenant_id, role_id) references custom_roles (tenant_id, id) on delete set null (role_id);

-- Whose conversations are seen by who lacks the permission conversations.read_all.
alter table tenants add column attendants_see text not null default 'all' check (attendants_see in ('all', 'own_and_unassigned', 'own'));

-- Only a hash of the secret is kept. A key lives by its creator: what they may not do, it may not do.
create table api_keys (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_by uuid not null references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_used_from text,
  revoked_at timestamptz,
  revoked_by uuid
);
create index api_keys_list on api_keys (tenant_id, created_at desc, id);
select make_tenant_table('api_keys', 'select, insert, update');
select open_owner_door('api_keys');

-- What a person may do in a company, asked at each request together with the session or the key.
create function door_rights(p_tenant uuid, p_user uuid)
returns table (role text, role_id uuid, role_name text, permissions text[], attendants_see text)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.role, r.id, r.name, r.permissions, t.attendants_see
  from memberships m join tenants t on t.id = m.tenant_id left join custom_roles r on r.id = m.role_id and r.tenant_id = m.tenant_id
  where m.tenant_id = p_tenant and m.user_id = p_user and m.deactivated_at is null
$$;
create function door_api_key(p_id uuid)
returns table (tenant_id uuid, user_id uuid, name text, secret_hash bytea, scopes text[], expires_at timestamptz, unnoted boolean, tenant_status text)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.tenant_id, k.created_by, k.name, k.secret_hash, k.scopes, k.expires_at,
    k.last_used_at is null or k.last_used_at < now() - interval '1 minute', t.status
  from api_keys k join tenants t on t.id = k.tenant_id
  where k.id = p_id and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;

-- Who sees which conversations. A transaction without a person (jobs, what arrives) sees all; one with a person sees what
-- `app.sees` says, and without that, nothing: who forgets it shows nothing rather than everything.
create function sight() returns text language sql stable parallel safe as $$
  select case when coalesce(current_setting('app.user_id', true), '') = '' then 'all' else coalesce(nullif(current_setting('app.sees', true), ''), 'nothing') end
$$;
create function current_person() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

-- A contact without any conversation is in nobody's hands: everybody may call them first.
create function door_contact_untouched(p_contact uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return not exists (select from conversations c where c.contact_id = p_contact and c.tenant_id = current_tenant());
end $$;
-- Called for limited people only. As functions, so that nobody else's queries become longer to plan; they see what their caller sees.
create function sees_conversation(p_id uuid) returns boolean language plpgsql stable as
$$ begin return exists (select from conversations where id = p_id); end $$;
create function sees_message(p_channel uuid, p_provider_id text) returns boolean language plpgsql stable as
$$ begin return exists (select from messages where channel_id = p_channel and provider_id = p_provider_id); end $$;
create function sees_file(p_id uuid) returns boolean language plpgsql stable as
$$ begin return exists (select from messages where media_id = p_id); end $$;
create function sees_author(p_contact uuid) returns boolean language plpgsql stable as
$$ begin return exists (select from messages where author_contact_id = p_contact); end $$;
create index messages_author on messages (author_contact_id) where author_contact_id is not null;

-- For the application's role only: the named doors keep their indexes, and what they find goes through an ordinary query.
create policy sight on conversations as restrictive to "{{app_role}}" using (
  (select sight()) = 'all'
  or (assignee_id = (select current_person()) and (select sight()) in ('own', 'own_and_unassigned'))
  or (assignee_id is null and (select sight()) = 'own_and_unassigned'));
create policy sight on messages as restrictive to "{{app_role}}" using ((select sight()) = 'all' or sees_conversation(conversation_id));
create policy sight on conversation_tags as restrictive to "{{app_role}}" using ((select sight()) = 'all' or sees_conversation(conversation_id));
create policy sight on message_changes as restrictive to "{{app_role}}" using ((select sight()) = 'all' or sees_message(channel_id, target_provider_id));
create policy sight on media as restrictive to "{{app_role}}" using (
  (select sight()) = 'all' or uploaded_by = (select current_person()) or sees_file(id));
create policy sight on contacts as restrictive to "{{app_role}}" using (
  (select sight()) = 'all'
  or exists (select from conversations c where c.contact_id = contacts.id)
  or ((select sight()) <> 'nothing' and door_contact_untouched(id))
  or sees_author(id));

-- Files that stand inside of messages which the caller was just shown (headers, cards, ads): no column leads to them.
create function door_shown_media(p_ids uuid[]) returns setof media
language sql stable security definer set search_path = public, pg_temp as $$
  select * from media where id = any(p_ids) and tenant_id = current_tenant()
$$;

-- What a program sent by a key has no person as its sender.
alter table messages drop constraint messages_sent_from_check, add constraint messages_sent_from_check check (sent_from in ('app', 'other', 'api'));

do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname in
      ('door_rights', 'door_api_key', 'sight', 'current_person', 'sees_conversation', 'sees_message', 'sees_file', 'sees_author', 'door_contact_untouched', 'door_shown_media'));
end $$;
