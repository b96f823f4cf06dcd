# How the parts of Atende are started, stopped and asked, for each kind of server: `systemd` (plain), `compose` (containers), `processes`
# (plain, without systemd: pid files). Sourced by update.sh; nothing else knows which kind it is. Roles are web and worker, colours blue
# and green.
# shellcheck shell=bash

: "${ATENDE_ROOT:=/opt/atende}" "${ATENDE_ETC:=/etc/atende}" "${ATENDE_USER:=atende}"
: "${ATENDE_ENV:=$ATENDE_ETC/atende.env}"
if [ -z "${COMPOSE_DIR:-}" ]; then
  # Where setup.sh was run: beside this script, or where the installer puts it.
  COMPOSE_DIR=$ATENDE_ROOT/deploy/compose
  if [ -e "$HERE/compose/.env" ]; then COMPOSE_DIR=$HERE/compose; fi
fi
# A setting of compose.
compose_setting() { sed -n "s/^$1=//p" "$COMPOSE_DIR/.env" 2> /dev/null | tail -n 1; }
: "${COMPOSE:=docker compose}" "${DOCKER:=docker}"
# Names of images and of the project are those that compose.yml uses.
: "${ATENDE_IMAGE:=$(compose_setting ATENDE_IMAGE)}" "${ATENDE_BACKUP_IMAGE:=$(compose_setting ATENDE_BACKUP_IMAGE)}"
: "${ATENDE_IMAGE:=atende}" "${COMPOSE_PROJECT_NAME:=$(compose_setting COMPOSE_PROJECT_NAME)}"
BACKUP_IMAGE=${ATENDE_BACKUP_IMAGE:-$ATENDE_IMAGE-backup}
: "${NGINX_UPSTREAM:=/etc/nginx/atende/upstream.conf}" "${NGINX_COMMAND:=nginx}" "${NGINX_ERROR_LOG:=/var/log/nginx/error.log}"
: "${PORT_WEB_BLUE:=3001}" "${PORT_WEB_GREEN:=3002}" "${PORT_WORKER_BLUE:=3011}" "${PORT_WORKER_GREEN:=3012}"
: "${STOP_SECONDS:=90}"

KIND=${KIND:-}
if [ -z "$KIND" ]; then
  if [ -e "$COMPOSE_DIR/.env" ]; then KIND=compose
  elif [ -d /run/systemd/system ] && [ -d "$ATENDE_ROOT/releases" ]; then KIND=systemd
  else KIND=processes; fi
fi

upper() { printf '%s' "$1" | tr '[:lower:]' '[:upper:]'; }
other_colour() { if [ "$1" = blue ]; then echo green; else echo blue; fi; }
port_of() {
  if [ "$KIND" = compose ]; then echo 3000; return; fi
  local name
  name="PORT_$(upper "$1")_$(upper "$2")"
  echo "${!name}"
}
# What nginx calls the web process of a colour.
address_of() { if [ "$KIND" = compose ]; then echo "web-$1:3000"; else echo "127.0.0.1:$(port_of web "$1")"; fi; }

# A release brings its Node; without one that of the system serves.
node_of() {
  local node
  for node in "$1"/node_modules/node-linux-*/bin/node "$ATENDE_ROOT/node/bin/node"; do
    if [ -x "$node" ] && "$node" --version > /dev/null 2>&1; then echo "$node"; return; fi
  done
  command -v node
}

