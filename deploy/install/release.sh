# shellcheck shell=bash disable=SC2034,SC2153
# Gets the release into /opt/atende/releases/<version>, whole or not at all, with a Node 24 to run it.

version_in() { sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$1/package.json" 2>/dev/null | head -n 1; }

# SOURCE becomes a folder that holds the release: the installer's own, one that was named, an unpacked file, or a clone.
find_source() {
  if [ -n "$GIT_URL" ]; then
    packages git
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/atende-install.XXXXXX")
    machine git clone -q --depth 1 ${GIT_REF:+--branch "$GIT_REF"} "$GIT_URL" "$WORK/atende"
    SOURCE=$WORK/atende
  elif [ -f "$FROM" ]; then
    check_sum "$FROM"
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/atende-install.XXXXXX")
    tar -xzf "$FROM" --no-same-owner -C "$WORK"
    SOURCE=$WORK
    if [ ! -e "$SOURCE/package.json" ]; then SOURCE=$(dirname "$(find "$WORK" -maxdepth 2 -name package.json | head -n 1)"); fi
  else
    SOURCE=${FROM:-$HERE/..}
    [ -d "$SOURCE" ] || die "$(t from_missing "$SOURCE")"
    SOURCE=$(cd "$SOURCE" && pwd -P)
  fi
  if [ ! -e "$SOURCE/packages/server/src/cli.ts" ]; then die "$(t from_bad "${FROM:-$SOURCE}")"; fi
}

# A list of sums beside the file is believed when there is one.
check_sum() {
  local list
  list=$(dirname "$1")/SHA256SUMS
  if [ ! -e "$list" ]; then return; fi
  grep -E "^[0-9a-f]{64} [ *]$(basename "$1" | sed 's/[.]/\\./g')\$" "$list" | (cd "$(dirname "$1")" && sha256sum --status -c -) || die "$(t sum_bad "$1")"
}

install_release() {
  local version there part
  find_source
  version=$(version_in "$SOURCE")
  there=$(readlink "$ROOT$BASE/current" 2>/dev/null || true)
  if [ -n "$there" ] && [ -e "$ROOT$there/.complete" ]; then
    if [ "${there##*/}" != "$version" ]; then warn "$(t release_other "${there##*/}" "$version" "${there##*/}")"; fi
    SOURCE=$ROOT$there
    ok "$(t release_there "${there##*/}")"
    return
  fi
  changed "$(t release_made "$version" "$BASE/releases/$version")"
  if [ "$DRY" = 1 ]; then return; fi
  part=$ROOT$BASE/releases/.part-$version
  rm -rf "$part"
  mkdir -p "$part"
  copy_release "$part"
  if acting; then complete_release "$part"; fi
  chmod -R u+rwX,go+rX,go-w "$part"
  if [ "$(id -u)" = 0 ]; then chown -R root:root "$part"; fi
  touch "$part/.complete"
  rm -rf "$ROOT$BASE/releases/$version"
  mv "$part" "$ROOT$BASE/releases/$version"
  link "$BASE/blue" "$BASE/releases/$version"
  link "$BASE/current" "$BASE/releases/$version"
  SOURCE=$ROOT$BASE/releases/$version
}

# Below --root the program itself is not needed: its papers are.
copy_release() {
  if [ -n "$ROOT" ]; then
    (cd "$SOURCE" && tar -cf - package.json packages/server/src/cli.ts deploy) | tar -xf - -C "$1"
  else
    local without=(--exclude=./.git --exclude=./.data --exclude=./coverage --exclude=./.env)
    # A checkout on which somebody develops has libraries that a server does not need.
    if [ -e "$SOURCE/node_modules/typescript" ]; then without+=(--exclude=./node_modules); fi
    (cd "$SOURCE" && tar -cf - "${without[@]}" .) | tar -xf - -C "$1" --no-same-owner
  fi
}

# Node, libraries and pages, where the release does not bring them.
complete_release() {
  find_node "$1"
  if [ -e "$1/node_modules" ] && [ -e "$1/packages/web/dist/index.html" ]; then return; fi
  local npm
  npm=$(find_npm)
  if [ ! -e "$1/packages/web/dist/index.html" ]; then
    say "  $(t installing_packages)"
    in_release "$1" "$npm" ci --ignore-scripts --no-audit --no-fund
    say "  $(t building_web)"
    in_release "$1" "$1/node_modules/.bin/vite" build packages/web --logLevel warn
    in_release "$1" "$npm" prune --omit=dev --ignore-scripts --no-audit --no-fund
  elif [ ! -e "$1/node_modules" ]; then
    say "  $(t installing_packages)"
    in_release "$1" "$npm" ci --omit=dev --ignore-scripts --no-audit --no-fund
  fi
}
in_release() {
  local folder=$1 program=$2
  shift 2
  (cd "$folder" && run env PATH="$(dirname "$NODE"):$PATH" npm_config_registry="$REGISTRY" npm_config_cache="${TMPDIR:-/tmp}/atende-npm-cache" "$NODE" "$program" "$@")
}

platform() { case $(uname -m) in x86_64) echo linux-x64 ;; *) echo linux-arm64 ;; esac; }
is_node24() { [ -x "$1" ] && [ "$("$1" -p 'Number(process.versions.node.split(".")[0]) >= 24' 2>/dev/null)" = true ]; }

# NODE: the release's own, the one that was named, the system's when it is new enough, else the pinned npm package.
find_node() {
  local candidate
  NODE=
  for candidate in "$NODE_GIVEN" "$1/node_modules/node-$(platform)/bin/node" "$BASE/node/bin/node" "$(command -v node || true)"; do
    if [ -n "$candidate" ] && is_node24 "$candidate"; then
      NODE=$candidate
      break
    fi
  done
  if [ -z "$NODE" ]; then fetch_node "$1"; fi
  # One that stands elsewhere is reached by a link, so that units and commands find it.
  case $NODE in
    "$1"/* | "$BASE"/node/*) ;;
    *) link "$BASE/node/bin/node" "$(readlink -f "$NODE")" ;;
  esac
}

# Version and sum stand in the lock file of the release: the same file that npm itself would take.
fetch_node() {
  local name version sum
  name=node-$(platform)
  version=$(locked "$1" "$name" version)
  sum=$(locked "$1" "$name" integrity)
  fetch_package "$name" "$version" "$sum" "$BASE/node-$version"
  link "$BASE/node" "$BASE/node-$version"
  NODE=$BASE/node/bin/node
}
locked() { sed -n "/\"node_modules\/$2\": {/,/}/ s/^ *\"$3\": \"\(.*\)\",\{0,1\}\$/\1/p" "$1/package-lock.json"; }

NPM_VERSION=11.19.1
NPM_SUM=sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==

find_npm() {
  if [ ! -e "$BASE/npm-$NPM_VERSION/bin/npm-cli.js" ]; then fetch_package npm "$NPM_VERSION" "$NPM_SUM" "$BASE/npm-$NPM_VERSION" >&2; fi
  echo "$BASE/npm-$NPM_VERSION/bin/npm-cli.js"
}

# fetch_package NAME VERSION SUM FOLDER: an npm package whose sum is known beforehand.
fetch_package() {
  local file
  say "  $(t fetching "$1 $2")"
  file=$(mktemp)
  run curl -fsSL --retry 3 --max-time 600 -o "$file" "$REGISTRY/$1/-/$1-$2.tgz"
  if [ "sha512-$(openssl dgst -sha512 -binary "$file" | openssl base64 -A)" != "$3" ]; then
    rm -f "$file"
    die "$(t sum_bad "$1-$2.tgz")"
  fi
  rm -rf "$4.part"
  mkdir -p "$4.part"
  tar -xzf "$file" --strip-components=1 --no-same-owner -C "$4.part"
  rm -f "$file"
  rm -rf "$4"
  mv "$4.part" "$4"
}
