#!/usr/bin/env bash
# Brings a running Atende to another version without a pause: the new version starts beside the old one, takes over when it is healthy, and
# the old one ends when it has finished. Whatever fails on the way, the old version is in charge again. docs/decisions/0038.
#
#   update.sh --to FILE|DIR|TAG [--canary PERCENT] [--watch SECONDS] [--no-backup] [--unsigned] [--dry-run]
#   update.sh --resume | --rollback | --status
#
# Exit codes: 0 done, 1 failed (the old version is in charge), 2 used wrongly.
set -euo pipefail
# Whoever read along may be gone (a pipe, an SSH that was cut): what is said then fails, which is no reason to die on the way back.
trap '' PIPE

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=deploy/lib/services.sh
. "$HERE/lib/services.sh"
# shellcheck source=deploy/lib/release.sh
. "$HERE/lib/release.sh"
# shellcheck source=deploy/lib/steps.sh
. "$HERE/lib/steps.sh"

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
wrong() { echo "$1" >&2; usage >&2; exit 2; }

TO='' ACTION='' CANARY=0 WATCH=${UPDATE_WATCH_SECONDS:-20} BACKUP=yes UNSIGNED=no DRY=no
while [ $# -gt 0 ]; do
  case "$1" in
    --to | --canary | --watch | --kind)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      case "$1" in --to) TO=$2; ACTION=update ;; --canary) CANARY=$2 ;; --watch) WATCH=$2 ;; --kind) KIND=$2 ;; esac
      shift
      ;;
    --no-backup) BACKUP=no ;;
    --unsigned) UNSIGNED=yes ;;
    --dry-run) DRY=yes ;;
    --resume | --rollback | --status) ACTION=${1#--} ;;
    -h | --help) usage; exit 0 ;;
    *) wrong "unknown: $1" ;;
  esac
  shift
done
[ -n "$ACTION" ] || wrong 'say --to, --resume, --rollback or --status'
for number in "$CANARY" "$WATCH"; do case "$number" in '' | *[!0-9]*) wrong '--canary and --watch are whole numbers' ;; esac; done
# To the shell 08 would be a number of base eight.
CANARY=$((10#$CANARY)) WATCH=$((10#$WATCH))
[ "$CANARY" -lt 100 ] || wrong '--canary is a share below 100'
case "$KIND" in systemd | compose | processes) ;; *) wrong '--kind is systemd, compose or processes' ;; esac

FOLDER=$ATENDE_ROOT/update
STATE=$FOLDER/state
mkdir -p "$FOLDER"

if [ "$ACTION" = status ]; then tell_status; exit 0; fi

exec 9> "$FOLDER/lock"
flock -n 9 || { echo 'another update is running' >&2; exit 1; }

unfinished=no
if [ -n "$(state outcome)" ] && [ "$(state outcome)" = running ]; then unfinished=yes; fi
case "$ACTION" in
  update)
    if [ "$unfinished" = yes ]; then
      echo "the update to $(state to) has not ended (step: $(state step)): --resume goes on, --rollback returns to $(state from)" >&2
      exit 1
    fi
    ;;
  resume) if [ "$unfinished" = no ]; then echo 'there is no update to go on with'; exit 0; fi ;;
  rollback)
    if [ "$unfinished" = yes ]; then
      load_state
      give_back asked
      if [ "$(state outcome)" = returned ]; then exit 0; else exit 1; fi
    fi
    ;;
esac

began=$(date +%s)
trap 'on_exit $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ "$ACTION" = resume ]; then
  load_state
  say "going on with the update from $FROM to $TO_VERSION, after: $(state step)"
else
  begin_plan
  if [ "$DRY" = yes ]; then
    say "nothing was changed. The update would: ${BACKUP_PLAN}migrate, start $NEW beside $OLD, test it, switch$([ "$CANARY" = 0 ] || echo " ($CANARY % first)"), end $OLD"
    FINISHED=yes
    exit 0
  fi
  save_plan
  record begin
fi

STARTED=yes
[ "$ROLLBACK" = yes ] || step backup take_backup
[ "$ROLLBACK" = yes ] || step migrate run_migrations
step start start_new_web
step smoke smoke_test
if [ "$CANARY" != 0 ] && ! is_done switch; then step canary send_share; fi
step switch send_all
step workers change_workers
step drain end_old
FINISHED=yes
finish
