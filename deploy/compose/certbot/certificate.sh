#!/bin/sh
# The certificate of Let's Encrypt: asked for until it is there, looked at twice a day afterwards. nginx answers the questions on port 80
# from the shared folder, and takes a new certificate by itself.
set -u
trap 'exit 0' TERM INT
pause() { sleep "$1" & wait $!; }

if [ -z "${ATENDE_EMAIL:-}" ]; then
  echo 'ATENDE_EMAIL is not set in .env: no certificate is asked for, nginx keeps its own (browsers will warn).'
  while :; do pause 86400; done
fi

names="-d $ATENDE_DOMAIN"
for name in ${ATENDE_MORE_DOMAINS:-}; do
  # A name with a star needs a proof by DNS, which only the operator can give.
  case "$name" in \**) echo "$name is left out: names with a star need another way (--manual, or a DNS plugin)" ;; *) names="$names -d $name" ;; esac
done

# One of the server for tests is replaced when a real one is asked for.
renewal=/etc/letsencrypt/renewal/$ATENDE_DOMAIN.conf
from_another() { grep -qs '^server = ' "$renewal" && ! grep -qxF "server = $ACME_SERVER" "$renewal"; }
force=''
if from_another; then force=--force-renewal; fi

wait_seconds=60
until [ -e "/etc/letsencrypt/live/$ATENDE_DOMAIN/fullchain.pem" ] && ! from_another; do
  # shellcheck disable=SC2086
  if certbot certonly $force --non-interactive --agree-tos --email "$ATENDE_EMAIL" --server "$ACME_SERVER" \
    --webroot -w /var/www/acme --cert-name "$ATENDE_DOMAIN" $names; then break; fi
  echo "No certificate yet. Does $ATENDE_DOMAIN lead to this server, and is port 80 open? The next try is in $wait_seconds s."
  pause "$wait_seconds"
  # Let's Encrypt counts failures: five an hour.
  if [ "$wait_seconds" -lt 3600 ]; then wait_seconds=$((wait_seconds * 3)); fi
done
while :; do
  certbot renew --non-interactive --quiet
  pause 43200
done