# The settings, one NAME=value a line as systemd reads them, into the array ENVIRONMENT.
read_settings() {
  ENVIRONMENT=()
  [ -r "$ATENDE_ENV" ] || return 0
  local line value
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in '' | \#* | \;* ) continue ;; *=*) ;; *) continue ;; esac
    value=${line#*=}
    case "$value" in \"*\") value=${value#\"}; value=${value%\"} ;; \'*\') value=${value#\'}; value=${value%\'} ;; esac
    ENVIRONMENT+=("${line%%=*}=$value")
  done < "$ATENDE_ENV"
}
setting() {
  read_settings
  local one
  for one in "${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"}"; do if [ "${one%%=*}" = "$1" ]; then printf '%s' "${one#*=}"; return; fi; done
}

# container_of SERVICE [STATE]: its container, or nothing; not one that `compose run` has started for a moment. Docker and podman both know
# these labels.
container_of() {
  $DOCKER ps --format '{{.ID}} {{.Labels}}' --filter "label=com.docker.compose.project=${COMPOSE_PROJECT_NAME:-atende}" \
    --filter "label=com.docker.compose.service=$1" --filter "status=${2:-running}" | grep -v 'com.docker.compose.oneoff=True' | head -n 1 | cut -d ' ' -f 1 || true
}
# In its folder and without names of files: as `docker compose up -d` there, it reads a compose.override.yml as well.
compose() { (cd "$COMPOSE_DIR" && $COMPOSE "$@"); }
# Which image a colour runs stands in the settings of compose: ATENDE_BLUE_VERSION, ATENDE_GREEN_VERSION.
compose_version() { compose_setting "ATENDE_$(upper "$1")_VERSION"; }
compose_set() {
  local file="$COMPOSE_DIR/.env"
  touch "$file"
  { grep -v "^$1=" "$file" || true; echo "$1=$2"; } > "$file.new"
  chmod --reference="$file" "$file.new" && mv "$file.new" "$file"
}

# svc_version COLOUR: what a colour is set to; svc_use COLOUR VERSION: sets it, for the next start.
svc_version() {
  if [ "$KIND" = compose ]; then compose_version "$1"; return; fi
  local release
  release=$(readlink -f "$ATENDE_ROOT/$1") && [ -n "$release" ] && version_of "$release"
}
svc_use() {
  if [ "$KIND" = compose ]; then compose_set "ATENDE_$(upper "$1")_VERSION" "$2"; return; fi
  ln -sfn "$ATENDE_ROOT/releases/$2" "$ATENDE_ROOT/$1.new" && mv -T "$ATENDE_ROOT/$1.new" "$ATENDE_ROOT/$1"
}
version_of() { sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$1/package.json" | head -n 1; }

pid_file() { echo "$ATENDE_ROOT/run/$1-$2.pid"; }
pid_lives() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2> /dev/null; }

# svc_running ROLE COLOUR
svc_running() {
  case "$KIND" in
    systemd) systemctl is-active --quiet "atende-$1@$2" ;;
    compose) [ -n "$(container_of "$1-$2")" ] ;;
    processes) pid_lives "$(pid_file "$1" "$2")" ;;
  esac
}

# svc_start ROLE COLOUR: nothing when it runs already. The colour's link, or image, says which version.
svc_start() {
  svc_running "$1" "$2" && return 0
  case "$KIND" in
    systemd) systemctl start "atende-$1@$2" ;;
    compose) compose up -d --no-deps "$1-$2" ;;
    processes)
      local release node
      release=$(readlink -f "$ATENDE_ROOT/$2")
      node=$(node_of "$release")
      mkdir -p "$ATENDE_ROOT/run" "$ATENDE_ROOT/log"
      read_settings
      # Without the lock and what belongs to our caller.
      (cd / && exec setsid env MALLOC_ARENA_MAX=2 "${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"}" MIGRATE=never ROLE="$1" PORT="$(port_of "$1" "$2")" \
        "$node" --disable-warning=ExperimentalWarning --max-semi-space-size=8 "$release/packages/server/src/cli.ts" start) \
        < /dev/null >> "$ATENDE_ROOT/log/$1-$2.log" 2>&1 9>&- &
      echo $! > "$(pid_file "$1" "$2")"
      ;;
  esac
}

