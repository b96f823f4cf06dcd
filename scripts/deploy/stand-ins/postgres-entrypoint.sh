#!/bin/sh
# As the official image of PostgreSQL does it, as far as Atende's compose file uses it: the database is made at the first start, with
# POSTGRES_PASSWORD(_FILE), POSTGRES_DB, POSTGRES_INITDB_ARGS and the scripts of /docker-entrypoint-initdb.d.
set -eu
: "${PGDATA:?}"
[ -z "${POSTGRES_PASSWORD_FILE:-}" ] || POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA"
if ! [ -s "$PGDATA/PG_VERSION" ]; then
  printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/password
  # shellcheck disable=SC2086
  initdb -D "$PGDATA" --username=postgres --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  # Arguments of the server count already, but nobody from outside gets in.
  "$@" -c listen_addresses='' &
  child=$!
  until pg_isready -q -h /var/run/postgresql; do kill -0 "$child"; sleep 0.1; done
  export PGHOST=/var/run/postgresql
  [ "${POSTGRES_DB:-postgres}" = postgres ] || psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -c "create database \"$POSTGRES_DB\""
  for script in /docker-entrypoint-initdb.d/*.sh; do
    if [ -e "$script" ]; then echo "running $script"; sh "$script"; fi
  done
  kill -INT "$child"
  wait "$child" || true
  unset PGHOST
fi
exec "$@"
