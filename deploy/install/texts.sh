# shellcheck shell=bash disable=SC2034,SC2153
# Every sentence, Portuguese first. t KEY [VALUES…] fills %s in order.
declare -A PT EN

text() {
  PT[$1]=$2
  EN[$1]=$3
}
t() {
  local format
  if [ "${LANGUAGE_CHOSEN:-pt}" = en ]; then format=${EN[$1]-}; else format=${PT[$1]-}; fi
  if [ -z "$format" ]; then
    printf '%s' "$1"
    return
  fi
  shift
  # shellcheck disable=SC2059
  printf "$format" "$@"
}

text start 'Início' 'Start'
text would 'faria:' 'would do:'
text removed 'removido' 'removed'
text packages 'pacotes:' 'packages:'
text failed 'Parou na etapa «%s». Nada se perdeu: corrija e rode o mesmo comando, ele continua daqui. Detalhes: %s' \
  'Stopped in step "%s". Nothing is lost: mend it and run the same command again, it goes on from here. Details: %s'

text step_check 'Conferindo a máquina' 'Looking at the machine'
text step_ask 'Algumas perguntas' 'A few questions'
text step_base 'Preparando o sistema' 'Preparing the system'
text step_secrets 'Segredos e configurações' 'Secrets and settings'
text step_release 'Programa' 'Program'
text step_backup 'Cópias de segurança' 'Backups'
text step_services 'Serviços' 'Services'
text step_compose 'Contêineres' 'Containers'
text step_nginx 'nginx' 'nginx'
text step_firewall 'Firewall' 'Firewall'
text step_certificate 'Certificado' 'Certificate'
text step_admin 'Primeiro acesso' 'First login'
text step_finish 'Conferindo o resultado' 'Checking the result'
text step_uninstall 'Removendo o Atende' 'Removing Atende'

text need_root 'Rode como root: sudo %s' 'Run it as root: sudo %s'
text unknown_flag 'Não conheço a opção %s. Veja %s --help.' 'Unknown option %s. See %s --help.'
text value_missing 'Falta o valor de %s.' '%s needs a value.'
text bad_domain '«%s» não é um nome de domínio, como atende.suaempresa.com.br.' '"%s" is no domain name such as atende.example.com.'
text bad_email '«%s» não é um e-mail.' '"%s" is no e-mail address.'
text bad_kind 'O tipo é plain ou compose, não «%s».' 'The kind is plain or compose, not "%s".'
text bad_age '«%s» não é uma chave pública do age (age1…).' '"%s" is no age recipient (age1…).'
text bad_range '«%s» não é uma faixa de portas como 49160:49360.' '"%s" is no range of ports such as 49160:49360.'
text bad_image '«%s» não é o nome de uma imagem.' '"%s" is no name of an image.'
text other_kind 'Este servidor já tem a instalação do tipo %s. Mude com calma: veja deploy/README.' 'This server has an installation of the kind %s already. Changing that takes care: see deploy/README.'
text other_domain 'Este servidor atende em %s. Para mudar o domínio, rode com --domain %s --change-domain.' 'This server answers at %s. To change the domain, run it with --domain %s --change-domain.'

text os_ok '%s' '%s'
text os_bad 'Este sistema é %s. O instalador conhece Debian 12 e 13 e Ubuntu 22.04 e 24.04. Use um deles, ou --any-os por sua conta.' \
  'This system is %s. The installer knows Debian 12 and 13 and Ubuntu 22.04 and 24.04. Use one of them, or --any-os at your own risk.'
text arch_bad 'Processador %s: há programas prontos só para x86_64 e arm64.' 'Processor %s: there are programs for x86_64 and arm64 only.'
text systemd_missing 'Aqui não há systemd em execução. No WSL, ligue-o em /etc/wsl.conf ([boot] systemd=true) e rode «wsl --shutdown»; sem systemd, veja PM2 em deploy/README.' \
  'No systemd runs here. On WSL, switch it on in /etc/wsl.conf ([boot] systemd=true) and run "wsl --shutdown"; without systemd, see PM2 in deploy/README.'
