# shellcheck shell=bash disable=SC2034,SC2153
# What every step uses: a log without secrets, files that are written only when they differ, commands that a dry run names.

ROOT=${ROOT:-}        # --root: everything is written below this folder, and the machine itself is left alone
DRY=${DRY:-0}         # --dry-run: says what would be done
CHANGES=0
STEP=
LOG=/dev/null
LISTS=0

log() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$LOG"; }
say() {
  printf '%s\n' "$*"
  log "$*"
}
# For the screen alone: secrets, and where they are shown.
show() { printf '%s\n' "$*"; }
step() {
  STEP=$1
  say ""
  say "— $(t "$1")"
}
ok() { say "  ✓ $*"; }
warn() {
  WARNINGS+=("$*")
  say "  ! $*"
}
die() {
  say ""
  say "✗ $*"
  exit 1
}

changed() {
  CHANGES=$((CHANGES + 1))
  if [ "$DRY" = 1 ]; then say "  + $(t would) $*"; else say "  + $*"; fi
}

# A step that ended badly: where it was, where the words of the command stand, and that running again goes on from here.
on_error() {
  local code=$?
  [ "$code" = 0 ] && return
  trap - ERR
  printf '\n✗ %s\n' "$(t failed "$(t "${STEP:-start}")" "$LOG")" >&2
  log "failed in step ${STEP:-start} (exit $code)"
  if [ "$LOG" != /dev/null ]; then tail -n 15 "$LOG" | sed 's/^/    /' >&2; fi
  exit "$code"
}

# Runs a command on this machine. Its words go into the log.
run() {
  log "\$ $*"
  "$@" >>"$LOG" 2>&1 </dev/null
}

# The same for what changes the machine outside of our files: not in a dry run, not with --root.
machine() {
  if [ "$DRY" = 1 ] || [ -n "$ROOT" ]; then
    log "(not run) $*"
    return 0
  fi
  run "$@"
}
acting() { [ "$DRY" = 0 ] && [ -z "$ROOT" ]; }

# as_owner USER:GROUP PATH: only where these exist (below --root they may not).
as_owner() {
  local path=$2 user=${1%%:*} group=${1##*:}
  # Whoever is not root tries it below a folder of their own.
  if [ "$(id -u)" != 0 ]; then return 0; fi
  if ! getent passwd "$user" >/dev/null || ! getent group "$group" >/dev/null; then return 0; fi
  if [ "$(stat -c %U:%G "$path")" != "$1" ]; then
    chown -h "$1" "$path"
    changed "$path: $1"
  fi
}

# folder PATH MODE OWNER
folder() {
  local path=$ROOT$1
  if [ ! -d "$path" ]; then
    changed "$1/"
    [ "$DRY" = 1 ] && return
    install -d -m "$2" "$path"
  fi
  [ "$DRY" = 1 ] && return
  if [ "$(stat -c %a "$path")" != "${2#0}" ]; then
    chmod "$2" "$path"
    changed "$1/: $2"
  fi
  as_owner "$3" "$path"
}

# put PATH MODE OWNER: what stands on standard input, written beside and renamed, only when it differs.
put() {
  local path=$ROOT$1 content
  content=$(cat; printf x)
  content=${content%x}
  if [ -f "$path" ] && [ "$(cat "$path"; printf x)" = "${content}x" ]; then
    [ "$DRY" = 1 ] && return
    if [ "$(stat -c %a "$path")" != "${2#0}" ]; then
      chmod "$2" "$path"
      changed "$1: $2"
    fi
    as_owner "$3" "$path"
    return
  fi
  changed "$1"
  [ "$DRY" = 1 ] && return
  mkdir -p "$(dirname "$path")"
  (
    umask 077
    printf '%s' "$content" >"$path.new"
  )
  chmod "$2" "$path.new"
  if [ "$(id -u)" = 0 ] && getent passwd "${3%%:*}" >/dev/null && getent group "${3##*:}" >/dev/null; then chown "$3" "$path.new"; fi
  mv "$path.new" "$path"
}

# link PATH TARGET
link() {
  local path=$ROOT$1
  if [ "$(readlink "$path" 2>/dev/null)" = "$2" ]; then return; fi
  changed "$1 → $2"
  [ "$DRY" = 1 ] && return
  mkdir -p "$(dirname "$path")"
  ln -sfn "$2" "$path"
}

# drop PATH: removes a file of ours.
drop() {
  if [ -e "$ROOT$1" ] || [ -L "$ROOT$1" ]; then
    changed "$(t removed) $1"
    [ "$DRY" = 1 ] || rm -f "$ROOT$1"
  fi
}

random_hex() { od -An -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }
# Letters and digits that nobody mistakes for another.
random_word() { LC_ALL=C tr -dc 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789' </dev/urandom | head -c "$1" || true; }

# packages NAME…: Debian packages, those that are missing.
packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ] || [ -n "$ROOT" ]; then return; fi
  changed "$(t packages) ${missing[*]}"
  update_lists
  machine env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
}
# Once a run. At its first start a machine updates itself: whoever has the lists gives them back within minutes.
update_lists() {
  local tries=0
  if [ "$LISTS" = 1 ]; then return; fi
  until machine env LC_ALL=C apt-get update -q; do
    tries=$((tries + 1))
    if [ "$tries" -ge 30 ] || ! tail -n 5 "$LOG" | grep -q 'Could not get lock'; then return 1; fi
    sleep "${ATENDE_APT_PAUSE:-10}"
  done
  LISTS=1
}

# Answers of the run before, and of this one: no secrets.
CONF=/etc/atende/install.conf
COMMANDS=/usr/local/bin
CRON=/etc/cron.d
remembered() { { sed -n "s/^$1='\(.*\)'\$/\1/p" "$ROOT$CONF" 2>/dev/null || true; } | tail -n 1; }
remember() {
  local rest
  if [ "$(remembered "$1")" = "$2" ]; then return; fi
  rest=$(grep -v "^$1=" "$ROOT$CONF" 2>/dev/null || true)
  printf '%s\n' "${rest:+$rest
}$1='$2'" | put_quietly "$CONF" 0644
}
put_quietly() {
  local path=$ROOT$1
  [ "$DRY" = 1 ] && { cat >/dev/null; return; }
  mkdir -p "$(dirname "$path")"
  cat >"$path.new"
  chmod "$2" "$path.new"
  if cmp -s "$path.new" "$path"; then rm "$path.new"; else mv "$path.new" "$path"; fi
}
