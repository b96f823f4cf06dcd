# shellcheck shell=bash disable=SC2034,SC2153
# The last words, and the way out.

summary() {
  local line
  if [ "$DRY" = 1 ]; then
    say ""
    say "$(t done_dry)"
    return
  fi
  if [ "$CHANGES" = 0 ]; then ok "$(t done_nothing)"; else ok "$(t done_changes "$CHANGES")"; fi
  say ""
  say "$(t done_title "$DOMAIN")"
  say "$(t done_login "$ADMIN_EMAIL")"
  show_secrets
  if [ ${#WARNINGS[@]} -gt 0 ]; then
    say ""
    say "$(t done_warnings)"
    for line in "${WARNINGS[@]}"; do say "  ! $line"; done
  fi
  next_steps
}

# On the screen, once, and never in the log.
show_secrets() {
  if [ -n "$SHOWN_PASSWORD" ]; then show "$(t done_password "$SHOWN_PASSWORD")"; fi
  if [ -n "$AGE_IDENTITY" ]; then
    show ""
    show "$(t age_title)"
    show "  $AGE_IDENTITY"
  fi
  SHOWN_PASSWORD='' AGE_IDENTITY=''
}

next_steps() {
  local secrets=$SECRETS
  if [ "$KIND" = compose ]; then secrets=$COMPOSE/secrets; fi
  say ""
  say "$(t done_next)"
  say "  $(t next_company "$DOMAIN")"
  say "  $(t next_number)"
  say "  $(t next_mail)"
  say "  $(t next_key "$secrets")"
  if ! dpkg-query -W -f '${Status}' unattended-upgrades 2>/dev/null | grep -q 'install ok'; then say "  $(t next_upgrades)"; fi
  say ""
  say "$(t done_where)"
  if [ "$KIND" = compose ]; then say "$(t where_compose "$BASE" "$BASE" "$LOG")"; else say "$(t where_plain "$BASE/current" "$DATA" "$BACKUPS" "$LOG")"; fi
}

uninstall() {
  local answer='' unit
  step step_uninstall
  KIND=${KIND:-$(remembered KIND)}
  if [ "$YES" = 0 ]; then
    ask answer "$(t ask_uninstall)" n
    case $answer in [sSyY]*) ;; *) say "$(t uninstall_no)"; return ;; esac
  fi
  drop /usr/local/sbin/atende-deploy
  if [ "$KIND" = compose ]; then
    if acting && [ -e "$COMPOSE/compose.yml" ]; then (cd "$COMPOSE/" && run docker compose down); fi
    drop "$COMMANDS/atende"
    drop "$CRON/atende-doctor"
  else
    for unit in atende-backup atende-doctor.timer atende-web@blue atende-web@green atende-worker@blue atende-worker@green atende-postgres atende.target; do
      machine systemctl disable --now "$unit" || true
    done
    for unit in "${UNITS[@]}"; do
      drop "/etc/systemd/system/$unit"
      drop_places "/etc/systemd/system/$unit.d/places.conf"
    done
    drop /etc/nginx/conf.d/atende.conf
    drop "$COMMANDS/atende"
    drop /etc/logrotate.d/atende
    drop /etc/systemd/journald.conf.d/atende.conf
    machine systemctl daemon-reload
    if acting && run nginx -t; then machine systemctl reload nginx || true; fi
  fi
  say ""
  say "$(t uninstall_done)"
  local place
  for place in "$DATA" "$BACKUPS" "$ETC" "$BASE" /etc/letsencrypt /var/log/atende; do
    if [ -e "$ROOT$place" ]; then say "  $place"; fi
  done
  if [ "$KIND" = compose ]; then say "  $(t uninstall_volumes)"; fi
  say "$(t uninstall_firewall)"
  say "$(t uninstall_again)"
}
