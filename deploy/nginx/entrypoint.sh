#!/bin/sh
# Start of the nginx container: a certificate to begin with, the configuration, and an eye on the certificate of Let's Encrypt and on where
# the names of the upstream lead.
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

names() { sed -n 's/^ *server \([a-z0-9.-]*\):[0-9]*.*/\1/p' "$state/upstream.conf" | tr '\n' ' '; }
# name=addresses of each name that leads somewhere now.
places() {
  for host in $(names); do
    found=$(getent ahosts "$host" | cut -d ' ' -f 1 | sort -u | paste -s -d , -)
    if [ -n "$found" ]; then printf '%s=%s ' "$host" "$found"; fi
  done
}
# moved KNOWN NOW: a name leads elsewhere. Whoever writes a new name into the upstream reloads nginx then.
moved() {
  for pair in $2; do
    case " $1 " in
      *" $pair "*) ;;
      *" ${pair%%=*}="*) return 0 ;;
    esac
  done
  return 1
}
# remember KNOWN NOW: a server that is away for a moment may come back under another address, so its last one is kept.
remember() {
  kept=$2
  for pair in $1; do
    case " $2 " in *" ${pair%%=*}="*) continue ;; esac
    case " $(names)" in *" ${pair%%=*} "*) kept="$kept$pair " ;; esac
  done
  echo "$kept"
}

configure
# nginx does not start with names that lead nowhere; servers may come a moment after it.
for host in $(names); do
  waited=0
  until getent hosts "$host" > /dev/null || [ "$waited" -ge 120 ]; do sleep 1; waited=$((waited + 1)); done
done

(
  before=$(stamp) known=$(places) round=0
  while sleep 5; do
    # nginx looks names up only when it starts or reloads; a container that was made anew has another address.
    now=$(places)
    if ! moved "$known" "$now"; then known=$(remember "$known" "$now")
    elif nginx -t -q; then
      known=$(remember "$known" "$now")
      nginx -s reload && echo "nginx: the servers have other addresses now: $now"
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
