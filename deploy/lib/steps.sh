# The steps of an update. Each may be done twice: an update that was interrupted does them again. Sourced by update.sh.
# shellcheck shell=bash disable=SC2034

FINISHED=no STARTED=no ROLLBACK=no FROM='' TO_VERSION='' OLD='' NEW='' RUN='' BACKUP_PLAN='' FETCHED=''
READY_SECONDS=${UPDATE_READY_SECONDS:-120}
MAX_ERRORS=${UPDATE_MAX_ERRORS:-2}
KEEP_RELEASES=${UPDATE_KEEP_RELEASES:-3}

# An update that nobody hears of any more returns (but not when it is over).
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" 2> /dev/null || [ "$FINISHED" = yes ]; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }

# ---- what is remembered, so that a crash in the middle loses nothing
state() { sed -n "s/^$1=//p" "$STATE" 2> /dev/null | tail -n 1; }
remember() {
  local pair
  cp "$STATE" "$STATE.new" 2> /dev/null || : > "$STATE.new"
  for pair in "$@"; do sed -i "/^${pair%%=*}=/d" "$STATE.new"; echo "$pair" >> "$STATE.new"; done
  mv "$STATE.new" "$STATE"
}
is_done() { case ",$(state steps)," in *",$1,"*) return 0 ;; *) return 1 ;; esac; }
load_state() {
  FROM=$(state from) TO_VERSION=$(state to) OLD=$(state old) NEW=$(state new) RUN=$(state run) ROLLBACK=$(state rollback)
  BACKUP=$(state backup) CANARY=$(state canary) WATCH=$(state watch) began=$(state began)
}
save_plan() {
  : > "$STATE"
  remember "from=$FROM" "to=$TO_VERSION" "old=$OLD" "new=$NEW" "rollback=$ROLLBACK" "backup=$BACKUP" "canary=$CANARY" "watch=$WATCH" \
    "began=$began" outcome=running step=plan steps=
}
tell_status() {
  local colour
  colour=$(active_colour)
  echo "active: ${colour:-none} $( [ -z "$colour" ] || svc_version "$colour")"
  echo "kind: $KIND"
  [ ! -e "$STATE" ] || sed 's/^/last update: /' "$STATE" | grep -E '(from|to|outcome|step|error|seconds)='
  if [ "$KIND" != compose ]; then { find "$ATENDE_ROOT/releases" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf 'release: %f\n' 2> /dev/null || true; } | sort -V; fi
}

# ---- on the record of the server (the status page reads it); an update does not fail because of it
record() {
  local answer colour=$OLD version=$FROM
  [ "$KIND" = compose ] || [ -d "$ATENDE_ROOT/releases/$version" ] || return 0
  if [ "$1" = begin ]; then
    answer=$(svc_atende "$version" "$colour" --json update-record begin "{\"from\":\"$FROM\",\"to\":\"$TO_VERSION\",\"rollback\":$([ "$ROLLBACK" = yes ] && echo true || echo false)}" 2> /dev/null) || answer=''
    RUN=$(printf '%s' "$answer" | grep -oE '[0-9a-f]{8}-[0-9a-f-]{27}' | head -n 1 || true)
    remember "run=$RUN"
  elif [ -n "$RUN" ]; then
    svc_atende "$version" "$colour" update-record "$1" "$RUN" "$2" > /dev/null 2>&1 || say 'note: the end of this update could not be put on record'
  fi
}

# step NAME FUNCTION
step() {
  remember "step=$1"
  say "→ $1"
  "$2"
  is_done "$1" || remember "steps=$(state steps),$1"
}

on_exit() {
  trap - EXIT
  drop_fetched
  [ "$FINISHED" = yes ] && exit "$1"
  [ "$STARTED" = yes ] || exit "$1"
  give_back "$(state step)"
  exit 1
}

# A machine that is busy may be late once: three tries.
patiently() {
  local try
  for try in 1 2 3; do
    if "$@"; then return 0; fi
    [ "$try" = 3 ] || sleep 1
  done
  return 1
}
is_ready() { [ "$(svc_get "$1" "$2" /ready | cut -d ' ' -f 1)" = 200 ]; }