# svc_stop ROLE COLOUR: asks it to end, and waits until it has: what it had in hand is finished. Also one that dies and is started again
# all the time, which does not count as running.
svc_stop() {
  case "$KIND" in
    systemd)
      systemctl stop "atende-$1@$2"
      # One that had to be killed would stand there as failed until the machine starts again.
      systemctl reset-failed "atende-$1@$2" 2> /dev/null || true
      ;;
    compose) [ -z "$(container_of "$1-$2")$(container_of "$1-$2" restarting 2> /dev/null)" ] || compose stop -t "$STOP_SECONDS" "$1-$2" ;;
    processes)
      svc_running "$1" "$2" || return 0
      local file pid waited=0
      file=$(pid_file "$1" "$2")
      pid=$(cat "$file")
      kill -TERM "$pid"
      while pid_lives "$file" && [ "$waited" -lt "$((STOP_SECONDS * 10))" ]; do sleep 0.1; waited=$((waited + 1)); done
      if pid_lives "$file"; then kill -KILL "$pid"; fi
      rm -f "$file"
      ;;
  esac
}

# svc_boots COLOUR enable|disable: whether its web process comes with the machine. Containers that ran come back by themselves.
svc_boots() { if [ "$KIND" = systemd ]; then systemctl -q "$2" "atende-web@$1"; fi; }

# svc_keep NEW OLD: which colour comes back after the machine was started again.
svc_keep() {
  if [ "$KIND" = compose ]; then
    sed -i -E "/^COMPOSE_PROFILES=/s/\\b$2\\b/$1/" "$COMPOSE_DIR/.env"
    # The backup is one, and of the version that is in charge. Without its image the next `docker compose up -d` would end there.
    if ! $DOCKER image inspect "$BACKUP_IMAGE:$(svc_version "$1")" > /dev/null 2>&1; then
      echo "note: there is no image $BACKUP_IMAGE:$(svc_version "$1"); backups stay with the version before" >&2
      return 0
    fi
    compose_set ATENDE_VERSION "$(svc_version "$1")"
    compose up -d --no-deps backup
    return 0
  fi
  if [ "$KIND" != systemd ]; then return 0; fi
  systemctl -q enable "atende-web@$1" "atende-worker@$1"
  systemctl -q disable "atende-web@$2" "atende-worker@$2"
  # It runs from the release in which it was started, and that one is removed some day. `current` leads to the new one by now.
  systemctl try-restart atende-backup || echo 'note: atende-backup still runs the release before; restart it' >&2
}

# One GET, told as "STATUS TYPE BODY" (000 when nothing answers). The address is a loopback one, or the container's own.
PROBE='const [url] = process.argv.slice(1)
const end = (text) => { process.stdout.write(text + "\n"); process.exit(0) }
require("node:http").get(url, { timeout: 5000 }, (r) => {
  let body = ""
  r.on("data", (d) => { body = (body + d).slice(0, 20000) })
  r.on("end", () => end(r.statusCode + " " + (r.headers["content-type"] || "-").split(";")[0] + " " + body.replace(/\s+/g, " ")))
}).on("timeout", function () { this.destroy(new Error("late")) }).on("error", () => end("000 - "))'

# svc_get ROLE COLOUR PATH
svc_get() {
  local url id
  url="http://127.0.0.1:$(port_of "$1" "$2")$3"
  if [ "$KIND" = compose ]; then
    id=$(container_of "$1-$2")
    if [ -z "$id" ]; then echo '000 - '; return; fi
    $DOCKER exec "$id" node -e "$PROBE" "$url" || echo '000 - '
  elif command -v curl > /dev/null; then
    # The body comes first and the rest in a last line, which is put in front.
    curl -s -m 5 -w '\n%{http_code} %{content_type}' "$url" | awk '{ if (NR > 1) body = body last " "; last = $0 } END { sub(/;.*/, "", last); if (last ~ / $/) last = last "-"; print last " " body }' || true
  else "$(node_of "$(readlink -f "$ATENDE_ROOT/$2")")" -e "$PROBE" "$url"; fi
}

