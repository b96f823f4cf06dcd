#!/bin/sh
# Prepares a server for `docker compose up -d`: settings in .env and a strong secret in each file of secrets/. What is there already is
# never touched, so it may be run again at any time.
#
#   ./setup.sh --domain atende.example [--email you@example.com] [--admin you@example.com] [--memory 2|4|8] [--version 1.2.3]
#
# The version is that of the images: of the release that this file lies in, unless another one is named.
#
# Exit codes: 0 done, 1 failed, 2 used wrongly.
set -eu
umask 077
cd "$(dirname "$0")"
USER_OF_ATENDE=10001

wrong() { echo "$1" >&2; sed -n '5p' "$0" | sed 's/^# *//' >&2; exit 2; }
domain='' email='' admin='' memory='' version=''
while [ $# -gt 0 ]; do
  case "$1" in
    --domain | --email | --admin | --memory | --version)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      case "$1" in --domain) domain=$2 ;; --email) email=$2 ;; --admin) admin=$2 ;; --memory) memory=$2 ;; --version) version=$2 ;; esac
      shift 2
      ;;
    *) wrong "unknown: $1" ;;
  esac
done
case "$domain" in *[!A-Za-z0-9.-]*) wrong "--domain: '$domain' is no name" ;; esac
case "$email$admin" in *[!A-Za-z0-9.@_+-]*) wrong '--email, --admin: no address' ;; esac
case "$version" in *[!0-9A-Za-z.+-]*) wrong "--version: '$version' is no version" ;; esac
case "$memory" in '' | 2 | 4 | 8) ;; *) wrong '--memory is 2, 4 or 8 (GB)' ;; esac

made=''
# put NAME VALUE: a secret file, if there is none.
put() {
  if [ -e "secrets/$1" ]; then return 0; fi
  printf '%s' "$2" > "secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
  if [ -n "$2" ]; then made="$made $1"; fi
}
# Bytes of the kernel, as hex: nothing in them that an address or a shell would read otherwise.
random() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }
password_in() { sed -E 's#^[a-z]+://[^:/@]*:([^@]+)@.*$#\1#' "secrets/$1"; }

mkdir -p secrets
chmod 0700 secrets
put ENCRYPTION_KEY "$(random 32)"
put POSTGRES_PASSWORD "$(random 24)"
put DATABASE_OWNER_URL "postgres://atende_owner:$(random 24)@postgres:5432/atende"
put DATABASE_URL "postgres://atende_app:$(random 24)@postgres:5432/atende"
put BACKUP_DATABASE_URL "postgres://atende_backup:$(random 24)@postgres:5432/atende"
# Two spellings of one password: the second is made from the first.
if [ -e secrets/REDIS_URL ]; then put REDIS_AUTH "requirepass $(password_in REDIS_URL)"; fi
if [ -e secrets/REDIS_AUTH ]; then put REDIS_URL "redis://:$(sed 's/^requirepass //' secrets/REDIS_AUTH)@redis:6379"; fi
redis=$(random 24)
put REDIS_AUTH "requirepass $redis"
put REDIS_URL "redis://:$redis@redis:6379"
put META_VERIFY_TOKEN "$(random 24)"
put SUPER_ADMIN_PASSWORD "$(random 12)"
put TURN_SECRET "$(random 24)"
put GRAFANA_PASSWORD "$(random 12)"
# Yours to fill in, when you have them: empty means not set.
for name in ENCRYPTION_KEY_PREVIOUS META_APP_SECRET SMTP_PASSWORD S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY BACKUP_S3_ACCESS_KEY_ID BACKUP_S3_SECRET_ACCESS_KEY; do
  put "$name" ''
done
chmod 0600 secrets/*
# The containers read them as this user; nobody else on this machine may.
if [ "$(id -u)" = 0 ]; then chown "$USER_OF_ATENDE:$USER_OF_ATENDE" secrets/*
else
  # Without root the files cannot be given to that user. The folder keeps everybody else out.
  chmod 0644 secrets/*
  echo 'note: not run as root, so the secret files are protected by their folder (0700) only; run it with sudo to give them to the user of Atende.'
fi

# set NAME VALUE: a setting that has no value yet.
set_once() {
  if [ -z "$2" ] || ! grep -q "^$1=\$" .env; then return 0; fi
  sed "s|^$1=\$|$1=$2|" .env > .env.new && mv .env.new .env
}
# set_first NAME VALUE: in the settings that were just copied.
set_first() { sed "s|^$1=.*|$1=$2|" .env > .env.new && mv .env.new .env; }
# size NAME FOR2 FOR4 FOR8
size() {
  case "$memory" in 2) value=$2 ;; 8) value=$4 ;; *) value=$3 ;; esac
  set_first "$1" "$value"
}
if ! [ -e .env ]; then
  cp .env.example .env
  size ATENDE_MEMORY_POSTGRES 512m 1280m 3g
  size ATENDE_SHARED_BUFFERS 128MB 256MB 1GB
  size ATENDE_EFFECTIVE_CACHE 384MB 1GB 4GB
  size ATENDE_MEMORY_WEB 384m 640m 1g
  size ATENDE_MEMORY_WORKER 448m 768m 1280m
  size ATENDE_MEMORY_BACKUP 320m 512m 1g
  size DATABASE_POOL 8 12 24
  # Docker starts no container that may use more processors than there are.
  if [ "$(nproc)" -lt 2 ]; then for name in POSTGRES WEB WORKER; do set_first "ATENDE_CPUS_$name" 1; done; fi
  made="$made .env"
fi
set_once ATENDE_DOMAIN "$domain"
set_once ATENDE_EMAIL "$email"
set_once SUPER_ADMIN_EMAIL "$admin"
if [ -z "$version" ] && [ -e ../../package.json ]; then version=$(sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' ../../package.json | head -n 1); fi
for name in ATENDE_VERSION ATENDE_BLUE_VERSION ATENDE_GREEN_VERSION; do set_once "$name" "$version"; done
chmod 0600 .env

if [ -n "$made" ]; then echo "made:$made"; else echo 'nothing to do: everything is there'; fi
if grep -q '^ATENDE_DOMAIN=$' .env; then echo 'ATENDE_DOMAIN in .env is still empty'; fi
if grep -q '^ATENDE_VERSION=$' .env; then echo 'ATENDE_VERSION in .env is still empty: name the version of your images with --version'; fi
if grep -q '^BACKUP_RECIPIENT=$' .env; then echo 'BACKUP_RECIPIENT in .env is still empty: there are no backups yet'; fi
echo 'Keep a copy of secrets/ENCRYPTION_KEY away from this server: without it nothing in the database or a backup can be read.'
