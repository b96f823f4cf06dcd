# shellcheck shell=bash disable=SC2034,SC2153
# The questions, and the flags that answer them.

usage_pt() {
  cat <<'TEXT'
Instala o Atende neste servidor (Debian 12/13, Ubuntu 22.04/24.04), como root. Rodar de novo conserta o que falta e não mexe no resto.

  sudo deploy/install.sh                              pergunta o que precisa
  sudo deploy/install.sh --yes --domain D --email E --admin-name N [opções]

  --domain NOME            endereço em que as pessoas abrem o Atende
  --email ENDEREÇO         avisos do certificado e contato de segurança
  --admin-name NOME        primeiro acesso; --admin-email ENDEREÇO (senão: --email)
  --admin-password-file F  senha num arquivo, ou - para a entrada padrão (senão: uma é criada e mostrada uma vez)
  --kind plain|compose     direto no sistema, com systemd (padrão), ou em contêineres
  --from ARQUIVO|PASTA     a versão: .tar.gz ou pasta (padrão: a pasta deste instalador); --git URL [--ref NOME]
  --node CAMINHO           Node 24 que já existe
  --self-signed            certificado provisório; --letsencrypt: um de verdade, de novo; --staging: servidor de testes do Let's Encrypt
  --backup-recipient age1… chave pública das cópias (senão: uma é criada e mostrada uma vez); vale também para trocar
  --no-backup  --no-firewall  --no-swap    sem isso, também das próximas vezes; de volta com --backup  --firewall  --swap
  --turn                   para chamadas: abre 3478 e 49160-49360/udp (--turn-range 49160:49360); com contêineres, liga o coturn
  --image NOME             imagem publicada, em vez de construída aqui (--kind compose)
  --database-port N        porta local do PostgreSQL (25432)
  --change-domain          troca o domínio de uma instalação que já existe
  --yes                    não pergunta; --lang en: em inglês; --any-os
  --dry-run                diz o que faria, sem fazer; --root PASTA: escreve os arquivos só ali
  --uninstall              para e remove os serviços; dados, cópias e segredos ficam
TEXT
}
usage_en() {
  cat <<'TEXT'
Installs Atende on this server (Debian 12/13, Ubuntu 22.04/24.04), as root. Running it again mends what is missing and leaves the rest.

  sudo deploy/install.sh --lang en                    asks what it needs
  sudo deploy/install.sh --yes --domain D --email E --admin-name N [options]

  --domain NAME            address under which people open Atende
  --email ADDRESS          notices about the certificate, and security contact
  --admin-name NAME        first login; --admin-email ADDRESS (otherwise: --email)
  --admin-password-file F  its password in a file, or - for standard input (otherwise: one is made and shown once)
  --kind plain|compose     on the system itself, with systemd (usual), or in containers
  --from FILE|DIR          the release: .tar.gz or folder (usual: the folder of this installer); --git URL [--ref NAME]
  --node PATH              a Node 24 that is there already
  --self-signed            provisional certificate; --letsencrypt: a real one again; --staging: Let's Encrypt's server for tests
  --backup-recipient age1… public key of the backups (otherwise: one is made and shown once); also to change it
  --no-backup  --no-firewall  --no-swap    without that, at later runs as well; back with --backup  --firewall  --swap
  --turn                   for calls: opens 3478 and 49160-49360/udp (--turn-range 49160:49360); with containers, starts coturn
  --image NAME             published image, instead of one that is built here (--kind compose)
  --database-port N        local port of PostgreSQL (25432)
  --change-domain          changes the domain of an installation that is there
  --yes                    asks nothing; --lang en: English; --any-os
  --dry-run                says what it would do, and does not; --root DIR: writes files only below it
  --uninstall              stops and removes the services; data, backups and secrets stay
TEXT
}

read_flags() {
  while [ $# -gt 0 ]; do
    case $1 in
      --domain | --email | --admin-name | --admin-email | --admin-password-file | --kind | --from | --git | --ref | --node | \
        --backup-recipient | --turn-range | --database-port | --image | --lang | --root | --registry)
        [ $# -ge 2 ] || die "$(t value_missing "$1")"
        set_value "$1" "$2"
        shift 2
        ;;
      *)
        set_switch "$1"
        shift
        ;;
    esac
  done
}

