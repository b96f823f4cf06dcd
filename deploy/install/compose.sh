# shellcheck shell=bash disable=SC2034,SC2153
# The container stack: Docker, the files of deploy/ in a folder that outlives releases, its own settings and secrets.

# The folder itself and no link to it: compose joins ../nginx to the words of the path, not to where a link leads.
COMPOSE=$BASE/deploy/compose

has_compose() { docker compose version >/dev/null 2>&1; }
has_buildx() { docker buildx version >/dev/null 2>&1; }
# The version that apt would install; in English, whatever the machine speaks.
candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *\([^(].*\)$/\1/p' || true; }

install_docker() {
  packages ca-certificates curl openssl tar iproute2 cron
  folder "$BASE" 0755 root:root
  folder "$ETC" 0755 root:root
  if has_compose && has_buildx; then return; fi
  local name compose='' missing=()
  update_lists
  command -v dockerd >/dev/null || missing+=(docker.io)
  # From Debian 13 on the command is a package of its own.
  if ! command -v docker >/dev/null && [ -n "$(candidate docker-cli)" ]; then missing+=(docker-cli); fi
  if ! has_compose; then
    for name in docker-compose-v2 docker-compose-plugin docker-compose; do
      # Before version 2 it was another program.
      if [ -z "$compose" ] && [[ $(candidate "$name") =~ ^([0-9]+:)?([2-9]|[1-9][0-9]) ]]; then compose=$name; fi
    done
    if [ -n "$compose" ]; then missing+=("$compose"); elif acting; then die "$(t docker_missing)"; fi
  fi
  # The image is built with it; what Docker builds with otherwise does not know all of the Dockerfile.
  if ! has_buildx; then
    for name in docker-buildx docker-buildx-plugin; do
      if [ -n "$(candidate "$name")" ]; then
        missing+=("$name")
        break
      fi
    done
  fi
  packages "${missing[@]}"
  machine systemctl enable --now docker
  if acting && ! has_compose; then die "$(t docker_missing)"; fi
}

# compose.yml names its neighbours (nginx, docker) by relative paths: they come along. What setup.sh made there stays.
copy_compose() {
  local file mode before from=$SOURCE/deploy
  [ -e "$from/compose/setup.sh" ] || die "$(t compose_missing deploy/compose/setup.sh)"
  # Made by an earlier installer.
  if [ -L "$ROOT$BASE/compose" ]; then drop "$BASE/compose"; fi
  while IFS= read -r file; do
    mode=0644
    if [ -x "$from/$file" ]; then mode=0755; fi
    before=$CHANGES
    put "$BASE/deploy/$file" "$mode" root:root <"$from/$file"
    if [ "$CHANGES" != "$before" ]; then make_anew "$(reader_of "$file")"; fi
  done < <(cd "$from" && find . -type f -not -path './compose/secrets/*' -not -path './compose/.env' | sed 's|^\./||' | sort)
}

# Whose container reads a file of deploy/ when it starts, and never again.
reader_of() {
  local below=${1#compose/}
  case $1 in
    nginx/pages/* | compose/postgres/create-logins.sh) ;;
    compose/*/* | nginx/* | prometheus/* | alertmanager/* | grafana/*) echo "${below%%/*}" ;;
  esac
}
# make_anew SERVICE: remembered until it is done, also by a run after this one.
make_anew() {
  local due
  due=$(remembered RENEW)
  if [ -n "$1" ] && [[ " $due " != *" $1 "* ]]; then remember RENEW "${due:+$due }$1"; fi
}

# Docker looks at settings, not at what is in the files that a container was given.
start_compose() {
  local service due again=()
  local -A was
  due=$(remembered RENEW)
  for service in $due; do was[$service]=$(container_of "$service"); done
  (cd "$COMPOSE" && run docker compose up -d --remove-orphans)
  for service in $due; do
    if [ -n "${was[$service]}" ] && [ "$(container_of "$service")" = "${was[$service]}" ]; then again+=("$service"); fi
  done
  if [ ${#again[@]} -gt 0 ]; then
    changed "docker compose up --force-recreate ${again[*]}"
    (cd "$COMPOSE" && run docker compose up -d --no-deps --force-recreate "${again[@]}")
  fi
  remember RENEW ''
}
container_of() { (cd "$COMPOSE" && docker compose ps -aq "$1" 2>>"$LOG") || true; }

install_compose() {
  local version there said first=0 memory=8 more=() before=$CHANGES
  version=$(version_in "$SOURCE")
  there=$(sed -n 's/^ATENDE_VERSION=\(..*\)$/\1/p' "$ROOT$COMPOSE/.env" 2>/dev/null || true)
  if [ -n "$there" ] && [ "$there" != "$version" ]; then
    # Its files belong to its version.
    warn "$(t release_other "$there" "$version" "$there")"
    version=$there
  else
    ok "$(t release_there "$version")"
    copy_compose
  fi
  # `sudo atende …` here as on a server without containers.
  if [ -e "$SOURCE/deploy/bin/atende-compose" ]; then put "$COMMANDS/atende" 0755 root:root <"$SOURCE/deploy/bin/atende-compose"; fi
  if knows doctor; then
    put "$CRON/atende-doctor" 0644 root:root <<FILE
# Made by Atende's installer. Once a day the doctor looks at everything; its verdict stands on the status page, and is told as an alert.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
40 6 * * * root $COMMANDS/atende doctor --record >/dev/null 2>&1
FILE
  fi
  acting || return 0
  get_images "$version"
  if [ ! -e "$COMPOSE/.env" ]; then first=1; fi
  if [ "$(memory_mb)" -lt 3000 ]; then memory=2; elif [ "$(memory_mb)" -lt 7000 ]; then memory=4; fi
  # Without an address no certificate is asked for.
  if [ "$TLS" != self-signed ]; then more=(--email "$EMAIL"); fi
  said=$(cd "$COMPOSE" && ./setup.sh --domain "$DOMAIN" --memory "$memory" "${more[@]}" 2>>"$LOG")
  log "$said"
  if [[ $said == made:* ]]; then changed "$(head -n 1 <<<"$said")"; fi
  write_versions "$version" "$first"
  write_choices
  take_recipient "$version"
  warn_once KEY_TOLD "$(t key_kept "$COMPOSE/secrets/ENCRYPTION_KEY")"
  if [ "$first" = 0 ] && [ "$CHANGES" != "$before" ]; then say "  $(t containers_anew)"; fi
  start_compose
}

# Which version each colour runs is update.sh's to change; the first one is ours.
write_versions() {
  local name
  for name in ATENDE_VERSION ATENDE_BLUE_VERSION ATENDE_GREEN_VERSION; do
    if [ "$2" = 1 ]; then env_now "$name" "$1"; else env_once "$name" "$1"; fi
  done
}

# What this run was told by its options.
write_choices() {
  local profiles
  env_once SECURITY_CONTACT "mailto:$EMAIL"
  if [ "$CHANGE_DOMAIN" = 1 ]; then env_now ATENDE_DOMAIN "$DOMAIN"; fi
  if [ -n "$IMAGE" ]; then
    env_now ATENDE_IMAGE "$IMAGE"
    env_now ATENDE_BACKUP_IMAGE "$IMAGE-backup"
  fi
  # One of the server for tests is replaced when a real one is asked for.
  if [ "$TLS" = staging ]; then env_now ACME_SERVER "$STAGING"; elif [ "$(env_value ACME_SERVER)" = "$STAGING" ]; then env_now ACME_SERVER ''; fi
  profiles=$(env_value COMPOSE_PROFILES)
  if [[ ",$profiles," == *,calls,* ]]; then TURN=1; fi
  if [ "$TURN" = 1 ]; then
    if [[ ",$profiles," != *,calls,* ]]; then env_now COMPOSE_PROFILES "$profiles,calls"; fi
    env_now ATENDE_TURN_RANGE "$TURN_RANGE"
  fi
}
STAGING=https://acme-staging-v02.api.letsencrypt.org/directory

# Before setup.sh has made the settings, those of the release count.
env_value() { { sed -n "s/^$1=//p" "$COMPOSE/.env" 2>/dev/null || sed -n "s/^$1=//p" "$COMPOSE/.env.example"; } | tail -n 1; }
# env_once NAME VALUE: a setting of .env that has no value yet.
env_once() {
  if ! grep -q "^$1=\$" "$COMPOSE/.env"; then return; fi
  changed "$1"
  sed -i "s|^$1=\$|$1=$2|" "$COMPOSE/.env"
}
# env_now NAME VALUE: whatever stood there.
env_now() {
  if grep -qxF "$1=$2" "$COMPOSE/.env"; then return; fi
  changed "$1"
  if grep -q "^$1=" "$COMPOSE/.env"; then sed -i "s|^$1=.*|$1=$2|" "$COMPOSE/.env"; else printf '%s=%s\n' "$1" "$2" >>"$COMPOSE/.env"; fi
}

take_recipient() {
  choose_recipient || return 0
  local pair
  if [ -z "$RECIPIENT" ]; then
    pair=$(docker run --rm -i --network none --entrypoint node "$(env_value ATENDE_IMAGE):$1" --input-type=module - <"$SOURCE/deploy/install/make-age-key.mjs" 2>>"$LOG")
    RECIPIENT=${pair#* }
    AGE_IDENTITY=${pair%% *}
  fi
  if [ "$RECIPIENT" != "$(recipient_there)" ]; then env_now BACKUP_RECIPIENT "$RECIPIENT"; fi
  ok "$(t backup_to "docker volume" "${RECIPIENT:0:20}…")"
  warn_once DISK_TOLD "$(t backup_same_disk "$COMPOSE/.env")"
}

get_images() {
  local server backup
  server=${IMAGE:-$(env_value ATENDE_IMAGE)}
  backup=${IMAGE:+$IMAGE-backup}
  backup=${backup:-$(env_value ATENDE_BACKUP_IMAGE)}
  get_image "${server:-atende}:$1"
  get_image "${backup:-atende-backup}:$1" --target backup
}
# get_image TAG [OPTIONS…]: a name with a place in it is fetched; otherwise, and when that place has none, it is built from the release.
get_image() {
  local tag=$1
  shift
  if docker image inspect "$tag" >/dev/null 2>&1; then return; fi
  if [[ $tag == */* ]]; then
    changed "docker pull $tag"
    if run docker pull -q "$tag"; then return; fi
    say "  $(t image_absent "$tag")"
  fi
  if [ "${tag##*:}" != "$(version_in "$SOURCE")" ]; then return; fi
  changed "docker build $tag"
  run env DOCKER_BUILDKIT=1 docker build -f "$SOURCE/deploy/docker/Dockerfile" --build-arg "VERSION=${tag##*:}" "$@" -t "$tag" "$SOURCE"
}

# The web container that is in use: its colour stands among the profiles.
web_container() { if grep -qE '^COMPOSE_PROFILES=.*green' "$COMPOSE/.env"; then echo web-green; else echo web-blue; fi; }

# As people come in: by nginx, to a server that is ready.
wait_for_compose() {
  acting || return 0
  local waited=0 at address=127.0.0.1
  at=$(env_value ATENDE_HTTPS_PUBLISH)
  at=${at:-443}
  if [[ $at == *:* ]]; then address=${at%:*}; fi
  at=${at##*:}
  until curl -fsSk -o /dev/null --max-time 5 --noproxy '*' --resolve "$DOMAIN:$at:$address" "https://$DOMAIN:$at/ready" 2>>"$LOG"; do
    waited=$((waited + 1))
    if [ "$waited" -ge "$READY_SECONDS" ]; then die "$(t containers_not_ready "$READY_SECONDS" "$COMPOSE")"; fi
    sleep 1
  done
  ok "$(t ready)"
}
