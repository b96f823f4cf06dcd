# Where a new version comes from, and whether it is genuine. A release is three files side by side: atende-<version>.tar.gz, SHA256SUMS and
# SHA256SUMS.sig (made by `ssh-keygen -Y sign`). Sourced by update.sh and by the installer.
# shellcheck shell=bash

: "${ATENDE_ROOT:=/opt/atende}"
SIGNER=release@atende
NAMESPACE=atende-release

# The key that the release which runs came with; a key in the new release would prove nothing.
release_key() {
  local file
  for file in "${ATENDE_RELEASE_KEY:-}" "$ATENDE_ETC/release-key.pub" "$HERE/release-key.pub"; do
    if [ -n "$file" ] && grep -qE '^(ssh|sk-ssh|ecdsa)-' "$file" 2> /dev/null; then echo "$file"; return 0; fi
  done
  return 1
}

# verify_release FILE: its checksum stands in the list beside it, and the list is signed.
verify_release() {
  local folder name key signers
  folder=$(cd "$(dirname "$1")" && pwd)
  name=$(basename "$1")
  for file in SHA256SUMS SHA256SUMS.sig; do
    [ -e "$folder/$file" ] || { echo "beside $name there is no $file; a release brings it (--unsigned takes a build of your own)" >&2; return 1; }
  done
  key=$(release_key) || { echo "no release key: put the publisher's public key into $ATENDE_ETC/release-key.pub (or take --unsigned for a build of your own)" >&2; return 1; }
  signers=$(mktemp)
  sed -nE "s/^((ssh|sk-ssh|ecdsa)-.*)$/$SIGNER namespaces=\"$NAMESPACE\" \1/p" "$key" > "$signers"
  if ! ssh-keygen -Y verify -f "$signers" -I "$SIGNER" -n "$NAMESPACE" -s "$folder/SHA256SUMS.sig" < "$folder/SHA256SUMS" > /dev/null 2>&1; then
    rm -f "$signers"
    echo "SHA256SUMS is not signed by the release key: this is not a genuine release" >&2
    return 1
  fi
  rm -f "$signers"
  grep -E "^[0-9a-f]{64}  $name\$" "$folder/SHA256SUMS" | (cd "$folder" && sha256sum --status -c -) || { echo "$name is not what SHA256SUMS says" >&2; return 1; }
}

