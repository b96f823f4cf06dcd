# shellcheck shell=bash disable=SC2034,SC2153
# nginx from Debian with Atende's configuration, and its certificate.

TLS_DIR=/etc/atende/tls
LETSENCRYPT=/etc/letsencrypt
CERTIFICATE_COPY=$ETC/certificate.pem

# A certificate stands there from the first moment: nginx needs one to answer the question that gets the real one.
make_provisional() {
  local folder=$ROOT$TLS_DIR
  folder "$TLS_DIR" 0755 root:root
  if [ -e "$folder/fullchain.pem" ] && [ -e "$folder/privkey.pem" ] && certificate_names "$folder/fullchain.pem"; then return; fi
  changed "$(t certificate_self)"
  if [ "$DRY" = 1 ]; then return; fi
  (
    umask 077
    run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
      -addext "subjectAltName=DNS:$DOMAIN" -keyout "$folder/provisional.key" -out "$folder/provisional.pem"
  )
  chmod 0644 "$folder/provisional.pem"
  ln -sfn provisional.pem "$folder/fullchain.pem"
  ln -sfn provisional.key "$folder/privkey.pem"
}
certificate_names() { openssl x509 -in "$1" -noout -checkhost "$DOMAIN" 2>/dev/null | grep -q 'does match'; }

install_nginx() {
  make_provisional
  local site before
  site=$(mktemp -d)
  render "$site" || die "$(t nginx_bad "$LOG")"
  before=$CHANGES
  local name
  for name in $(cd "$site/site" && ls); do put "/etc/nginx/atende-site/$name" 0644 root:root <"$site/site/$name"; done
  folder /etc/nginx/atende 0755 root:root
  folder /var/cache/nginx 0755 root:root
  folder /var/www/acme 0755 root:root
  if [ ! -e "$ROOT/etc/nginx/atende/upstream.conf" ]; then
    printf '# Written by update.sh. Do not edit.\n# colour: blue\nupstream atende_web {\n  server 127.0.0.1:3001;\n  keepalive 64;\n}\n' | put /etc/nginx/atende/upstream.conf 0644 root:root
  fi
  put /etc/nginx/conf.d/atende.conf 0644 root:root <<'FILE'
# Atende's site; the files are made by install.sh from deploy/nginx/site.
include /etc/nginx/atende-site/http.conf;
FILE
  # Debian's welcome page answers every name; ours must.
  drop /etc/nginx/sites-enabled/default
  rm -rf "$site"
  acting || return 0
  if ! run nginx -t; then die "$(t nginx_bad "$LOG")"; fi
  if ! systemctl is-enabled -q nginx 2>/dev/null; then machine systemctl enable nginx; fi
  if ! systemctl is-active -q nginx 2>/dev/null; then
    changed "$(t started nginx)"
    machine systemctl start nginx
  elif [ "$CHANGES" != "$before" ]; then
    machine systemctl reload nginx
  fi
  ok "$(t nginx_ok)"
}

# The same templates as in the container, for the places of this machine; rendered elsewhere, so that only differences are written.
render() {
  if [ ! -e "$SOURCE/deploy/nginx/render.sh" ]; then die "$(t compose_missing deploy/nginx/render.sh)"; fi
  mkdir -p "$1/site" "$1/state"
  run env ATENDE_DOMAIN="$DOMAIN" TLS_CERTIFICATE="$TLS_DIR/fullchain.pem" TLS_KEY="$TLS_DIR/privkey.pem" \
    ATENDE_SITE_DIR="$1/site" ATENDE_STATE_DIR="$1/state" ATENDE_PAGES_DIR="$BASE/current/deploy/nginx/pages" \
    ATENDE_ACME_DIR="$1/acme" ATENDE_CACHE_DIR="$1/cache" ATENDE_UPSTREAM=127.0.0.1:3001 \
    sh "$SOURCE/deploy/nginx/render.sh" || return
  sed -i -e "s|$1/site|/etc/nginx/atende-site|g" -e "s|$1/state|/etc/nginx/atende|g" -e "s|$1/acme|/var/www/acme|g" \
    -e "s|$1/cache|/var/cache/nginx/atende|g" "$1"/site/*.conf
  if nginx_is_old; then
    # It cannot refuse a handshake: a stranger's name gets a certificate, and no answer.
    sed -i "s|ssl_reject_handshake on;|ssl_certificate $TLS_DIR/fullchain.pem;\n  ssl_certificate_key $TLS_DIR/privkey.pem;|" "$1"/site/*.conf
  fi
}
# Ubuntu 22.04 has 1.18; ssl_reject_handshake came with 1.19.4.
nginx_is_old() {
  local version
  version=$(nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9.]*\).*|\1|p')
  [ -n "$version" ] && [ "$(printf '%s\n' "$version" 1.19.4 | sort -V | head -n 1)" != 1.19.4 ]
}

is_staging() { grep -qs '^server = .*staging' "$LETSENCRYPT/renewal/$DOMAIN.conf"; }

get_certificate() {
  if [ "$TLS" = self-signed ]; then
    warn "$(t certificate_wanted)"
    return
  fi
  packages certbot
  put "$LETSENCRYPT/renewal-hooks/deploy/atende-nginx.sh" 0755 root:root <<FILE
#!/bin/sh
# Called by certbot after each renewal: nginx takes the new certificate without a stop. The copy is for CERTIFICATE_FILE, since only root
# may look into certbot's folders.
set -e
case "\$RENEWED_LINEAGE" in */$DOMAIN) install -m 0644 "\$RENEWED_LINEAGE/fullchain.pem" $CERTIFICATE_COPY ;; esac
nginx -t -q && nginx -s reload
FILE
  acting || return 0
  local live=$LETSENCRYPT/live/$DOMAIN more=(--keep-until-expiring)
  # One of the server for tests is replaced when a real one is asked for.
  if [ "$TLS" = staging ]; then more+=(--staging); elif is_staging; then more=(--force-renewal); fi
  if [ ! -e "$live/fullchain.pem" ] || [ "${more[0]}" = --force-renewal ]; then
    if [ "$DNS_STATE" = none ] || ! run certbot certonly --webroot -w /var/www/acme -d "$DOMAIN" -m "$EMAIL" --agree-tos -n "${more[@]}"; then
      warn "$(t certificate_failed "$LOG")"
      return
    fi
  fi
  put "$CERTIFICATE_COPY" 0644 root:root <"$live/fullchain.pem"
  if [ "$(readlink "$TLS_DIR/fullchain.pem")" != "$live/fullchain.pem" ]; then
    link "$TLS_DIR/fullchain.pem" "$live/fullchain.pem"
    link "$TLS_DIR/privkey.pem" "$live/privkey.pem"
    run nginx -t
    machine systemctl reload nginx
  fi
  if ! systemctl is-enabled -q certbot.timer 2>/dev/null; then
    changed "systemctl enable certbot.timer"
    machine systemctl enable --now certbot.timer
  fi
  ok "$(t certificate_ok "$DOMAIN")"
}
