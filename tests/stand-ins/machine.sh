#!/bin/bash
# Stands in, under their names, for the programs by which the installer changes a machine. `candidates` says what apt has once its lists are
# there; a package that is installed leaves what Docker's look like: has-docker, has-compose, has-buildx.
set -u
cd "$STAND_IN_HOME" || exit 1
name=${0##*/}
echo "$name $*" >>calls
case $name in
  apt-cache)
    version=$([ -e lists ] && sed -n "s/^$2 //p" candidates)
    printf '%s:\n  Installed: (none)\n  Candidate: %s\n' "$2" "${version:-(none)}"
    ;;
  apt-get)
    case " $* " in
      *' update '*)
        if [ -s locked ]; then
          sed -i 1d locked
          echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)' >&2
          exit 100
        fi
        touch lists
        ;;
      *' install '*)
        for word in "$@"; do
          case $word in
            docker-compose*) touch has-compose ;;
            docker-buildx*) touch has-buildx ;;
            docker-cli) ln -sf "$STAND_IN_DOCKER" bin/docker ;;
            docker.io)
              ln -sf /bin/true bin/dockerd
              # Before Debian 13 the command was in it.
              grep -q '^docker-cli ' candidates || ln -sf "$STAND_IN_DOCKER" bin/docker
              ;;
          esac
        done
        ;;
    esac
    ;;
  dpkg-query) if [ -e "bin/${*: -1}" ] || [[ ${*: -1} != docker* ]]; then echo 'install ok installed'; fi ;;
  # Nothing answers before the containers are up.
  curl) grep -q '^up in' calls ;;
  getent) if [ "$1" = ahostsv6 ]; then cat ahostsv6; else exec /usr/bin/getent "$@"; fi ;;
  systemctl) [ "$1" != is-active ] || [ -e "active-${*: -1}" ] ;;
  iptables) cat iptables ;;
  nproc) cat processors ;;
  ss) if [[ $* == *'sport = :80' ]]; then cat listeners 2>/dev/null; fi ;;
  ufw)
    case "$*" in
      status) if [ ! -e ufw-is-on ]; then echo 'Status: inactive'; elif [ "${LC_ALL:-$LANG}" = C ]; then echo 'Status: active'; else echo 'Estado: ativo'; fi ;;
      'show added') sort -u added 2>/dev/null ;;
      'allow '*) echo "ufw $*" >>added ;;
      *enable) touch ufw-is-on ;;
    esac
    ;;
esac
