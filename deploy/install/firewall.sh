# shellcheck shell=bash disable=SC2034,SC2153
# Open: the port on which the operator came in, 80, 443, and TURN's when calls are asked for. The SSH rule always comes first, and before the firewall is on.

# Every port on which SSH can be reached, and the one of this very session.
ssh_ports() {
  {
    sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }' || true
    ss -Hltnp 2>/dev/null | awk '/"sshd"/ { n = split($4, part, ":"); print part[n] }' || true
    systemctl show ssh.socket -p Listen --value 2>/dev/null | grep -oE '[0-9]+ \(Stream\)' | grep -oE '^[0-9]+' || true
    awk '{ print $4 }' <<<"${SSH_CONNECTION:-}"
  } | grep -E '^[0-9]+$' | sort -un | grep . || echo 22
}

open_rules() {
  local port
  for port in $(ssh_ports); do echo "$port/tcp"; done
  printf '%s\n' 80/tcp 443/tcp
  if [ "$TURN" = 1 ]; then printf '%s\n' 3478/tcp 3478/udp "$TURN_RANGE/udp"; fi
}

# Rules of somebody else's making: two firewalls on one machine lock people out.
foreign_firewall() {
  if systemctl is-active -q firewalld 2>/dev/null; then echo firewalld; return; fi
  if systemctl is-active -q nftables 2>/dev/null && nft list ruleset 2>/dev/null | grep -q 'hook input'; then echo nftables; return; fi
  # Its refusals stand before the rules of ufw, as in Oracle's images: what ufw opens would stay closed.
  if systemctl is-active -q netfilter-persistent 2>/dev/null && iptables -S INPUT 2>/dev/null | grep -qE -- '^-A .*-j (REJECT|DROP)'; then
    echo netfilter-persistent
    return
  fi
  if command -v csf >/dev/null; then echo csf; fi
}

# In English, whatever the machine speaks.
firewall_is_on() { [[ $(LC_ALL=C ufw status 2>/dev/null || true) == *"Status: active"* ]]; }

set_firewall() {
  local rules foreign
  rules=$(open_rules | tr '\n' ' ')
  rules=${rules% }
  if [ "$FIREWALL" = 0 ]; then
    warn "$(t firewall_off "$rules")"
    return
  fi
  foreign=$(foreign_firewall)
  if [ -n "$foreign" ]; then
    warn "$(t firewall_foreign "$foreign" "$rules")"
    return
  fi
  packages ufw
  ok "$(t firewall_ssh "$(ssh_ports | paste -sd ' ')")"
  acting || { for rule in $rules; do log "(not run) ufw allow $rule"; done; return 0; }
  local rule added
  added=$(LC_ALL=C ufw show added 2>/dev/null || true)
  for rule in $rules; do
    if grep -qxF "ufw allow $rule" <<<"$added"; then continue; fi
    changed "ufw allow $rule"
    run ufw allow "$rule"
  done
  if ! firewall_is_on; then
    run ufw default deny incoming
    run ufw default allow outgoing
    changed "ufw enable"
    run ufw --force enable
  fi
  ok "$(t firewall_on "$rules")"
}