# ---- before anything is touched
active_colour() {
  local written colour
  written=$(nginx_upstream_now | sed -n 's/^# colour: \(blue\|green\).*/\1/p' | head -n 1)
  if [ -n "$written" ]; then echo "$written"; return; fi
  for colour in blue green; do if svc_running web "$colour"; then echo "$colour"; return; fi; done
}
newer() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]; }

require_disk() {
  local need free
  [ "$KIND" != compose ] || return 0
  need=$(($(du -sk --apparent-size "$ATENDE_ROOT/releases/$FROM" 2> /dev/null | cut -f 1 || echo 0) * 2 + 262144))
  free=$(df -Pk "$ATENDE_ROOT" | awk 'NR == 2 { print $4 }')
  [ "$free" -gt "$need" ] || die "not enough disk: $((free / 1024)) MB are free, $((need / 1024)) MB are needed"
}

drop_fetched() { [ -z "$FETCHED" ] || rm -rf "$FETCHED"; }
# Sets TO_VERSION; the release is unpacked beside the old one, which nobody notices.
get_release() {
  local file
  if [ "$KIND" = compose ]; then get_image; return; fi
  if [ -d "$TO" ]; then
    say "$TO is a folder: a build of your own, not a signed release"
    file=$TO
  elif [ -f "$TO" ]; then
    file=$TO
    [ "$UNSIGNED" = yes ] || verify_release "$file" || die 'refused'
  else
    case "$TO" in v[0-9]* | [0-9]*) ;; *) die "$TO is no file, no folder and no version" ;; esac
    FETCHED=$(mktemp -d)
    file=$(fetch_release "$TO" "$FETCHED") || die 'refused'
    verify_release "$file" || die 'refused'
  fi
  TO_VERSION=$(unpack_release "$file" "$ATENDE_ROOT/releases/$FROM") || die 'the release could not be unpacked'
  drop_fetched
}
get_image() {
  local image
  if [ -f "$TO" ]; then
    [ "$UNSIGNED" = yes ] || verify_release "$TO" || die 'refused'
    # A release is what images are built from. Any other file is an image that somebody has saved.
    if holds_source "$TO"; then
      FETCHED=$(mktemp -d)
      tar -xzf "$TO" --strip-components=1 --no-same-owner -C "$FETCHED" || die "$TO could not be unpacked"
      TO=$FETCHED
    fi
  fi
  if [ -d "$TO" ]; then
    TO_VERSION=$(version_of "$TO")
    [ -n "$TO_VERSION" ] || die "$TO holds no release of Atende"
    build_image server "$ATENDE_IMAGE"
    build_image backup "$BACKUP_IMAGE"
  elif [ -f "$TO" ]; then
    TO_VERSION=$($DOCKER load -i "$TO" | sed -n 's/.*atende:\([0-9][0-9A-Za-z.+-]*\).*/\1/p' | tail -n 1) || die "$TO could not be loaded"
    [ -n "$TO_VERSION" ] || die "$TO holds no image of Atende"
  else
    TO_VERSION=${TO#v}
    for image in "$ATENDE_IMAGE" "$BACKUP_IMAGE"; do pull_image "$image" || die "there is no image $image:$TO_VERSION"; done
  fi
  # Without both, the next `docker compose up -d` would ask a registry for the one that is missing, and end.
  for image in "$ATENDE_IMAGE" "$BACKUP_IMAGE"; do $DOCKER image inspect "$image:$TO_VERSION" > /dev/null 2>&1 || die "there is no image $image:$TO_VERSION"; done
  drop_fetched
}
holds_source() { tar -tzf "$1" 2> /dev/null | grep -E '^[^/]+/deploy/docker/Dockerfile$' > /dev/null; }
build_image() {
  DOCKER_BUILDKIT=1 $DOCKER build -q -f "$TO/deploy/docker/Dockerfile" --target "$1" --build-arg "VERSION=$TO_VERSION" -t "$2:$TO_VERSION" "$TO" > /dev/null || die "the image $2 could not be built"
}
# What a registry gives is not signed as the files of a release are: its digest is told, to be compared with what the release names.
pull_image() {
  if $DOCKER image inspect "$1:$TO_VERSION" > /dev/null 2>&1; then return 0; fi
  $DOCKER pull -q "$1:$TO_VERSION" > /dev/null || return 1
  say "the registry gave $($DOCKER image inspect -f '{{range .RepoDigests}}{{.}} {{end}}' "$1:$TO_VERSION")"
}

# Migrations that take something away have versions that cannot live with them.
tell_plan() { svc_atende "$1" "$2" --json migrate --plan; }
sinces() { grep -oE '"since": *"[0-9.]+"' | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | sort -V | tail -n 1; }
require_plan() {
  local plan since
  if [ "$KIND" = compose ]; then svc_use "$NEW" "$TO_VERSION"; fi
  if [ "$ROLLBACK" = yes ]; then
    # The version that runs knows what it has taken away.
    plan=$(tell_plan "$FROM" "$OLD") || die 'the version that runs cannot say what its migrations did'
    since=$(printf '%s' "$plan" | tr -d '\n' | grep -oE '\{[^}]*"applied": *true[^}]*\}' | sinces || true)
    [ -z "$since" ] || ! newer "$since" "$TO_VERSION" || die "the database can no longer be used by $TO_VERSION: it needs $since at least. Restore a backup instead"
    return 0
  fi
  plan=$(tell_plan "$TO_VERSION" "$NEW") || die 'the new version cannot read the database'
  since=$(printf '%s' "$plan" | tr -d '\n' | grep -oE '\{[^}]*"applied": *false[^}]*\}' | sinces || true)
  [ -z "$since" ] || ! newer "$since" "$FROM" || die "$TO_VERSION takes away what $FROM still uses: update to $since first"
  say "migrations: $(printf '%s' "$plan" | grep -c '"applied": *false' || true) to run${since:+, one of them takes away what versions before $since used}"
}

plan_backup() {
  local facts
  [ "$BACKUP" = yes ] || { say 'no backup is asked for'; return 0; }
  facts=$(svc_atende "$FROM" "$OLD" --json update-record facts 2> /dev/null || true)
  if printf '%s' "$facts" | grep -q '"backupFresh": *true'; then
    say 'the last backup is younger than a day'
    BACKUP=fresh
  elif printf '%s' "$facts" | grep -q '"backups": *"off"'; then
    say 'no backups are set up here (BACKUP_RECIPIENT): none is taken'
    BACKUP=no
  else BACKUP_PLAN='take a backup, '; fi
}

begin_plan() {
  OLD=$(active_colour)
  [ -n "$OLD" ] || die 'nothing runs here that could be updated; use the installer'
  NEW=$(other_colour "$OLD")
  FROM=$(svc_version "$OLD")
  [ -n "$FROM" ] || die "the version of $OLD is not known"
  patiently is_ready web "$OLD" || die "the version that runs ($FROM, $OLD) is not healthy: mend that first (atende doctor)"
  if [ "$ACTION" = rollback ]; then
    ROLLBACK=yes
    TO_VERSION=$(cat "$FOLDER/previous" 2> /dev/null) || die 'no version before this one is known'
    [ "$KIND" = compose ] || [ -d "$ATENDE_ROOT/releases/$TO_VERSION" ] || die "release $TO_VERSION is not here any more"
  else
    require_disk
    get_release
    newer "$TO_VERSION" "$FROM" || die "$TO_VERSION is not newer than $FROM (--rollback returns to the version before)"
    plan_backup
  fi
  say "from $FROM ($OLD) to $TO_VERSION ($NEW)"
  require_plan
}

# ---- the way forward
take_backup() {
  if [ "$BACKUP" != yes ] || is_done backup; then return 0; fi
  # The clock of the backups may be taking one at this moment.
  if [ "$KIND" = compose ]; then compose exec -T backup atende backup --wait 60
  else svc_atende "$FROM" "$OLD" backup --wait 60; fi || die 'the backup failed; --no-backup updates without one'
}
run_migrations() { svc_atende "$TO_VERSION" "$NEW" migrate || die 'the migrations failed; what was done stays, the version that runs can live with it'; }

wait_ready() {
  local until=$(($(date +%s) + READY_SECONDS))
  while ! is_ready "$1" "$2"; do
    [ "$(date +%s)" -lt "$until" ] || { echo "$1 $2 was not ready within $READY_SECONDS s: $(svc_get "$1" "$2" /ready)" >&2; return 1; }
    svc_running "$1" "$2" || { sleep 1; svc_running "$1" "$2" || { echo "$1 $2 has ended by itself" >&2; return 1; }; }
    sleep 0.2
  done
}
start_new_web() {
  # What runs under this colour is an older version that was left; unless this update has started it.
  if svc_running web "$NEW" && ! [[ "$(svc_get web "$NEW" /health)" == *"\"version\":\"$TO_VERSION\""* ]]; then svc_stop web "$NEW"; fi
  if svc_running worker "$NEW" && ! is_done workers; then svc_stop worker "$NEW"; fi
  svc_use "$NEW" "$TO_VERSION"
  svc_start web "$NEW"
  wait_ready web "$NEW"
}

smoke_test() {
  patiently answers_as_new || die "the new version says: ${SAID:0:300}"
  SAID=''
}
answers_as_new() {
  SAID=$(svc_get web "$NEW" /health)
  case "$SAID" in '200 '*"\"version\":\"$TO_VERSION\""*) ;; *) return 1 ;; esac
  SAID=$(svc_get web "$NEW" /entrar)
  case "$SAID" in '200 text/html'*'id="root"'*) ;; *) return 1 ;; esac
  # A handshake with a token that nobody has is refused, by the code that knows all tokens.
  SAID=$(svc_get web "$NEW" '/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=update-smoke-test')
  case "$SAID" in '403 '*verification_refused*) ;; *) return 1 ;; esac
}

