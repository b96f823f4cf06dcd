# shellcheck shell=bash disable=SC2034,SC2153
# The container stack: Docker, the files of deploy/compose in a folder that outlives releases, its own secrets.

COMPOSE=/opt/atende/compose

install_docker() {
  packages ca-certificates curl openssl iproute2
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
install_compose() {
  local file mode from=$SOURCE/deploy
  [ -e "$from/compose/setup.sh" ] || die "$(t compose_missing deploy/compose/setup.sh)"
  folder "$BASE" 0755 root:root
  link "$COMPOSE" deploy/compose
  while IFS= read -r file; do
    mode=0644
    if [ -x "$from/$file" ]; then mode=0755; fi
    put "$BASE/deploy/$file" "$mode" root:root <"$from/$file"
  done < <(cd "$from" && find . -type f -not -path './compose/secrets/*' -not -name '.env' | sed 's|^\./||' | sort)
  acting || return 0
  (cd "$COMPOSE/" && run env ATENDE_DOMAIN="$DOMAIN" ATENDE_EMAIL="$EMAIL" ATENDE_VERSION="$(version_in "$SOURCE")" \
    BACKUP_RECIPIENT="$RECIPIENT" ATENDE_TLS="$TLS" ./setup.sh)
  build_image
  (cd "$COMPOSE/" && run docker compose up -d --remove-orphans)
}

build_image() {
  local tag
  tag=atende:$(version_in "$SOURCE")
  if docker image inspect "$tag" >/dev/null 2>&1; then return; fi
  changed "docker build $tag"
  run docker build -f "$SOURCE/deploy/docker/Dockerfile" -t "$tag" "$SOURCE"
}