set_value() {
  case $1 in
    --domain) DOMAIN=${2,,} ;;
    --email) EMAIL=$2 ;;
    --admin-name) ADMIN_NAME=$2 ;;
    --admin-email) ADMIN_EMAIL=$2 ;;
    --admin-password-file) PASSWORD_FILE=$2 ;;
    --kind) KIND=$2 ;;
    --from) FROM=$2 ;;
    --git) GIT_URL=$2 ;;
    --ref) GIT_REF=$2 ;;
    --node) NODE_GIVEN=$2 ;;
    --backup-recipient) RECIPIENT=$2 BACKUP=1 ;;
    --turn-range) TURN_RANGE=$2 TURN=1 ;;
    --database-port) DATABASE_PORT=$2 ;;
    --image) IMAGE=$2 ;;
    --registry) REGISTRY=${2%/} ;;
    --root) ROOT=${2%/} ;;
    --lang) case $2 in en*) LANGUAGE_CHOSEN=en ;; *) LANGUAGE_CHOSEN=pt ;; esac ;;
  esac
}

set_switch() {
  case $1 in
    --yes | -y) YES=1 ;;
    --dry-run) DRY=1 ;;
    --self-signed) TLS=self-signed ;;
    --letsencrypt) TLS=letsencrypt ;;
    --staging) TLS=staging ;;
    --no-backup) BACKUP=0 RECIPIENT='' ;;
    --backup) BACKUP=1 ;;
    --no-firewall) FIREWALL=0 ;;
    --firewall) FIREWALL=1 ;;
    --no-swap) SWAP=0 ;;
    --swap) SWAP=1 ;;
    --turn) TURN=1 ;;
    --no-turn) TURN=0 ;;
    --any-os) ANY_OS=1 ;;
    --change-domain) CHANGE_DOMAIN=1 ;;
    --uninstall) UNINSTALL=1 ;;
    --help | -h) HELP=1 ;;
    *) die "$(t unknown_flag "$1" "$0")" ;;
  esac
}

# ask VARIABLE TEXT [DEFAULT]
ask() {
  local typed
  if [ -n "${!1}" ]; then return; fi
  if [ "$YES" = 1 ]; then
    if [ -n "${3-}" ]; then printf -v "$1" '%s' "$3"; fi
    return
  fi
  printf '  %s' "$2" >&3
  read -r typed <&3 || die "$(t no_terminal)"
  printf -v "$1" '%s' "${typed:-${3-}}"
}

required() {
  if [ -n "${!1}" ]; then return; fi
  if [ "$YES" = 1 ]; then die "$(t flag_needed "$2")"; fi
}

