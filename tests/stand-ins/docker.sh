#!/bin/bash
# Every second call of an update asks which container runs: answered here, because a Node each time takes ten times as long. All else is
# docker.ts's.
if [ "$1" != ps ]; then exec "$STAND_IN_NODE" --disable-warning=ExperimentalWarning "${BASH_SOURCE[0]%.sh}.ts" "$@"; fi
[[ "$*" =~ service=([a-z-]+) ]] || exit 1
service=${BASH_REMATCH[1]}
if [ "$service" = nginx ]; then echo nginx; exit; fi
[ -s "$STAND_IN_HOME/$service.pid" ] || exit 0
# One that has ended and was not collected yet does not run.
read -r stat 2> /dev/null < "/proc/$(< "$STAND_IN_HOME/$service.pid")/stat" || exit 0
if [[ ${stat##*) } != Z* ]]; then echo "$service"; fi