# fetch_release TAG FOLDER: from ATENDE_RELEASES, an address or a folder in which releases lie by tag; answers the file.
fetch_release() {
  local version=${1#v} base file
  : "${ATENDE_RELEASES:=$(setting ATENDE_RELEASES)}"
  [ -n "$ATENDE_RELEASES" ] || { echo "where releases lie is not set: ATENDE_RELEASES in $ATENDE_ENV, for example https://github.com/<owner>/<repository>/releases/download" >&2; return 1; }
  base="$ATENDE_RELEASES/v$version"
  for file in "atende-$version.tar.gz" SHA256SUMS SHA256SUMS.sig; do
    if [ -d "$ATENDE_RELEASES" ]; then cp "$base/$file" "$2/$file"
    else curl -fsSL --proto '=https' --retry 3 --max-time 600 -o "$2/$file" "$base/$file"; fi || { echo "cannot fetch $base/$file" >&2; return 1; }
  done
  echo "$2/atende-$version.tar.gz"
}

# unpack_release FILE|DIR [RELEASE]: into $ATENDE_ROOT/releases/<version>, whole or not at all; answers the version. RELEASE is in charge, and
# nothing is done for a version that is not newer. What is there already is replaced, unless this very file has given it: it may be a build
# that failed, or one that nobody has signed.
unpack_release() {
  local source=$1 part version sum=folder
  mkdir -p "$ATENDE_ROOT/releases"
  part=$(mktemp -d "$ATENDE_ROOT/releases/.part-XXXXXX")
  if [ -d "$source" ]; then
    # 1: a file that was written to meanwhile.
    (cd "$source" && { tar -cf - --exclude=./.git --exclude=./.data --exclude='./coverage' . || [ $? = 1 ]; }) | tar -xf - --no-same-owner -C "$part" ||
      { rm -rf "$part"; return 1; }
  else
    sum=$(sha256sum < "$source" | cut -d ' ' -f 1)
    tar -xzf "$source" --strip-components=1 --no-same-owner -C "$part" || { rm -rf "$part"; return 1; }
  fi
  version=$(version_of "$part")
  case "$version" in '' | *[!0-9A-Za-z.+-]*) rm -rf "$part"; echo "$source holds no release of Atende" >&2; return 1 ;; esac
  if [ -n "${2:-}" ] && ! newer "$version" "$(basename "$2")"; then rm -rf "$part"; echo "$version"; return; fi
  chmod -R u+rwX,go+rX,go-w "$part" 2> /dev/null || true
  if [ -e "$ATENDE_ROOT/releases/$version/.complete" ]; then
    if [ "$sum" != folder ] && [ "$(cat "$ATENDE_ROOT/releases/$version/.complete")" = "$sum" ]; then rm -rf "$part"; echo "$version"; return; fi
    if release_serves "$version"; then
      rm -rf "$part"
      echo "$ATENDE_ROOT/releases/$version is from another file, and something still runs from it: restart that first (atende-postgres?)" >&2
      return 1
    fi
  fi
  if ! [ -e "$part/packages/web/dist/index.html" ]; then rm -rf "$part"; echo "$source is not built (npm run build)" >&2; return 1; fi
  if ! [ -e "$part/node_modules" ]; then install_modules "$part" >&2 || { rm -rf "$part"; return 1; }; fi
  # A page that was opened with the version before may still ask for its pieces. Their names tell their content, so none is in the way.
  if [ -n "${2:-}" ] && [ -d "$2/packages/web/dist/assets" ]; then cp -nR "$2/packages/web/dist/assets/." "$part/packages/web/dist/assets/" 2> /dev/null || true; fi
  rm -f "$part/.complete"
  echo "$sum" > "$part/.complete"
  chmod 0755 "$part"
  # Root will run what lies there: it belongs to nobody else, whoever built it.
  if [ "$(id -u)" = 0 ]; then chown -R root:root "$part" || { rm -rf "$part"; return 1; }; fi
  rm -rf "$ATENDE_ROOT/releases/$version"
  mv "$part" "$ATENDE_ROOT/releases/$version"
  echo "$version"
}

# Whether something runs from a release: a colour, or what was not started anew since, such as the database.
release_serves() {
  local colour
  for colour in blue green; do
    [ "$(readlink -f "$ATENDE_ROOT/$colour")" = "$(readlink -f "$ATENDE_ROOT/releases/$1")" ] || continue
    if svc_running web "$colour" || svc_running worker "$colour"; then return 0; fi
  done
  grep -qsF "$ATENDE_ROOT/releases/$1/" /proc/[0-9]*/cmdline
}

# Exactly what the lock file says, no scripts of packages; Node itself is among them. npm is the one that the installer has put here, or
# the system's.
install_modules() {
  local npm node
  node=$(node_of "$(readlink -f "$ATENDE_ROOT/current")")
  npm=$(find "$ATENDE_ROOT" -maxdepth 3 -path '*/npm-*/bin/npm-cli.js' 2> /dev/null | sort -V | tail -n 1)
  [ -n "$npm" ] || npm=$(readlink -f "$(command -v npm)") || { echo 'npm is needed to install the libraries of the release' >&2; return 1; }
  (cd "$1" && PATH="$(dirname "$node"):$PATH" npm_config_cache="${TMPDIR:-/tmp}/atende-npm-cache" "$node" "$npm" ci --omit=dev --ignore-scripts --no-audit --no-fund)
}