text memory_bad 'Memória: %s MB. São precisos pelo menos 1800 MB.' 'Memory: %s MB. At least 1800 MB are needed.'
text memory_ok 'Memória: %s MB' 'Memory: %s MB'
text memory_small 'Memória: %s MB. Funciona para uma equipe pequena; 4 GB deixam folga.' 'Memory: %s MB. Enough for a small team; 4 GB leave room.'
text disk_bad 'Disco: só %s GB livres em %s. São precisos pelo menos 5 GB.' 'Disk: only %s GB free in %s. At least 5 GB are needed.'
text disk_ok 'Disco: %s GB livres' 'Disk: %s GB free'
text disk_small 'Disco: %s GB livres. Fotos e áudios crescem: pense em 20 GB ou mais.' 'Disk: %s GB free. Photos and audio grow: think of 20 GB or more.'
text port_taken 'A porta %s está em uso por %s. Pare esse programa (por exemplo: systemctl disable --now %s) e rode de novo.' \
  'Port %s is used by %s. Stop that program (for example: systemctl disable --now %s) and run this again.'
text ports_ok 'Portas livres: %s' 'Ports free: %s'
text dns_ok 'DNS: %s aponta para cá (%s)' 'DNS: %s points here (%s)'
text dns_none 'DNS: %s ainda não existe. No painel do seu domínio, crie um registro A de %s para %s e espere alguns minutos. A instalação segue com um certificado provisório; rode-a de novo quando o nome funcionar.' \
  'DNS: %s does not exist yet. At your domain provider, make an A record of %s for %s and wait a few minutes. The installation goes on with a provisional certificate; run it again when the name works.'
text dns_else 'DNS: %s aponta para %s, e esta máquina tem %s. Se o provedor usa um endereço externo (NAT), está certo; senão corrija o registro A. O certificado é tentado mesmo assim.' \
  'DNS: %s points to %s, and this machine has %s. With an outer address of the provider (NAT) that is right; otherwise correct the A record. The certificate is tried all the same.'
text dns_both 'DNS: %s tem também um registro AAAA (IPv6). Com contêineres, quem chega por IPv6 aparece com um só endereço: limites e registros de acesso se misturam. Remova o AAAA, ou use --kind plain.' \
  'DNS: %s has an AAAA record (IPv6) as well. With containers, all who come by IPv6 appear under one address: limits and access records mix. Remove the AAAA record, or use --kind plain.'
text clock_ok 'Relógio sincronizado' 'Clock synchronised'
text clock_bad 'O relógio não está sincronizado. Ligue com: timedatectl set-ntp true. Com a hora errada, certificados e códigos de acesso falham.' \
  'The clock is not synchronised. Switch it on with: timedatectl set-ntp true. With a wrong time certificates and login codes fail.'
text clock_wrong 'O relógio diz %s, antes desta versão existir. Acerte-o: timedatectl set-ntp true.' 'The clock says %s, before this version existed. Set it: timedatectl set-ntp true.'

text ask_domain 'Domínio em que as pessoas abrem o Atende (ex.: atende.suaempresa.com.br): ' 'Domain under which people open Atende (e.g. atende.example.com): '
text ask_email 'Seu e-mail, para avisos do certificado e de segurança: ' 'Your e-mail, for notices about the certificate and security: '
text ask_kind 'Tipo: plain (direto no sistema, recomendado) ou compose (contêineres) [%s]: ' 'Kind: plain (on the system itself, recommended) or compose (containers) [%s]: '
text ask_admin_name 'Seu nome, para o primeiro acesso: ' 'Your name, for the first login: '
text ask_admin_email 'E-mail do primeiro acesso [%s]: ' 'E-mail of the first login [%s]: '
text ask_password 'Senha (10 caracteres ou mais; vazio: uma é criada e mostrada no fim): ' 'Password (10 characters or more; empty: one is made and shown at the end): '
text ask_password_again 'Mais uma vez: ' 'Once more: '
text passwords_differ 'As duas não são iguais. De novo.' 'The two differ. Again.'
text password_short 'A senha precisa de 10 caracteres ou mais.' 'The password needs 10 characters or more.'
text password_file 'Não consigo ler a senha em %s.' 'The password in %s cannot be read.'
text ask_age 'Chave pública do age para as cópias (age1…; vazio: uma é criada agora): ' 'age recipient for backups (age1…; empty: one is made now): '
text flag_needed 'Com --yes falta %s.' 'With --yes, %s is needed.'
text no_terminal 'Não há terminal para perguntar: dê as respostas como opções, com --yes.' 'There is no terminal to ask: give the answers as options, with --yes.'