write_upstream() {
  if [ "$1" = share ]; then
    # Who is on one version stays there: pages and their pieces belong together.
    # shellcheck disable=SC2016
    printf '# Written by update.sh. Do not edit.\n# colour: %s, %s %% on %s\nupstream atende_web {\n  hash $remote_addr$http_user_agent consistent;\n  server %s weight=%s;\n  server %s weight=%s;\n  keepalive 64;\n}\n' \
      "$OLD" "$CANARY" "$NEW" "$(address_of "$OLD")" "$((100 - CANARY))" "$(address_of "$NEW")" "$CANARY" | nginx_upstream
  else
    printf '# Written by update.sh. Do not edit.\n# colour: %s\nupstream atende_web {\n  server %s;\n  keepalive 64;\n}\n' "$1" "$(address_of "$1")" | nginx_upstream
  fi
}

# watch SECONDS: the new version stays ready, and nginx has no errors with it.
watch_new() {
  local until=$(($(date +%s) + $1)) mark errors missed=0 said
  mark=$(nginx_mark)
  while [ "$(date +%s)" -lt "$until" ]; do
    said=$(svc_get web "$NEW" /ready)
    if [ "${said%% *}" = 200 ]; then missed=0; else missed=$((missed + 1)); fi
    [ "$missed" -lt 3 ] || die "the new version is not healthy: ${said:0:200}"
    errors=$(nginx_errors "$mark" "$NEW")
    [ "$errors" -le "$MAX_ERRORS" ] || die "nginx had $errors errors with the new version"
    sleep 0.5
  done
}
send_share() {
  write_upstream share
  say "$CANARY % go to $TO_VERSION for $WATCH s"
  watch_new "$WATCH"
}
send_all() {
  # Before nginx says this colour: were the power cut now, it must come back with the machine.
  svc_boots "$NEW" enable || say "note: $NEW could not be set to start with the machine"
  write_upstream "$NEW"
  say "all requests go to $TO_VERSION; watching for $WATCH s"
  watch_new "$WATCH"
}
change_workers() {
  svc_start worker "$NEW"
  wait_ready worker "$NEW"
  svc_stop worker "$OLD"
}
# From here on there is no way back but --rollback: the old version ends, as it would at any stop, and its sockets move over.
end_old() {
  svc_stop web "$OLD"
  wait_ready web "$NEW"
}

