#!/bin/sh
# coturn with a secret from a file: as an argument everybody on the machine could read it.
set -eu
umask 077
{
  printf 'listening-port=3478\nmin-port=%s\nmax-port=%s\nrealm=%s\nfingerprint\nuse-auth-secret\n' \
    "${TURN_RANGE%:*}" "${TURN_RANGE#*:}" "$ATENDE_DOMAIN"
  printf 'static-auth-secret=%s\n' "$(cat /run/secrets/TURN_SECRET)"
  # Nobody reaches the inside of this machine or its networks through the relay.
  for range in 0.0.0.0-0.255.255.255 10.0.0.0-10.255.255.255 100.64.0.0-100.127.255.255 127.0.0.0-127.255.255.255 \
    169.254.0.0-169.254.255.255 172.16.0.0-172.31.255.255 192.168.0.0-192.168.255.255 ::1 fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff; do
    printf 'denied-peer-ip=%s\n' "$range"
  done
  printf 'no-multicast-peers\nno-cli\nno-tls\nno-dtls\nstale-nonce=600\nuser-quota=12\ntotal-quota=300\nsimple-log\nlog-file=stdout\npidfile=/tmp/turnserver.pid\n'
} > /tmp/turnserver.conf
exec turnserver -c /tmp/turnserver.conf