text user_made 'usuário de sistema atende' 'system user atende'
text swap_made 'memória de troca de 2 GB em /swapfile' '2 GB of swap in /swapfile'
text key_lost 'Há dados em %s, mas a chave %s não está aqui. Uma chave nova não abriria nada: traga a chave da sua cópia e rode de novo.' \
  'There is data in %s, but the key %s is not here. A new key would open nothing: bring the key from your copy and run this again.'
text key_kept 'A chave mestra está em %s. Guarde uma cópia fora deste servidor: sem ela nada se lê.' 'The master key is in %s. Keep a copy outside of this server: without it nothing can be read.'
text secret_made 'segredo %s' 'secret %s'

text from_missing 'Não encontro %s.' '%s is not there.'
text from_bad '%s não é uma versão do Atende (falta packages/server/src/cli.ts).' '%s is no release of Atende (packages/server/src/cli.ts is missing).'
text release_there 'Versão %s' 'Version %s'
text release_other 'Este servidor roda a versão %s; aqui está a %s. Para trocar sem parar: deploy/update.sh. Sigo com a %s.' \
  'This server runs version %s; this is %s. To change it without a stop: deploy/update.sh. Going on with %s.'
text release_made 'versão %s em %s' 'version %s in %s'
text fetching 'Buscando %s' 'Fetching %s'
text sum_bad '%s não é o arquivo esperado (a soma não confere). Nada foi usado dele.' '%s is not the file that was expected (its sum differs). Nothing of it was used.'
text installing_packages 'Instalando as bibliotecas (alguns minutos)' 'Installing the libraries (some minutes)'
text building_web 'Montando as telas (um ou dois minutos)' 'Building the pages (a minute or two)'

text age_title 'CHAVE DAS CÓPIAS DE SEGURANÇA: guarde agora, fora deste servidor (gerenciador de senhas, papel). Ela não aparece de novo, e sem ela nenhuma cópia se abre:' \
  'KEY OF THE BACKUPS: keep it now, outside of this server (password manager, paper). It is not shown again, and without it no backup opens:'
text backup_to 'Cópias em %s, cifradas para %s' 'Backups in %s, encrypted to %s'
text recipient_new 'A chave das cópias mudou: as próximas abrem só com a nova, as de antes só com a anterior. Guarde as duas.' \
  'The key of the backups is another one now: the next ones open with the new key only, those of before only with the old one. Keep both.'
text backup_off 'Sem cópias de segurança (--no-backup). Para ligar: --backup.' 'No backups (--no-backup). To have them: --backup.'
text backup_same_disk 'As cópias ficam no mesmo disco. Mande-as também para fora (BACKUP_S3_… em %s).' 'The backups lie on the same disk. Send them elsewhere as well (BACKUP_S3_… in %s).'

text started '%s em execução' '%s is running'
text restarted '%s reiniciado' '%s restarted'
text not_ready 'O servidor não ficou pronto em %s segundos. Veja: journalctl -u atende-web@%s -u atende-postgres -n 50' \
  'The server did not become ready in %s seconds. See: journalctl -u atende-web@%s -u atende-postgres -n 50'
text ready 'O servidor responde' 'The server answers'

text nginx_bad 'nginx recusa a configuração; a anterior segue no ar. Detalhes: %s' 'nginx refuses the configuration; the one before stays in use. Details: %s'
text nginx_ok 'nginx' 'nginx'
text certificate_self 'certificado provisório (o navegador vai avisar)' 'provisional certificate (browsers will warn)'
text certificate_ok 'Certificado do Let'"'"'s Encrypt para %s' 'Certificate by Let'"'"'s Encrypt for %s'
text certificate_failed 'O Let'"'"'s Encrypt ainda não deu o certificado (DNS ou porta 80?). Tudo funciona com o provisório; rode de novo depois. Detalhes: %s' \
  'Let'"'"'s Encrypt has not given the certificate yet (DNS or port 80?). All works with the provisional one; run this again later. Details: %s'
text certificate_wanted 'Certificado provisório por opção (--self-signed). Um de verdade: --letsencrypt.' 'Provisional certificate as you chose (--self-signed). A real one: --letsencrypt.'

text firewall_off 'Firewall não tocado (--no-firewall; de volta com --firewall). Abra só: %s' \
  'Firewall left alone (--no-firewall; back with --firewall). Open only: %s'
