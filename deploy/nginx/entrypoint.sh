#!/bin/sh
# Start of the nginx container: a certificate to begin with, the configuration, and an eye on the certificate of Let's Encrypt and on where
# the names of the upstream lead.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
state=${ATENDE_STATE_DIR:-/etc/nginx/atende}
real=/etc/letsencrypt/live/$ATENDE_DOMAIN
own=${ATENDE_OWN_CERTIFICATE:-/var/cache/nginx/own-certificate}

# Until Let's Encrypt has answered (it asks over port 80, so nginx must be there first).
if ! [ -e "$own/fullchain.pem" ]; then
  mkdir -p "$own"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$ATENDE_DOMAIN" \
    -addext "subjectAltName=DNS:$ATENDE_DOMAIN" -keyout "$own/privkey.pem" -out "$own/fullchain.pem" 2> /dev/null
  chmod 0600 "$own/privkey.pem"
fi

configure() {
  if [ -e "$real/fullchain.pem" ]; then TLS_CERTIFICATE=$real/fullchain.pem TLS_KEY=$real/privkey.pem sh "$here/render.sh"
  else TLS_CERTIFICATE=$own/fullchain.pem TLS_KEY=$own/privkey.pem sh "$here/render.sh"; fi
}
stamp() { if [ -e "$real/fullchain.pem" ]; then cksum < "$real/fullchain.pem"; else echo none; fi; }

names() { sed -n 's/^ *server \([a-z0-9.-]*\):[0-9]*.*/\1/p' "$state/upstream.conf" | tr '\n' ' '; }
# Reads where the names lead: `next` becomes what is known of them now, `moved` whether one leads elsewhere than nginx knows. A server that
# is away for a moment keeps its place, one more address beside it (of a container of the same name) changes nothing, and whoever writes a
# new name into the upstream reloads nginx then.
look() {
  next='' moved=no
  for host in $(names); do
    was=$(printf '%s' "$known" | tr ' ' '\n' | sed -n "s/^$host=//p")
    now=$(getent ahosts "$host" | cut -d ' ' -f 1 | sort -u | paste -s -d , -)
    if [ -z "$now" ]; then now=$was
    elif [ -n "$was" ]; then
      if shares "$was" "$now"; then now=$was; else moved=yes; fi
    fi
    if [ -n "$now" ]; then next="$next$host=$now "; fi
  done
}
shares() {
  for one in $(printf '%s' "$1" | tr , ' '); do case ",$2," in *",$one,"*) return 0 ;; esac; done
  return 1
}

configure
# nginx does not start with names that lead nowhere; servers may come a moment after it.
for host in $(names); do
  waited=0
  until getent hosts "$host" > /dev/null || [ "$waited" -ge 120 ]; do sleep 1; waited=$((waited + 1)); done
done

(
  before=$(stamp) round=0 known=''
  look
  known=$next
  while sleep "${ATENDE_LOOK_SECONDS:-5}"; do
    # nginx looks names up only when it starts or reloads; a container that was made anew has another address.
    look
    if [ "$moved" = no ]; then known=$next
    elif nginx -t -q; then
      known=$next
      nginx -s reload && echo "nginx: the servers have other addresses now: $known"
    fi
    round=$(((round + 1) % 12))
    [ "$round" = 0 ] || continue
    now=$(stamp)
    if [ "$now" != "$before" ]; then
      before=$now
      configure && nginx -s reload && echo 'nginx: a new certificate is in use'
    fi
  done
) &
exec nginx -g 'daemon off;'