is_domain() { [[ $1 =~ ^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$ ]]; }
# The letters that setup.sh of the containers takes as well, in every language of the machine.
is_email() {
  local LC_ALL=C
  [[ $1 =~ ^[A-Za-z0-9._+-]+@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$ ]]
}
# As the servers read them: one, or several with commas.
is_recipient() { [[ $1 =~ ^age1[0-9a-z]+(,\ ?age1[0-9a-z]+)*$ ]]; }
# Whom backups are encrypted to already.
recipient_there() {
  local file=$ROOT$ETC/atende.env
  if [ "$KIND" = compose ]; then file=$ROOT$COMPOSE/.env; fi
  { sed -n 's/^BACKUP_RECIPIENT="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$file" 2>/dev/null || true; } | tail -n 1
}

# recall NAME VALUE: a flag wins, then what the run before was told, else VALUE.
recall() {
  local before
  before=$(remembered "$1")
  printf -v "$1" '%s' "${!1:-${before:-$2}}"
}

# An earlier installer remembered none of this: what a finished installation does without, it goes on without.
recall_unsaid() {
  if [ "$(remembered ADMIN_MADE)" != 1 ] || [ -n "$(remembered FIREWALL)" ]; then return; fi
  if ! firewall_is_on; then FIREWALL=${FIREWALL:-0}; fi
  if [ -z "$(recipient_there)" ]; then BACKUP=${BACKUP:-0}; fi
  if [ ! -e "$ROOT/swapfile" ]; then SWAP=${SWAP:-0}; fi
  # Containers were given the address only together with the wish for a certificate.
  if [ "$KIND" = compose ] && grep -qsx 'ATENDE_EMAIL=' "$ROOT$COMPOSE/.env"; then TLS=${TLS:-self-signed}; fi
}

# What stands in no flag is what the run before said, else it is asked.
ask_all() {
  local kind domain email
  kind=$(remembered KIND)
  domain=$(remembered DOMAIN)
  email=$(remembered EMAIL)
  if is_installed; then
    if [ -n "$kind" ] && [ -n "$KIND" ] && [ "$KIND" != "$kind" ]; then die "$(t other_kind "$kind")"; fi
    if [ -n "$domain" ] && [ -n "$DOMAIN" ] && [ "$DOMAIN" != "$domain" ] && [ "$CHANGE_DOMAIN" = 0 ]; then die "$(t other_domain "$domain" "$DOMAIN")"; fi
  fi
  # Of a first run that stopped, the answers may have been the reason: they are offered again.
  if is_installed || [ "$YES" = 1 ]; then KIND=${KIND:-$kind} DOMAIN=${DOMAIN:-$domain} EMAIL=${EMAIL:-$email}; fi
  ADMIN_EMAIL=${ADMIN_EMAIL:-$(remembered ADMIN_EMAIL)}
  recall DATABASE_PORT 25432
  # An earlier installer opened these ports unasked and remembered nothing.
  recall TURN 0
  recall TURN_RANGE 49160:49360
  recall_unsaid
  recall FIREWALL 1
  recall BACKUP 1
  recall SWAP 1
  recall TLS letsencrypt

  until is_domain "$DOMAIN"; do
    [ -z "$DOMAIN" ] || refuse "$(t bad_domain "$DOMAIN")" DOMAIN
    required DOMAIN --domain
    ask DOMAIN "$(t ask_domain)${domain:+[$domain] }" "$domain"
    DOMAIN=${DOMAIN,,}
  done
  until is_email "$EMAIL"; do
    [ -z "$EMAIL" ] || refuse "$(t bad_email "$EMAIL")" EMAIL
    required EMAIL --email
    ask EMAIL "$(t ask_email)${email:+[$email] }" "$email"
  done
  ask KIND "$(t ask_kind "${kind:-plain}")" "${kind:-plain}"
  case $KIND in plain | compose) ;; *) die "$(t bad_kind "$KIND")" ;; esac
  [[ $IMAGE =~ ^[a-z0-9./_:-]*$ ]] || die "$(t bad_image "$IMAGE")"
  [[ $TURN_RANGE =~ ^[0-9]+:[0-9]+$ ]] || die "$(t bad_range "$TURN_RANGE")"
  if [ -n "$RECIPIENT" ] && ! is_recipient "$RECIPIENT"; then die "$(t bad_age "$RECIPIENT")"; fi
  ask_admin
}
# Of a machine on which it may work; what was said of any other is asked again.
remember_answers() {
  remember KIND "$KIND"
  remember DOMAIN "$DOMAIN"
  remember EMAIL "$EMAIL"
  remember ADMIN_EMAIL "$ADMIN_EMAIL"
  remember DATABASE_PORT "$DATABASE_PORT"
  remember TURN "$TURN"
  remember TURN_RANGE "$TURN_RANGE"
  remember FIREWALL "$FIREWALL"
  remember BACKUP "$BACKUP"
  remember SWAP "$SWAP"
  # The server for tests is asked each time that it is named.
  remember TLS "${TLS/staging/letsencrypt}"
}

# A wrong answer is asked again; a wrong flag ends it.
refuse() {
  if [ "$YES" = 1 ]; then die "$1"; fi
  say "  $1"
  printf -v "$2" ''
}

ask_admin() {
  if [ "$(remembered ADMIN_MADE)" = 1 ]; then return; fi
  required ADMIN_NAME --admin-name
  until [ -n "$ADMIN_NAME" ]; do ask ADMIN_NAME "$(t ask_admin_name)"; done
  ask ADMIN_EMAIL "$(t ask_admin_email "$EMAIL")" "$EMAIL"
  is_email "$ADMIN_EMAIL" || die "$(t bad_email "$ADMIN_EMAIL")"
  if [ -n "$PASSWORD_FILE" ]; then
    if [ "$PASSWORD_FILE" = - ]; then IFS= read -r ADMIN_PASSWORD || true; else ADMIN_PASSWORD=$(head -n 1 "$PASSWORD_FILE") || die "$(t password_file "$PASSWORD_FILE")"; fi
    [ ${#ADMIN_PASSWORD} -ge 10 ] || die "$(t password_short)"
  elif [ "$YES" = 0 ]; then
    ask_password
  fi
}

ask_password() {
  local again
  while :; do
    printf '  %s' "$(t ask_password)" >&3
    IFS= read -rs ADMIN_PASSWORD <&3 || true
    printf '\n' >&3
    [ -n "$ADMIN_PASSWORD" ] || return 0
    if [ ${#ADMIN_PASSWORD} -lt 10 ]; then
      show "  $(t password_short)"
      continue
    fi
    printf '  %s' "$(t ask_password_again)" >&3
    IFS= read -rs again <&3 || true
    printf '\n' >&3
    [ "$ADMIN_PASSWORD" = "$again" ] && return
    show "  $(t passwords_differ)"
  done
}