text firewall_foreign 'Já há regras de firewall de outro programa (%s); não mexi. Abra só: %s' 'There are firewall rules of another program (%s); they were left alone. Open only: %s'
text firewall_on 'Aberto: %s. O resto, fechado.' 'Open: %s. Everything else is closed.'
text firewall_ssh 'SSH nas portas %s continua aberto' 'SSH on the ports %s stays open'

text docker_missing 'Docker com «docker compose» não está aqui e não há pacote no sistema. Instale pelo guia https://docs.docker.com/engine/install/ e rode de novo.' \
  'Docker with "docker compose" is not here, and the system has no package of it. Install it by https://docs.docker.com/engine/install/ and run this again.'
text image_absent '%s não está publicada: construída aqui (alguns minutos)' '%s is not published: it is built here (some minutes)'
text compose_missing 'Esta versão não traz %s.' 'This release does not hold %s.'

text containers_not_ready 'Os contêineres não ficaram prontos em %s segundos. Veja: cd %s && docker compose ps && docker compose logs --tail 50' \
  'The containers did not become ready in %s seconds. See: cd %s && docker compose ps && docker compose logs --tail 50'
text containers_anew 'Contêineres com arquivos ou configurações novas são refeitos: uma pausa de até dois minutos.' \
  'Containers with new files or settings are made anew: a pause of up to two minutes.'
text admin_made 'Acesso de %s criado' 'Login of %s created'
text admin_there 'Acesso de %s já existe; a senha ficou como estava' 'The login of %s exists already; its password stays'

text done_title 'Pronto. O Atende está em https://%s' 'Done. Atende is at https://%s'
text done_login 'Entre com: %s' 'Log in with: %s'
text done_password 'Senha (aparece só agora): %s' 'Password (shown this once): %s'
text done_nothing 'Tudo já estava certo: nada mudou.' 'Everything was right already: nothing changed.'
text done_changes '%s mudanças.' '%s changes.'
text done_warnings 'Para olhar depois:' 'To look at later:'
text done_next 'Próximos passos' 'Next steps'
text next_company '1. Entre e crie a primeira empresa (ou abra https://%s/criar-conta).' '1. Log in and create the first company (or open https://%s/criar-conta).'
text next_number '2. Ligue o número do WhatsApp em Configurações › Canais.' '2. Connect the WhatsApp number in Settings › Channels.'
text next_mail '3. Para enviar e-mails (convites, senhas), veja "E-mail" em deploy/README.pt-BR.md.' '3. To send mails (invitations, passwords), see "Mail" in deploy/README.md.'
text next_key '4. Copie %s/ENCRYPTION_KEY para fora deste servidor.' '4. Copy %s/ENCRYPTION_KEY to a place outside of this server.'
text next_upgrades '5. Deixe o sistema se atualizar: apt-get install unattended-upgrades' '5. Let the system update itself: apt-get install unattended-upgrades'
text done_where 'Onde está o quê' 'Where things are'
text where_plain '  programa %s · dados %s · cópias %s
  configurações /etc/atende/atende.env · segredos /etc/atende/secrets
  registro journalctl -u "atende-*" · instalação %s
  comandos: atende --help · atende doctor' \
  '  program %s · data %s · backups %s
  settings /etc/atende/atende.env · secrets /etc/atende/secrets
  log journalctl -u "atende-*" · installation %s
  commands: atende --help · atende doctor'
text where_compose '  contêineres %s/deploy/compose (docker compose ps) · segredos %s/deploy/compose/secrets · instalação %s' \
  '  containers %s/deploy/compose (docker compose ps) · secrets %s/deploy/compose/secrets · installation %s'
text done_dry 'Foi um ensaio: nada foi feito.' 'This was a rehearsal: nothing was done.'

text ask_uninstall 'Parar e remover os serviços do Atende? Dados, cópias e segredos ficam. [s/N] ' 'Stop and remove the services of Atende? Data, backups and secrets stay. [y/N] '
text uninstall_no 'Nada foi removido.' 'Nothing was removed.'
text uninstall_done 'Os serviços foram removidos. Ficaram aqui:' 'The services are removed. These stayed:'
text uninstall_again 'Para voltar, rode o instalador de novo: ele encontra tudo isso.' 'To come back, run the installer again: it finds all this.'
text uninstall_volumes 'volumes do Docker com banco, arquivos e cópias (docker volume ls)' 'volumes of Docker with database, files and backups (docker volume ls)'
text uninstall_firewall 'As regras do firewall ficaram como estão (ufw status).' 'The firewall rules stay as they are (ufw status).'
