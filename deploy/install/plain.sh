# shellcheck shell=bash disable=SC2034,SC2153
# The plain server: a system user, the release, settings and secrets in files, systemd units.

BASE=/opt/atende
DATA=/var/lib/atende
ETC=/etc/atende
SECRETS=$ETC/secrets
BACKUPS=/var/backups/atende

prepare_base() {
  packages ca-certificates curl openssl tar xz-utils iproute2 nginx logrotate
  if [ -z "$ROOT" ] && ! getent passwd atende >/dev/null; then
    changed "$(t user_made)"
    machine groupadd --system atende
    machine useradd --system --gid atende --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin atende
  fi
  folder "$BASE" 0755 root:root
  folder "$BASE/releases" 0755 root:root
  folder "$DATA" 0750 atende:atende
  # The service may write its files, and nobody removes another's.
  folder /var/log/atende 1770 root:atende
  folder "$ETC" 0755 root:root
  folder "$SECRETS" 0750 root:atende
  put /etc/logrotate.d/atende 0644 root:root <<'FILE'
# What the installer writes. The servers turn their own files round, beside this one; nginx's have a rotation of their own.
/var/log/atende/install.log {
  monthly
  rotate 12
  compress
  delaycompress
  missingok
  notifempty
  create 0600 root root
  su root root
}
FILE
  local before=$CHANGES
  put /etc/systemd/journald.conf.d/atende.conf 0644 root:root <<'FILE'
# Made by Atende's installer: the journal stays below this, whatever happens. What is kept for longer, by its kind, are Atende's files.
[Journal]
SystemMaxUse=1G
MaxFileSec=1day
MaxRetentionSec=30day
FILE
  if [ "$CHANGES" != "$before" ]; then machine systemctl restart systemd-journald || true; fi
  make_swap
}

make_swap() {
  if [ "$SWAP" = 0 ] || [ "$(memory_mb)" -ge 3000 ] || [ "$(wc -l <"${ATENDE_SWAPS:-/proc/swaps}")" -gt 1 ] || [ -e "$ROOT/swapfile" ]; then return; fi
  changed "$(t swap_made)"
  acting || return 0
  run fallocate -l 2G /swapfile || run dd if=/dev/zero of=/swapfile bs=1M count=2048
  chmod 0600 /swapfile
  run mkswap /swapfile
  # A virtual machine that may not have any goes on without.
  run swapon /swapfile || { rm -f /swapfile; return 0; }
  grep -q '^/swapfile ' /etc/fstab || printf '/swapfile none swap sw 0 0\n' >>/etc/fstab
}

# secret NAME: a file that root writes and the service reads; standard input is what it holds.
secret() {
  if [ -s "$ROOT$SECRETS/$1" ]; then
    put "$SECRETS/$1" 0640 root:atende <"$ROOT$SECRETS/$1"
    cat >/dev/null
    return
  fi
  put "$SECRETS/$1" 0640 root:atende
}

make_secrets() {
  local kept
  if [ ! -s "$ROOT$SECRETS/ENCRYPTION_KEY" ]; then
    # A server that made its key by itself before keeps it.
    kept=$(sed -n 's/.*"encryptionKey": *"\([0-9a-f]\{64\}\)".*/\1/p' "$ROOT$DATA/secrets.json" 2>/dev/null || true)
    if [ -z "$kept" ] && [ -e "$ROOT$DATA/postgres/data/PG_VERSION" ]; then die "$(t key_lost "$DATA" "$SECRETS/ENCRYPTION_KEY")"; fi
  fi
  printf '%s\n' "${kept:-$(random_hex 32)}" | secret ENCRYPTION_KEY
  random_word 40 | secret META_VERIFY_TOKEN
  warn_once KEY_TOLD "$(t key_kept "$SECRETS/ENCRYPTION_KEY")"
}
# Said at the first run; a second one has nothing to add.
warn_once() {
  if [ "$(remembered "$1")" = 1 ]; then return; fi
  warn "$2"
  remember "$1" 1
}

# setting NAME VALUE: added when it is missing; what stands there is the operator's and stays.
setting() {
  if grep -q "^$1=" <<<"$SETTINGS"; then return; fi
  SETTINGS="$SETTINGS
$1=\"$2\""
}
# The same for what this run was told to change.
setting_now() {
  if grep -qxF "$1=\"$2\"" <<<"$SETTINGS"; then return; fi
  SETTINGS=$(grep -v "^$1=" <<<"$SETTINGS" || true)
  setting "$1" "$2"
}

