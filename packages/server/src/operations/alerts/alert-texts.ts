/** In the order of importance: `critical` means that people are not served, or that something may be lost. */
export type Severity = 'critical' | 'warning'
type Words = { title: string; todo: string }
/** `hold`: so many minutes it must last before anybody is told. `runbook`: the page of deploy/runbooks that helps. */
type AlertKind = { severity: Severity; hold: number; runbook: string; 'pt-BR': Words; en: Words }

const kind = (severity: Severity, hold: number, runbook: string, portuguese: [string, string], english: [string, string]): AlertKind => ({
  severity,
  hold,
  runbook,
  'pt-BR': { title: portuguese[0], todo: portuguese[1] },
  en: { title: english[0], todo: english[1] },
})

/** Everything that the server tells about itself. Closed list; `{{…}}` come from the details. */
export const ALERTS = {
  database_down: kind(
    'critical',
    1,
    'database',
    ['O banco de dados não responde', 'Veja se o PostgreSQL está rodando e se o disco não encheu. O WhatsApp guarda o que chega e entrega depois.'],
    ['The database does not answer', 'See whether PostgreSQL runs and whether its disk is full. WhatsApp keeps what arrives and delivers it later.'],
  ),
  redis_down: kind(
    'warning',
    2,
    'redis',
    ['O Redis não responde', 'Ninguém é afetado: o PostgreSQL conta os limites no lugar dele. Suba o Redis de novo quando puder.'],
    ['Redis does not answer', 'Nobody is affected: PostgreSQL counts the limits in its place. Bring Redis back when you can.'],
  ),
  storage_down: kind(
    'critical',
    2,
    'disk',
    ['Não dá para gravar fotos e arquivos', 'Veja se o disco encheu ou se o bucket responde. O que chega é baixado depois, por até sete dias.'],
    ['Photos and files cannot be stored', 'See whether the disk is full, or whether the bucket answers. What arrives is fetched later, for up to seven days.'],
  ),
  webhook_backlog: kind(
    'critical',
    2,
    'webhook',
    ['Mensagens recebidas esperam há {{minutes}} min ({{waiting}} entregas)', 'Veja se o worker está rodando e o que diz o log dele. Nada se perdeu.'],
    ['Received messages have waited for {{minutes}} min ({{waiting}} deliveries)', 'See whether the worker runs, and what its log says. Nothing is lost.'],
  ),
  send_backlog: kind(
    'critical',
    3,
    'messages-stuck',
    ['Respostas esperam há {{minutes}} min para sair ({{waiting}} conversas)', 'Veja se o worker está rodando e se o servidor alcança graph.facebook.com.'],
    [
      'Answers have waited for {{minutes}} min to leave ({{waiting}} conversations)',
      'See whether the worker runs and whether the server reaches graph.facebook.com.',
    ],
  ),
  jobs_failing: kind(
    'warning',
    2,
    'messages-stuck',
    ['{{count}} tarefas falharam na última hora', 'Em Servidor › Situação, veja quais são; depois de resolver a causa, mande repetir.'],
    ['{{count}} jobs failed within the last hour', 'See which in Server › Status; once the cause is gone, let them run again.'],
  ),
  backup_failed: kind(
    'critical',
    0,
    'restore',
    ['O último backup falhou ({{error}})', 'Rode `atende backup` na mão e leia o que ele diz. Até lá vale o backup anterior.'],
    ['The last backup failed ({{error}})', 'Run `atende backup` by hand and read what it says. Until then the one before counts.'],
  ),
  backup_old: kind(
    'critical',
    5,
    'restore',
    [
      'Nenhum backup deu certo nas últimas {{hours}} h',
      'Rode `atende backup` na mão e veja se o serviço está no ar: `systemctl status atende-backup` (com contêineres: `docker compose logs backup`).',
    ],
    [
      'No backup succeeded within the last {{hours}} h',
      'Run `atende backup` by hand, and see whether the service runs: `systemctl status atende-backup` (with containers: `docker compose logs backup`).',
    ],
  ),
  archive_old: kind(
    'critical',
    5,
    'restore',
    [
      'O que foi escrito há mais de {{minutes}} min não chegou ao backup ({{place}}: {{error}})',
      'Veja se o disco ou o bucket responde e rode `atende backup ship`. O que espera fica guardado até o limite, e depois só um backup novo resolve.',
    ],
    [
      'What was written more than {{minutes}} min ago is not in the backup ({{place}}: {{error}})',
      'See whether the disk or the bucket answers, and run `atende backup ship`. What waits is kept up to its limit; after that only a new backup helps.',
    ],
  ),
  archive_gap: kind(
    'critical',
    0,
    'restore',
    [
      'Falta um pedaço no arquivo do backup ({{place}})',
      'O lugar ficou fora por tempo demais, e o banco não podia esperar. Assim que ele responder, um backup novo começa sozinho; até lá não dá para voltar a qualquer momento a partir dele.',
    ],
    [
      'A piece of the archive is missing ({{place}})',
      'The place was away for too long, and the database could not wait. A new backup begins by itself once it answers; until then one cannot go to any moment from there.',
    ],
  ),
  restore_test_failed: kind(
    'critical',
    0,
    'restore',
    ['O teste de restauração falhou ({{error}})', 'O backup pode não servir. Faça um novo e rode o teste de novo antes de precisar dele.'],
    ['The restore test failed ({{error}})', 'The backup may be of no use. Make a new one and run the test again before you need it.'],
  ),
  restore_test_old: kind(
    'warning',
    5,
    'restore',
    [
      'Faz mais de {{days}} dias que nenhum backup é testado',
      'O serviço de backup testa um por semana. Veja se ele está no ar: `systemctl status atende-backup` (com contêineres: `docker compose logs backup`).',
    ],
    [
      'No backup was tested for more than {{days}} days',
      'The backup service tests one a week. See whether it runs: `systemctl status atende-backup` (with containers: `docker compose logs backup`).',
    ],
  ),
  disk_low: kind(
    'critical',
    5,
    'disk',
    [
      'O disco está quase cheio: restam {{free}} GB ({{percent}} %), {{mount}} em {{host}}',
      'Libere espaço ou aumente o disco. Sem espaço, o banco de dados para.',
    ],
    ['The disk is nearly full: {{free}} GB ({{percent}} %) left, {{mount}} on {{host}}', 'Make room or grow the disk. Without room the database stops.'],
  ),
  disk_forecast: kind(
    'warning',
    30,
    'disk',
    ['Nesse ritmo o disco enche em {{days}} dia(s) ({{mount}} em {{host}})', 'Aumente o disco, ou veja o que cresceu: backups, logs, arquivos.'],
    ['At this pace the disk is full in {{days}} day(s) ({{mount}} on {{host}})', 'Grow the disk, or see what has grown: backups, logs, files.'],
  ),
  certificate_expiring: kind(
    'critical',
    5,
    'certificate',
    [
      'O certificado vence em {{days}} dia(s)',
      'A renovação automática falhou: rode `certbot renew` (com contêineres: `docker compose restart certbot`) e leia o que ele diz, antes que ninguém mais entre.',
    ],
    [
      'The certificate expires in {{days}} day(s)',
      'The renewal failed: run `certbot renew` (with containers: `docker compose restart certbot`) and read what it says, before nobody gets in any more.',
    ],
  ),
  certificate_over: kind(
    'critical',
    1,
    'certificate',
    [
      'O certificado venceu há {{days}} dia(s)',
      'Ninguém entra e o WhatsApp não entrega: rode `certbot renew`, leia o que ele diz e recarregue o nginx (com contêineres: `docker compose restart certbot`).',
    ],
    [
      'The certificate expired {{days}} day(s) ago',
      'Nobody gets in and WhatsApp cannot deliver: run `certbot renew`, read what it says, and reload nginx (with containers: `docker compose restart certbot`).',
    ],
  ),
  public_unreached: kind(
    'critical',
    5,
    'start',
    [
      'O endereço público não responde ({{error}})',
      'Ninguém entra e o WhatsApp não entrega. Veja se o nginx está no ar, a porta 443 e o DNS. Se de fora tudo abre, defina OUTGOING_HOSTS=seu-domínio=127.0.0.1 (com contêineres, em vez de 127.0.0.1 o IP interno da máquina).',
    ],
    [
      'The public address does not answer ({{error}})',
      'Nobody gets in and WhatsApp cannot deliver. See whether nginx runs, port 443 and the DNS. If all opens from outside, set OUTGOING_HOSTS=your-domain=127.0.0.1 (with containers the inner address of the machine instead).',
    ],
  ),
  certificate_unseen: kind(
    'warning',
    5,
    'certificate',
    [
      'Não dá para ler o certificado ({{error}})',
      'Veja se CERTIFICATE_FILE aponta para um arquivo que o usuário atende pode ler: /etc/atende/certificate.pem, e não /etc/letsencrypt. Até lá, ninguém vê quando vence.',
    ],
    [
      'The certificate cannot be read ({{error}})',
      'See whether CERTIFICATE_FILE names a file that the user atende may read: /etc/atende/certificate.pem, not /etc/letsencrypt. Until then nobody sees when it expires.',
    ],
  ),
  doctor_failed: kind(
    'warning',
    0,
    'start',
    [
      'O exame diário encontrou {{count}} problema(s): {{ids}}',
      'Rode `atende doctor --lang pt-BR --record` no servidor: ele diz o que fazer em cada um e encerra este aviso.',
    ],
    [
      'The daily look found {{count}} thing(s) wrong: {{ids}}',
      'Run `atende doctor --record` on the server: it says what to do about each, and ends this alert.',
    ],
  ),
  memory_high: kind(
    'warning',
    5,
    'memory',
    ['Pouca memória: {{percent}} % em uso em {{host}}', 'Veja em Servidor › Situação qual processo cresceu; reiniciar um deles não perde nada.'],
    ['Little memory: {{percent}} % in use on {{host}}', 'See in Server › Status which process has grown; restarting one loses nothing.'],
  ),
  audit_unsigned: kind(
    'warning',
    5,
    'start',
    ['A auditoria não é assinada há {{minutes}} min', 'Um worker assina a cada cinco minutos. Veja se ele está rodando e o que diz o log dele.'],
    ['The audit has not been signed for {{minutes}} min', 'A worker signs every five minutes. See whether it runs and what its log says.'],
  ),
  tokens_dead: kind(
    'warning',
    5,
    'token-revoked',
    ['O WhatsApp recusa o token de {{count}} número(s)', 'Quem administra a empresa já foi avisado; é preciso colar um token novo em Configurações › Canais.'],
    ['WhatsApp refuses the token of {{count}} number(s)', 'Who administers the company has been told; a new token is pasted in Settings › Channels.'],
  ),
  errors_many: kind(
    'critical',
    2,
    'start',
    ['{{percent}} % das respostas são erros ({{errors}} em cinco minutos)', 'Procure por "unexpected error" no log: a linha diz onde.'],
    ['{{percent}} % of the answers are errors ({{errors}} within five minutes)', 'Look for "unexpected error" in the log: the line says where.'],
  ),
  process_lost: kind(
    'critical',
    1,
    'start',
    [
      'Um processo sumiu: {{role}} em {{host}}, porta {{port}}',
      'Ele deixou de responder sem se despedir. Veja se o serviço voltou a subir e o que dizem as últimas linhas do log.',
    ],
    [
      'A process is gone: {{role}} on {{host}}, port {{port}}',
      'It fell silent without saying goodbye. See whether the service came back, and the last lines of its log.',
    ],
  ),
  clock_skew: kind(
    'warning',
    5,
    'start',
    [
      'O relógio do servidor está {{seconds}} s fora da hora certa',
      'Ligue a sincronização: `timedatectl set-ntp true`. Horas erradas trocam a ordem das mensagens.',
    ],
    ['The clock is {{seconds}} s away from the right time', 'Turn synchronisation on: `timedatectl set-ntp true`. Wrong clocks mix up the order of messages.'],
  ),
} as const satisfies Record<string, AlertKind>

export type AlertCode = keyof typeof ALERTS
export type AlertLocale = 'pt-BR' | 'en'

const fill = (text: string, details: Record<string, string | number>, locale: AlertLocale): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = details[name] ?? '?'
    return typeof value === 'number' ? value.toLocaleString(locale) : value
  })

/** What it says and what to do, with its figures. */
export function alertWords(alert: { code: AlertCode; details: Record<string, string | number> }, locale: AlertLocale): Words {
  const { title, todo } = ALERTS[alert.code][locale]
  return { title: fill(title, alert.details, locale), todo: fill(todo, alert.details, locale) }
}

export const isAlertCode = (code: string): code is AlertCode => code in ALERTS
