# shellcheck shell=bash disable=SC2034,SC2153
# Is this a machine on which it will work? Only looks.

check_system() {
  local id version name
  id=$(os_release ID)
  version=$(os_release VERSION_ID)
  name=$(os_release PRETTY_NAME)
  case "$id $version" in
    "debian 12"* | "debian 13"* | "ubuntu 22.04" | "ubuntu 24.04") ok "$(t os_ok "$name")" ;;
    *) if [ "$ANY_OS" = 1 ]; then warn "$(t os_bad "$name")"; else die "$(t os_bad "$name")"; fi ;;
  esac
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) die "$(t arch_bad "$(uname -m)")" ;;
  esac
  if acting && [ "$KIND" = plain ] && [ ! -d /run/systemd/system ]; then die "$(t systemd_missing)"; fi
}
os_release() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" /etc/os-release; }

memory_mb() { awk '/^MemTotal:/ { print int($2 / 1024) }' "${ATENDE_MEMINFO:-/proc/meminfo}"; }

check_room() {
  local memory disk place
  memory=$(memory_mb)
  if [ "$memory" -lt 1800 ]; then die "$(t memory_bad "$memory")"; fi
  if [ "$memory" -lt 3500 ]; then ok "$(t memory_small "$memory")"; else ok "$(t memory_ok "$memory")"; fi
  for place in /var/lib /opt; do
    if [ ! -d "$ROOT$place" ]; then place=/; fi
    disk=$(df -Pk "$ROOT$place" | awk 'NR == 2 { print int($4 / 1048576) }')
    if [ "$disk" -lt 5 ]; then die "$(t disk_bad "$disk" "$place")"; fi
  done
  if [ "$disk" -lt 20 ]; then warn "$(t disk_small "$disk")"; else ok "$(t disk_ok "$disk")"; fi
}

# Who listens on a port: the program's name, or nothing.
listener_of() {
  ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/\1/p; t; s/.*/?/p' | head -n 1 || true
}

# A first run that stopped early is none.
is_installed() { [ -L "$ROOT$BASE/current" ] || [ -e "$ROOT$BASE/current" ] || [ -e "$ROOT$COMPOSE/.env" ]; }

# Our own programs may hold them when this is not the first run.
check_ports() {
  if [ -n "$ROOT" ]; then return; fi
  local port holder ours='^$'
  if is_installed; then ours='^(nginx|node|MainThread|postgres|docker-proxy|rootlessport)$'; fi
  for port in 80 443; do
    holder=$(listener_of "$port")
    # The system's own nginx is the one we use.
    if [ "$KIND" = plain ] && [ "$holder" = nginx ]; then continue; fi
    if [ -n "$holder" ] && ! [[ $holder =~ $ours ]]; then die "$(t port_taken "$port" "$holder" "$holder")"; fi
  done
  if [ "$KIND" = plain ]; then
    for port in 3001 3002 3011 3012 "$DATABASE_PORT"; do
      holder=$(listener_of "$port")
      if [ -n "$holder" ] && ! [[ $holder =~ $ours ]]; then die "$(t port_taken "$port" "$holder" "$holder")"; fi
    done
  fi
  ok "$(t ports_ok "80, 443")"
}

own_addresses() { ip -o addr show scope global 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print $4 }' | sort -u || true; }

# Addresses of IPv6 under which the domain is looked for; what getent makes of an IPv4 address is none.
outer_ipv6() { getent ahostsv6 "$DOMAIN" 2>/dev/null | awk '$1 ~ /:/ && $1 !~ /^::ffff:/ { print $1 }' | sort -u || true; }

# Warns only: a name may be made later, and a provider may translate addresses.
check_domain() {
  local named own
  if [ "$KIND" = compose ] && [ -n "$(outer_ipv6)" ]; then warn "$(t dns_both "$DOMAIN")"; fi
  named=$(getent ahosts "$DOMAIN" 2>/dev/null | awk '{ print $1 }' | sort -u | tr '\n' ' ' || true)
  own=$(own_addresses | tr '\n' ' ')
  if [ -z "$named" ]; then
    DNS_STATE=none
    warn "$(t dns_none "$DOMAIN" "$DOMAIN" "${own%% *}")"
    return
  fi
  local address
  for address in $named; do
    if [[ " $own" == *" $address "* ]]; then
      DNS_STATE=here
      ok "$(t dns_ok "$DOMAIN" "$address")"
      return
    fi
  done
  DNS_STATE=elsewhere
  warn "$(t dns_else "$DOMAIN" "${named% }" "${own% }")"
}

check_clock() {
  if [ "$(date +%s)" -lt "$(date -d "$RELEASED" +%s)" ]; then die "$(t clock_wrong "$(date -u)")"; fi
  case $(timedatectl show -p NTPSynchronized --value 2>/dev/null || true) in
    yes) ok "$(t clock_ok)" ;;
    no) warn "$(t clock_bad)" ;;
  esac
}
