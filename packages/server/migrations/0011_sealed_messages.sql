-- What people wrote is sealed with the key of their contact. SQL keeps only what it decides by.
alter table messages
  -- Text, content and earlier texts, as one value (place `messages.sealed:<id>`); and the message as it came (`messages.raw:<id>`).
  add column sealed bytea,
  add column raw_sealed bytea,
  -- Keyed hashes of the words of the text, for search.
  add column words bigint[],
  -- History announces a file by a placeholder, which the file itself replaces.
  add column placeholder boolean not null default false,
  -- One of ours that asks for the person's number.
  add column asks_contact boolean not null default false;
create index messages_words on messages using gin (words);
comment on column messages.reactions is 'Who reacted, when, and the id of the reaction; its emoji is sealed in that one.';

alter table message_changes add column sealed bytea;

alter table account_events add column sealed bytea;
alter table account_events alter column value drop not null;

-- `webhook_events.body` is sealed in place: with the company's key, or the server's where no company is known.

alter table media
  -- The file's own key: seals its bytes and what is known of it. Gone: nobody can read it any more.
  add column key_id uuid,
  -- Name, hash and address, picture to show meanwhile, waveform (place `media.sealed:<id>`).
  add column sealed bytea,
  -- Bytes from before there were keys, until the upkeep has sealed them.
  add column files_plain boolean not null default false,
  -- Sent to more than one person: the company's own, whoever goes.
  add column shared boolean not null default false;
create index media_files_plain on media (id) where files_plain;
select open_owner_door('media');

-- Files that still lie open, of every tenant, for the upkeep.
create function door_plain_files(p_after uuid, p_max int) returns table (media_id uuid, tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id from media where files_plain and key_id is not null and (p_after is null or id > p_after) order by id limit least(p_max, 1000)
$$;
do $$ begin
  execute (select string_agg(format('revoke execute on function %s from public; grant execute on function %s to "{{app_role}}";', p.oid::regprocedure, p.oid::regprocedure), ' ')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname = 'door_plain_files');
end $$;
