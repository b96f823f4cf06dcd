#!/usr/bin/env bash
# Sets up Atende on a fresh Debian or Ubuntu, or mends what is missing of it. deploy/README.md tells the whole evening.
# shellcheck source-path=SCRIPTDIR
set -Eeuo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# What each file defines is used in others.
# shellcheck disable=SC2034
{
  RELEASED=2026-11-29 READY_SECONDS=180 REGISTRY=https://registry.npmjs.org
  DOMAIN='' EMAIL='' KIND='' ADMIN_NAME='' ADMIN_EMAIL='' ADMIN_PASSWORD='' PASSWORD_FILE='' SHOWN_PASSWORD=''
  FROM='' GIT_URL='' GIT_REF='' NODE_GIVEN='' SOURCE='' WORK='' NODE='' IMAGE=''
  RECIPIENT='' AGE_IDENTITY='' BACKUP='' TLS='' DNS_STATE=unknown
  FIREWALL='' TURN='' TURN_RANGE='' DATABASE_PORT='' SWAP=''
  YES=0 ANY_OS=0 CHANGE_DOMAIN=0 UNINSTALL=0 HELP=0 LANGUAGE_CHOSEN=pt SETTINGS='' SETTINGS_CHANGED=0
  WARNINGS=()
}
# shellcheck source=install/common.sh
. "$HERE/install/common.sh"
# shellcheck source=install/texts.sh
. "$HERE/install/texts.sh"
# shellcheck source=install/check.sh
. "$HERE/install/check.sh"
# shellcheck source=install/ask.sh
. "$HERE/install/ask.sh"
# shellcheck source=install/release.sh
. "$HERE/install/release.sh"
# shellcheck source=install/plain.sh
. "$HERE/install/plain.sh"
# shellcheck source=install/web-server.sh
. "$HERE/install/web-server.sh"
# shellcheck source=install/firewall.sh
. "$HERE/install/firewall.sh"
# shellcheck source=install/compose.sh
. "$HERE/install/compose.sh"
# shellcheck source=install/finish.sh
. "$HERE/install/finish.sh"

open_log() {
  if [ "$DRY" = 1 ]; then return; fi
  mkdir -p "$ROOT/var/log/atende"
  LOG=$ROOT/var/log/atende/install.log
  # The folder is the service's as well: root writes through no link that others could have put there.
  if [ -L "$LOG" ]; then rm -f "$LOG"; fi
  (umask 077 && touch "$LOG")
  log "install.sh begins"
}

open_terminal() {
  if [ "$YES" = 1 ]; then
    exec 3</dev/null
  elif [ -r /dev/tty ] && { exec 3<>/dev/tty; } 2>/dev/null; then
    :
  else
    die "$(t no_terminal)"
  fi
}

main() {
  read_flags "$@"
  if [ "$HELP" = 1 ]; then
    "usage_$LANGUAGE_CHOSEN"
    exit 0
  fi
  if [ "$(id -u)" != 0 ] && [ -z "$ROOT" ] && [ "$DRY" = 0 ]; then die "$(t need_root "$0")"; fi
  open_log
  trap on_error ERR
  trap clean_up EXIT
  open_terminal
  if [ "$UNINSTALL" = 1 ]; then
    uninstall
    return
  fi
  step step_ask
  ask_all
  step step_check
  check_system
  check_room
  check_ports
  check_domain
  check_clock
  remember_answers
  if [ "$KIND" = plain ]; then install_plain; else install_containers; fi
  # For deploys over SSH: does nothing until sudo lets somebody call it.
  put /usr/local/sbin/atende-deploy 0755 root:root <"$HERE/bin/atende-deploy"
  step step_finish
  summary
}

install_plain() {
  step step_base
  prepare_base
  step step_release
  install_release
  step step_secrets
  make_secrets
  step step_backup
  make_backups
  local before=$CHANGES
  write_settings
  if [ "$CHANGES" != "$before" ]; then SETTINGS_CHANGED=1; fi
  step step_services
  install_units
  start_services
  step step_nginx
  install_nginx
  # Let's Encrypt asks on port 80, which a firewall that is on already keeps closed.
  step step_firewall
  set_firewall
  step step_certificate
  get_certificate
  step step_admin
  make_admin
}

install_containers() {
  step step_base
  install_docker
  step step_release
  find_source
  step step_compose
  install_compose
  wait_for_compose
  step step_firewall
  set_firewall
  step step_admin
  make_admin
}

# The command line of what was installed, with its settings.
atende_command() {
  if [ "$KIND" = compose ]; then (cd "$COMPOSE" && docker compose exec -T "$(web_container)" atende "$@"); else "$COMMANDS/atende" "$@"; fi
}

# What is shown only once is shown also when a later step fails.
clean_up() {
  show_secrets
  if [ -n "$WORK" ]; then rm -rf "$WORK"; fi
}

main "$@"