finish() {
  local seconds=$(($(date +%s) - began))
  if [ "$KIND" != compose ]; then ln -sfn "$ATENDE_ROOT/releases/$TO_VERSION" "$ATENDE_ROOT/current.new" && mv -T "$ATENDE_ROOT/current.new" "$ATENDE_ROOT/current"; fi
  svc_keep "$NEW" "$OLD" || say 'note: which colour starts with the machine could not be set'
  echo "$FROM" > "$FOLDER/previous"
  remember outcome=ok step=finished "seconds=$seconds"
  record ok "{\"seconds\":$seconds}"
  if [ "$KIND" = compose ]; then prune_images || true; else prune_releases || true; fi
  tell_papers
  say "✓ $TO_VERSION runs ($NEW), after $seconds s; --rollback returns to $FROM"
}

# An update brings the program. What the installer has written from the release (units, nginx, compose) is the installer's.
tell_papers() {
  local releases=$ATENDE_ROOT/releases part changed=no
  if [ "$ROLLBACK" = yes ]; then return 0; fi
  if [ "$KIND" = compose ]; then say "note: compose.yml and nginx are those of before; deploy/install.sh of the release $TO_VERSION brings its own"; fi
  [ "$KIND" = systemd ] || return 0
  for part in systemd nginx bin; do diff -rq "$releases/$FROM/deploy/$part" "$releases/$TO_VERSION/deploy/$part" > /dev/null 2>&1 || changed=yes; done
  [ "$changed" = no ] || say "note: $TO_VERSION has other units or another nginx configuration; $ATENDE_ROOT/current/deploy/install.sh --yes puts them in place"
}