# svc_atende VERSION COLOUR ARGUMENTS…: the command line of a version. In containers the colour is the one that is set to it.
svc_atende() {
  local version=$1 colour=$2 release as=()
  shift 2
  if [ "$KIND" = compose ]; then compose run --rm --no-deps -T "web-$colour" "$@"; return; fi
  release="$ATENDE_ROOT/releases/$version"
  read_settings
  if [ "$(id -u)" = 0 ] && [ "$KIND" = systemd ]; then as=(setpriv "--reuid=$ATENDE_USER" "--regid=$ATENDE_USER" --init-groups); fi
  (cd / && env "${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"}" MIGRATE=never "${as[@]+"${as[@]}"}" "$(node_of "$release")" \
    --disable-warning=ExperimentalWarning "$release/packages/server/src/cli.ts" "$@" 9>&-)
}

nginx_do() { if [ "$KIND" = compose ]; then $DOCKER exec "$(container_of nginx)" nginx "$@"; else $NGINX_COMMAND "$@"; fi; }

# nginx_upstream: standard input becomes the upstream; a file that nginx does not understand is taken back.
nginx_upstream() {
  if [ "$KIND" = compose ]; then
    # shellcheck disable=SC2016
    $DOCKER exec -i "$(container_of nginx)" sh -c 'f=/etc/nginx/atende/upstream.conf; cp "$f" "$f.old" 2> /dev/null; cat > "$f.new" && mv "$f.new" "$f"'
  else
    cp "$NGINX_UPSTREAM" "$NGINX_UPSTREAM.old" 2> /dev/null || true
    cat > "$NGINX_UPSTREAM.new" && mv "$NGINX_UPSTREAM.new" "$NGINX_UPSTREAM"
  fi
  if ! nginx_do -t -q; then
    nginx_restore
    return 1
  fi
  nginx_do -s reload
}
nginx_restore() {
  if [ "$KIND" = compose ]; then $DOCKER exec "$(container_of nginx)" sh -c 'cd /etc/nginx/atende && [ ! -e upstream.conf.old ] || mv upstream.conf.old upstream.conf'
  elif [ -e "$NGINX_UPSTREAM.old" ]; then mv "$NGINX_UPSTREAM.old" "$NGINX_UPSTREAM"; fi
}
nginx_upstream_now() {
  if [ "$KIND" = compose ]; then $DOCKER exec "$(container_of nginx)" cat /etc/nginx/atende/upstream.conf 2> /dev/null || true
  else cat "$NGINX_UPSTREAM" 2> /dev/null || true; fi
}

# Errors that nginx had with a colour: nginx_mark begins to count, nginx_errors COLOUR tells.
nginx_mark() { if [ "$KIND" = compose ]; then date -u +%Y-%m-%dT%H:%M:%SZ; else stat -c %s "$NGINX_ERROR_LOG" 2> /dev/null || echo 0; fi; }
nginx_errors() {
  local mark=$1 address
  address=$(address_of "$2")
  # nginx writes where a name led, so the container's own addresses are looked for.
  if [ "$KIND" = compose ]; then address=$(addresses_of "web-$2" | sed 's/\./\\./g; s/$/:3000/' | paste -s -d '|' -); fi
  [ -n "$address" ] || { echo 0; return; }
  if [ "$KIND" = compose ]; then $DOCKER logs --since "$mark" "$(container_of nginx)" 2>&1
  else tail -c "+$((mark + 1))" "$NGINX_ERROR_LOG" 2> /dev/null || true; fi | grep -E '\[(error|crit|alert|emerg)\]' | grep -v 'upgraded connection' | grep -cE "upstream.*://($address)" || true
}
addresses_of() {
  local id
  id=$(container_of "$1")
  [ -z "$id" ] || $DOCKER inspect -f '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}' "$id" | sed '/^$/d'
}
