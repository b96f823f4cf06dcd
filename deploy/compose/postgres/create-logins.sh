#!/bin/sh
# Once, when the database is made: the logins that Atende uses. None of them is the superuser, whose password the servers never see.
set -eu
password_in() { sed -E 's#^[a-z]+://[^:/@]+:([^@]+)@.*$#\1#' "/run/secrets/$1"; }

# The passwords come by standard input: arguments could be read by others.
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<SQL
create role atende_owner login nosuperuser nobypassrls password '$(password_in DATABASE_OWNER_URL)';
create role atende_app login nosuperuser nobypassrls password '$(password_in DATABASE_URL)';
alter database "$POSTGRES_DB" owner to atende_owner;
alter schema public owner to atende_owner;

-- Reads everything, changes nothing.
create role atende_backup login replication bypassrls password '$(password_in BACKUP_DATABASE_URL)';
grant pg_read_all_data, pg_monitor to atende_backup;
grant execute on function pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_switch_wal() to atende_backup;

-- Figures of slow statements, for the doctor, where the image brings them (the official one does). Beside our own tables, not among them.
-- The doctor asks as the owner, about the statements of the servers.
grant pg_read_all_stats to atende_owner;
select 'create schema statistics', 'grant usage on schema statistics to public', 'create extension pg_stat_statements schema statistics'
from pg_available_extensions where name = 'pg_stat_statements' \gexec
SQL
