-- Names of the migrations that this database has, so that a process without the owner's rights knows whether its version may run.
create function door_migrations() returns setof text
language sql stable security definer set search_path = public, pg_temp as $$
  select name from kysely_migration order by name
$$;
revoke execute on function door_migrations() from public;
grant execute on function door_migrations() to "{{app_role}}";
