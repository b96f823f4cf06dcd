#!/bin/sh
# Start of the nginx container: a certificate to begin with, the configuration, and an eye on the certificate of Let's Encrypt.
set -eu
here=/atende/nginx
state=${ATENDE_STATE_DIR:-/etc/nginx/atende}
real=/etc/letsencrypt/live/$ATENDE_DOMAIN
own=/var/cache/nginx/own-certificate

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

configure
# nginx does not start with names that lead nowhere; servers may come a moment after it.
for host in $(sed -n 's/^ *server \([a-z0-9.-]*\):[0-9]*.*/\1/p' "$state/upstream.conf"); do
  waited=0
  until getent hosts "$host" > /dev/null || [ "$waited" -ge 120 ]; do sleep 1; waited=$((waited + 1)); done
done

(
  before=$(stamp)
  while sleep 60; do
    now=$(stamp)
    if [ "$now" != "$before" ]; then
      before=$now
      configure && nginx -s reload && echo 'nginx: a new certificate is in use'
    fi
  done
) &
exec nginx -g 'daemon off;'
