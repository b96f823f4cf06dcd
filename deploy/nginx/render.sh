#!/bin/sh
# Writes Atende's nginx configuration from the files in site/. Used by the container, the installer and the tests alike.
#
#   ATENDE_DOMAIN=atende.example TLS_CERTIFICATE=/…/fullchain.pem TLS_KEY=/…/privkey.pem deploy/nginx/render.sh
#
# Then `include /etc/nginx/atende-site/http.conf;` belongs into the http block (nginx.conf here does it), and `nginx -s reload`.
# Changes nothing but the files it names at the end. upstream.conf is written once, when there is none.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${ATENDE_DOMAIN:?the name under which people open Atende, for example atende.example}"

# Names besides the domain, with spaces: `*.atende.example` when companies have names of their own (BASE_DOMAIN).
names="$ATENDE_DOMAIN${ATENDE_MORE_DOMAINS:+ $ATENDE_MORE_DOMAINS}"
site=${ATENDE_SITE_DIR:-/etc/nginx/atende-site}
state=${ATENDE_STATE_DIR:-/etc/nginx/atende}
pages=${ATENDE_PAGES_DIR:-$here/pages}
acme=${ATENDE_ACME_DIR:-/var/www/acme}
cache=${ATENDE_CACHE_DIR:-/var/cache/nginx/atende}
certificate=${TLS_CERTIFICATE:-/etc/letsencrypt/live/$ATENDE_DOMAIN/fullchain.pem}
key=${TLS_KEY:-/etc/letsencrypt/live/$ATENDE_DOMAIN/privkey.pem}
log=${ATENDE_ACCESS_LOG:-/var/log/nginx/atende.log}
upstream=${ATENDE_UPSTREAM:-127.0.0.1:3001}
# `80`, or an address and a port; IPv6 beside it only for bare ports, and where the machine has it.
http=${ATENDE_HTTP_LISTEN:-80}
https=${ATENDE_HTTPS_LISTEN:-443}
seconds=${ATENDE_CLIENT_SECONDS:-15}
rate=${ATENDE_REQUESTS_PER_SECOND:-100}
burst=${ATENDE_BURST:-500}
connections=${ATENDE_CONNECTIONS:-1000}

case "$names" in *[!A-Za-z0-9.*\ -]*) echo "ATENDE_DOMAIN: '$names' holds what no name has" >&2; exit 2;; esac

# listens PORT FLAGS: for IPv4 and, where there is any, for IPv6.
listens() {
  printf 'listen %s%s;' "$1" "$2"
  case "$1" in
    *:*) ;;
    *) if [ -n "$(cat /proc/net/if_inet6 2> /dev/null)" ]; then printf ' listen [::]:%s%s;' "$1" "$2"; fi ;;
  esac
}
port=${https##*:}
suffix=
if [ "$port" != 443 ] && [ "${ATENDE_HTTPS_PORT_OUTSIDE:-$port}" != 443 ]; then suffix=":${ATENDE_HTTPS_PORT_OUTSIDE:-$port}"; fi

mkdir -p "$site" "$state" "$acme" "$cache"
for template in "$here"/site/*.conf; do
  target=$site/$(basename "$template")
  sed \
    -e "s|@HTTP_LISTEN_DEFAULT@|$(listens "$http" ' default_server')|" \
    -e "s|@HTTPS_LISTEN_DEFAULT@|$(listens "$https" ' ssl http2 default_server')|" \
    -e "s|@HTTP_LISTEN@|$(listens "$http" '')|" \
    -e "s|@HTTPS_LISTEN@|$(listens "$https" ' ssl http2')|" \
    -e "s|@HTTPS_SUFFIX@|$suffix|" \
    -e "s|@SERVER_NAMES@|$names|" \
    -e "s|@TLS_CERTIFICATE@|$certificate|" \
    -e "s|@TLS_KEY@|$key|" \
    -e "s|@SITE_DIR@|$site|" \
    -e "s|@STATE_DIR@|$state|" \
    -e "s|@PAGES_DIR@|$pages|" \
    -e "s|@ACME_DIR@|$acme|" \
    -e "s|@CACHE_DIR@|$cache|" \
    -e "s|@ACCESS_LOG@|$log|" \
    -e "s|@CLIENT_SECONDS@|$seconds|" \
    -e "s|@REQUESTS_PER_SECOND@|$rate|" \
    -e "s|@BURST@|$burst|" \
    -e "s|@CONNECTIONS@|$connections|" \
    "$template" > "$target.new"
  # Beside and then renamed: an nginx that reloads now finds the old file or the new one.
  mv "$target.new" "$target"
done
if [ ! -e "$state/upstream.conf" ]; then
  printf 'upstream atende_web {\n  server %s;\n  keepalive 64;\n}\n' "$upstream" > "$state/upstream.conf"
fi
echo "nginx: $site for $names, upstream $state/upstream.conf"