write_settings() {
  SETTINGS=$(cat "$ROOT$ETC/atende.env" 2>/dev/null || true)
  SETTINGS=${SETTINGS:-"# Settings of Atende, one NAME=\"value\" a line. Secrets stand in $SECRETS, one file each, named by NAME_FILE.
# The installer adds what is missing and leaves the rest. After a change: systemctl try-restart 'atende-web@*' 'atende-worker@*' atende-backup"}
  setting NODE_ENV production
  setting HOST 127.0.0.1
  setting_now PUBLIC_URL "https://$DOMAIN"
  setting TRUSTED_PROXIES "127.0.0.1,::1"
  setting DATA_DIR "$DATA"
  setting LOG_DIR /var/log/atende
  setting EMBEDDED_DATABASE shared
  setting EMBEDDED_PORT "$DATABASE_PORT"
  setting ENCRYPTION_KEY_FILE "$SECRETS/ENCRYPTION_KEY"
  setting META_VERIFY_TOKEN_FILE "$SECRETS/META_VERIFY_TOKEN"
  setting SECURITY_CONTACT "mailto:$EMAIL"
  if [ "$(memory_mb)" -lt 3000 ]; then setting DATABASE_POOL 8; fi
  if [ -n "$RECIPIENT" ]; then
    setting BACKUP_DIR "$BACKUPS"
    if [ "$RECIPIENT" != "$(recipient_there)" ]; then setting_now BACKUP_RECIPIENT "$RECIPIENT"; fi
    setting BACKUP_RUN elsewhere
  fi
  printf '%s\n' "$SETTINGS" | put "$ETC/atende.env" 0640 root:atende
  local colour number=1
  for colour in blue green; do
    printf 'ROLE="web"\nPORT="300%s"\n' "$number" | put "$ETC/web-$colour.env" 0644 root:root
    printf 'ROLE="worker"\nPORT="301%s"\n' "$number" | put "$ETC/worker-$colour.env" 0644 root:root
    number=2
  done
}

make_backups() {
  folder "$BACKUPS" 0700 atende:atende
  choose_recipient || return 0
  if [ -z "$RECIPIENT" ] && acting; then make_age_key; fi
  if [ -n "$RECIPIENT" ]; then ok "$(t backup_to "$BACKUPS" "${RECIPIENT:0:20}…")"; fi
  warn_once DISK_TOLD "$(t backup_same_disk "$ETC/atende.env")"
}

# Whom backups are encrypted to: who was named, else who stands in the settings, else who is typed. What stands there is not asked for again.
choose_recipient() {
  local there
  there=$(recipient_there)
  if [ "$BACKUP" = 0 ] && [ -z "$there" ]; then
    warn "$(t backup_off)"
    return 1
  fi
  RECIPIENT=${RECIPIENT:-$there}
  ask RECIPIENT "$(t ask_age)"
  if [ -n "$RECIPIENT" ] && [ "$RECIPIENT" != "$there" ]; then
    is_recipient "$RECIPIENT" || die "$(t bad_age "$RECIPIENT")"
    if [ -n "$there" ]; then warn "$(t recipient_new)"; fi
  fi
}

# The identity goes to the screen and nowhere else.
make_age_key() {
  local pair
  find_node "$BASE/current"
  pair=$("$NODE" "$BASE/current/deploy/install/make-age-key.mjs")
  RECIPIENT=${pair#* }
  AGE_IDENTITY=${pair%% *}
  changed BACKUP_RECIPIENT
}

UNITS=(atende.target atende-postgres.service atende-web@.service atende-worker@.service atende-backup.service atende-doctor.service atende-doctor.timer)

# What atende.env says a place is, when that is not below the usual one, which the units know.
moved() {
  local place
  place=$(sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" <<<"$SETTINGS" | tail -n 1)
  case $place in "$2" | "$2"/*) ;; /*) printf '%s' "$place" ;; esac
}
# Where the operator has moved data or backups to, services may write as well; whoever takes visitors never touches backups.
write_places() {
  local data log backups audit
  data=$(moved DATA_DIR "$DATA") log=$(moved LOG_DIR /var/log/atende) backups=$(moved BACKUP_DIR "$BACKUPS") audit=$(moved AUDIT_COPY_DIR "$DATA")
  places atende-postgres.service "$data"
  places atende-web@.service "$data" "$log"
  places atende-worker@.service "$data" "$log" "$audit"
  places atende-backup.service "$data" "$log" "$backups"
  places atende-doctor.service "$data" "$log" "$backups" "$audit"
}
# places UNIT PATH…: what it may write besides.
places() {
  local file=/etc/systemd/system/$1.d/places.conf place lines=''
  shift
  for place in "$@"; do
    # A per cent sign means something to systemd.
    if [ -n "$place" ]; then lines+="ReadWritePaths=\"-${place//%/%%}\""$'\n'; fi
  done
  if [ -z "$lines" ]; then drop_places "$file"; else printf '# From atende.env; run install.sh again when a place changes.\n[Service]\n%s' "$lines" | put "$file" 0644 root:root; fi
}

# Its folder goes with it, unless the operator has put something there.
drop_places() {
  drop "$1"
  if [ "$DRY" = 0 ]; then rmdir "$ROOT${1%/*}" 2>/dev/null || true; fi
}

install_units() {
  local unit before=$CHANGES moves
  for unit in "${UNITS[@]}"; do put "/etc/systemd/system/$unit" 0644 root:root <"$SOURCE/deploy/systemd/$unit"; done
  moves=$CHANGES
  write_places
  moves=$((CHANGES - moves))
  put "$COMMANDS/atende" 0755 root:root <"$SOURCE/deploy/bin/atende-operator"
  if [ "$CHANGES" != "$before" ]; then machine systemctl daemon-reload; fi
  if [ "$moves" != 0 ]; then machine systemctl try-restart atende-backup.service 'atende-worker@*.service' || true; fi
}

colour_in_use() {
  local colour
  for colour in green blue; do
    if systemctl is-active -q "atende-web@$colour" 2>/dev/null; then
      echo "$colour"
      return
    fi
  done
  if systemctl is-enabled -q atende-web@green 2>/dev/null && ! systemctl is-enabled -q atende-web@blue 2>/dev/null; then echo green; else echo blue; fi
}

# service UNIT: enabled, running, and started anew when its settings have changed.
service() {
  if [ -n "$ROOT" ]; then return; fi
  if ! systemctl is-enabled -q "$1" 2>/dev/null; then
    changed "systemctl enable $1"
    machine systemctl enable "$1"
  fi
  if ! systemctl is-active -q "$1" 2>/dev/null; then
    changed "$(t started "$1")"
    machine systemctl start "$1"
  elif [ "$SETTINGS_CHANGED" = 1 ] && [[ $1 == atende-web@* || $1 == atende-worker@* || $1 == atende-backup.service ]]; then
    changed "$(t restarted "$1")"
    machine systemctl restart "$1"
  fi
}

# A command that this release has.
knows() { [ -e "$SOURCE/packages/server/src/cli/$1-commands.ts" ]; }

start_services() {
  local colour unit more=()
  colour=$(colour_in_use)
  if [ -n "$RECIPIENT" ] && knows backup; then more+=(atende-backup.service); fi
  if knows doctor; then more+=(atende-doctor.timer); fi
  for unit in atende.target atende-postgres.service "atende-web@$colour.service" "atende-worker@$colour.service" "${more[@]}"; do service "$unit"; done
  acting || return 0
  local waited=0
  until curl -fsS -o /dev/null --max-time 5 "http://127.0.0.1:$([ "$colour" = blue ] && echo 3001 || echo 3002)/ready" 2>>"$LOG"; do
    waited=$((waited + 1))
    if [ "$waited" -ge "$READY_SECONDS" ]; then die "$(t not_ready "$READY_SECONDS" "$colour")"; fi
    sleep 1
  done
  ok "$(t ready)"
}

make_admin() {
  if [ "$(remembered ADMIN_MADE)" = 1 ]; then
    ok "$(t admin_there "$ADMIN_EMAIL")"
    return
  fi
  if [ -n "$ROOT" ]; then return; fi
  changed "$(t admin_made "$ADMIN_EMAIL")"
  acting || return 0
  local generated='' made
  if [ -z "$ADMIN_PASSWORD" ]; then
    ADMIN_PASSWORD=$(random_word 16)
    generated=$ADMIN_PASSWORD
  fi
  # Through standard input: an argument could be read by everybody on this machine.
  made=$(printf '%s\n' "$ADMIN_PASSWORD" | atende_command admin create --name "$ADMIN_NAME" --email "$ADMIN_EMAIL" --password - --json 2>>"$LOG")
  if [[ $made == *'"created": true'* ]]; then SHOWN_PASSWORD=$generated; else ok "$(t admin_there "$ADMIN_EMAIL")"; fi
  remember ADMIN_MADE 1
}