prune_releases() {
  local name kept=0
  rm -rf "$ATENDE_ROOT"/releases/.part-*
  find "$ATENDE_ROOT/releases" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -rV | while read -r name; do
    kept=$((kept + 1))
    [ "$kept" -gt "$KEEP_RELEASES" ] || continue
    case "$name" in "$FROM" | "$TO_VERSION") continue ;; esac
    # What was not started anew since, such as the database, still reads its files.
    if grep -qsF "$ATENDE_ROOT/releases/$name/" /proc/[0-9]*/cmdline; then continue; fi
    say "release $name is removed"
    rm -rf "${ATENDE_ROOT:?}/releases/$name"
  done
}

# As many images as releases. The engine keeps one that a container still uses.
prune_images() {
  local image tag kept
  for image in "$ATENDE_IMAGE" "$BACKUP_IMAGE"; do
    kept=0
    for tag in $($DOCKER image ls --format '{{.Tag}}' "$image" | grep -E '^[0-9]+\.[0-9]+\.[0-9]+$' | sort -rV); do
      kept=$((kept + 1))
      [ "$kept" -gt "$KEEP_RELEASES" ] || continue
      case "$tag" in "$FROM" | "$TO_VERSION") continue ;; esac
      if $DOCKER image rm "$image:$tag" > /dev/null 2>&1; then say "image $image:$tag is removed"; fi
    done
  done
}

# ---- the way back: the old version gets everything again, whatever of this was done
give_back() {
  local seconds wrong=0
  set +e
  # A cut SSH hangs up more than once, and whoever is impatient presses Ctrl+C again: the way back goes to its end.
  trap : INT TERM
  trap '' HUP
  # Where nobody reads along any more, the words (and those of commands, some of which die of it) go where errors go, or into a file.
  local words="✗ $1: returning to $FROM"
  say "$words" || { exec 1>&2; say "$words"; } || { exec > "$FOLDER/log" 2>&1; say "$words"; }
  svc_use "$OLD" "$FROM"
  if ! svc_running web "$OLD"; then svc_start web "$OLD"; fi
  wait_ready web "$OLD" || wrong=1
  if [ "$wrong" = 0 ] && nginx_upstream_now | grep -q "$(address_of "$NEW")"; then write_upstream "$OLD" || wrong=1; fi
  if ! svc_running worker "$OLD"; then svc_start worker "$OLD"; fi
  wait_ready worker "$OLD" || wrong=1
  # The new version ends only when the old one serves.
  if [ "$wrong" = 0 ]; then
    svc_stop worker "$NEW"
    svc_stop web "$NEW"
    svc_boots "$NEW" disable
  fi
  seconds=$(($(date +%s) - began))
  remember "outcome=$([ "$wrong" = 0 ] && echo returned || echo broken)" "error=$1" "seconds=$seconds"
  record failed "{\"error\":\"$1\",\"seconds\":$seconds}"
  if [ "$wrong" = 0 ]; then say "$FROM is in charge again ($OLD), after $seconds s"
  else say "$FROM could not be brought back whole: look at the logs of $OLD and $NEW now"; fi
}
