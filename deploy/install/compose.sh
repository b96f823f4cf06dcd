# shellcheck shell=bash disable=SC2034,SC2153
# The container stack: Docker, the files of deploy/ in a folder that outlives releases, its own settings and secrets.

COMPOSE=/opt/atende/compose

install_docker() {
  packages ca-certificates curl openssl tar iproute2
  folder "$BASE" 0755 root:root
  folder /etc/atende 0755 root:root
  if docker compose version >/dev/null 2>&1; then return; fi
  local name
  for name in docker-compose-v2 docker-compose-plugin docker-compose; do
    # Before version 2 it was another program.
    if apt-cache policy "$name" 2>/dev/null | grep -qE 'Candidate: (1:)?[2-9]'; then
      packages docker.io "$name"
      machine systemctl enable --now docker
      break
    fi
  done
  if acting && ! docker compose version >/dev/null 2>&1; then die "$(t docker_missing)"; fi
}

# compose.yml names its neighbours (nginx, docker) by relative paths: they come along. What setup.sh made there stays.
copy_compose() {
  local file mode from=$SOURCE/deploy
  [ -e "$from/compose/setup.sh" ] || die "$(t compose_missing deploy/compose/setup.sh)"
  link "$COMPOSE" deploy/compose
  while IFS= read -r file; do
    mode=0644
    if [ -x "$from/$file" ]; then mode=0755; fi
    put "$BASE/deploy/$file" "$mode" root:root <"$from/$file"
  done < <(cd "$from" && find . -type f -not -path './compose/secrets/*' -not -path './compose/.env' | sed 's|^\./||' | sort)
}

install_compose() {
  local version there said memory=8 more=()
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
  acting || return 0
  build_image "atende:$version"
  build_image "atende-backup:$version" --target backup
  if [ "$(memory_mb)" -lt 3000 ]; then memory=2; elif [ "$(memory_mb)" -lt 7000 ]; then memory=4; fi
  # Without an address no certificate is asked for.
  if [ "$TLS" != self-signed ]; then more=(--email "$EMAIL"); fi
  said=$(cd "$COMPOSE/" && ./setup.sh --domain "$DOMAIN" --memory "$memory" "${more[@]}" 2>>"$LOG")
  log "$said"
  if [[ $said == made:* ]]; then changed "$(head -n 1 <<<"$said")"; fi
  choose_recipient "$version"
  env_once ATENDE_VERSION "$version"
  env_once SECURITY_CONTACT "mailto:$EMAIL"
  warn_once KEY_TOLD "$(t key_kept "$COMPOSE/secrets/ENCRYPTION_KEY")"
  (cd "$COMPOSE/" && run docker compose up -d --remove-orphans)
}

# env_once NAME VALUE: a setting of .env that has no value yet.
env_once() {
  if ! grep -q "^$1=\$" "$COMPOSE/.env"; then return; fi
  changed "$1"
  sed -i "s|^$1=\$|$1=$2|" "$COMPOSE/.env"
}

choose_recipient() {
  if [ "$BACKUP" = 0 ]; then
    warn "$(t backup_off)"
    return
  fi
  local there pair
  there=$(sed -n 's/^BACKUP_RECIPIENT=\(..*\)$/\1/p' "$COMPOSE/.env")
  RECIPIENT=${RECIPIENT:-$there}
  ask RECIPIENT "$(t ask_age)"
  if [ -z "$RECIPIENT" ]; then
    pair=$(docker run --rm -i --network none --entrypoint node "atende:$1" --input-type=module - <"$SOURCE/deploy/install/make-age-key.mjs" 2>>"$LOG")
    RECIPIENT=${pair#* }
    AGE_IDENTITY=${pair%% *}
  fi
  [[ $RECIPIENT =~ ^age1[0-9a-z]+$ ]] || die "$(t bad_age "$RECIPIENT")"
  env_once BACKUP_RECIPIENT "$RECIPIENT"
  ok "$(t backup_to "docker volume" "${RECIPIENT:0:20}…")"
  warn_once DISK_TOLD "$(t backup_same_disk "$COMPOSE/.env")"
}

# build_image TAG [OPTIONS…]
build_image() {
  local tag=$1
  shift
  if [ "${tag#*:}" != "$(version_in "$SOURCE")" ] || docker image inspect "$tag" >/dev/null 2>&1; then return; fi
  changed "docker build $tag"
  run docker build -f "$SOURCE/deploy/docker/Dockerfile" --build-arg "VERSION=${tag#*:}" "$@" -t "$tag" "$SOURCE"
}

# The web container that is in use: its colour stands among the profiles.
web_container() { if grep -qE '^COMPOSE_PROFILES=.*green' "$COMPOSE/.env"; then echo web-green; else echo web-blue; fi; }

wait_for_compose() {
  acting || return 0
  local waited=0
  until (cd "$COMPOSE/" && docker compose exec -T "$(web_container)" atende --version) >>"$LOG" 2>&1; do
    waited=$((waited + 1))
    if [ "$waited" -ge "$READY_SECONDS" ]; then die "$(t containers_not_ready "$READY_SECONDS" "$COMPOSE")"; fi
    sleep 1
  done
}
