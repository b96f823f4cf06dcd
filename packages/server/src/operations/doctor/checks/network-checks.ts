import { lookup } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as connectTls, type PeerCertificate } from 'node:tls'
import { within } from '../../../platform/health.ts'
import { bad, both, type CheckText, type Finding, family, judge, ok, skipped, warn } from '../check.ts'
import { type DoctorEnv, reasonOf } from '../doctor-env.ts'
import { readListeners } from '../listeners.ts'

const texts = {
  'network.dns': {
    title: both('the domain points here', 'o domínio aponta para cá'),
    todo: both(
      "set the domain's A (and AAAA) record to this server's address; remove an AAAA record that leads elsewhere",
      'aponte o registro A (e AAAA) do domínio para o endereço deste servidor; remova um AAAA que leve a outro lugar',
    ),
    runbook: 'certificate',
  },
  'network.certificate': {
    title: both('the certificate is valid', 'o certificado é válido'),
    todo: both(
      'certbot renew, then nginx -s reload (compose: docker compose restart certbot)',
      'certbot renew e depois nginx -s reload (compose: docker compose restart certbot)',
    ),
    runbook: 'certificate',
  },
  'network.public_url': {
    title: both('people reach Atende at PUBLIC_URL', 'as pessoas alcançam o Atende em PUBLIC_URL'),
    todo: both(
      'look at nginx (nginx -t, systemctl status nginx), the firewall (ports 80, 443) and the domain',
      'veja o nginx (nginx -t, systemctl status nginx), o firewall (portas 80, 443) e o domínio',
    ),
    runbook: 'start',
  },
  'network.webhook': {
    title: both('WhatsApp reaches the webhook', 'o WhatsApp alcança o webhook'),
    todo: both(
      'the proxy must pass /webhooks/whatsapp to Atende unchanged; nothing in front (CDN, WAF) may ask for a login',
      'o proxy deve passar /webhooks/whatsapp ao Atende sem mudanças; nada na frente (CDN, WAF) pode pedir login',
    ),
    runbook: 'webhook',
  },
  'network.clock': {
    title: both('clocks agree', 'relógios de acordo'),
    todo: both('timedatectl set-ntp true (install systemd-timesyncd or chrony)', 'timedatectl set-ntp true (instale systemd-timesyncd ou chrony)'),
    runbook: 'start',
  },
  'network.closed_ports': {
    title: both('inner ports are closed to the outside', 'portas internas fechadas para fora'),
    todo: both(
      'bind them to 127.0.0.1 (listen_addresses, bind, HOST), and close them in the firewall',
      'deixe-as só em 127.0.0.1 (listen_addresses, bind, HOST) e feche-as no firewall',
    ),
    runbook: 'personal-data-incident',
  },
  'network.open_ports': {
    title: both('port 80 is open (renewal of the certificate)', 'porta 80 aberta (renovação do certificado)'),
    todo: both('open ports 80 and 443: ufw allow 80,443/tcp', 'abra as portas 80 e 443: ufw allow 80,443/tcp'),
    runbook: 'certificate',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const ANSWER_MS = 5000
const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

async function checkDns(env: DoctorEnv, url: URL): Promise<Finding<Id>[]> {
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map((a) => a.address) ?? [])
  const said = env.hostAddress(url.hostname)
  let found: string[]
  try {
    found = said ? [said] : (await within(ANSWER_MS, lookup(url.hostname, { all: true }))).map((a) => a.address)
  } catch (e) {
    return [bad('network.dns', `${url.hostname} has no address: ${reasonOf(e)}`, `${url.hostname} não tem endereço: ${reasonOf(e)}`)]
  }
  const strange = found.filter((a) => !own.includes(a))
  if (strange.length === 0) return [ok('network.dns', `${url.hostname} → ${found.join(', ')}`, `${url.hostname} → ${found.join(', ')}`)]
  // Behind the address translation of a cloud, the machine does not know its own public address; inside a container, neither.
  const inner = env.container || !own.some((a) => a.includes('.') && !/^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(a))
  const [en, pt] = [
    `${url.hostname} → ${found.join(', ')}; addresses of this machine: ${own.join(', ')}`,
    `${url.hostname} → ${found.join(', ')}; endereços desta máquina: ${own.join(', ')}`,
  ]
  return [
    (inner ? ok : warn)(
      'network.dns',
      inner ? `${url.hostname} → ${found.join(', ')} (this machine has inner addresses only)` : en,
      inner ? `${url.hostname} → ${found.join(', ')} (esta máquina só tem endereços internos)` : pt,
    ),
  ]
}

type Seen = { certificate: PeerCertificate; error: string | undefined }
const seeCertificate = (env: DoctorEnv, url: URL): Promise<Seen> =>
  new Promise((done, failed) => {
    const socket = connectTls({
      host: env.hostAddress(url.hostname) ?? url.hostname,
      port: portOf(url),
      servername: url.hostname,
      rejectUnauthorized: false,
      timeout: ANSWER_MS,
    })
    socket.once('secureConnect', () => {
      const error = socket.authorizationError as Error | string | null | undefined
      done({
        certificate: socket.getPeerCertificate(),
        error: error ? String(error instanceof Error ? ('code' in error && error.code) || error.message : error) : undefined,
      })
      socket.destroy()
    })
    socket.once('error', failed)
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
  })

const DAY = 86_400_000
async function checkCertificate(env: DoctorEnv, url: URL): Promise<Finding<Id>[]> {
  if (url.protocol !== 'https:') return []
  try {
    const { certificate, error } = await seeCertificate(env, url)
    const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY)
    const names = certificate.subjectaltname?.replaceAll('DNS:', '') ?? ''
    const left = [`${days} days left`, `faltam ${days} dias`] as const
    if (days < 0) return [bad('network.certificate', `expired ${-days} days ago`, `venceu há ${-days} dias`)]
    if (error === 'ERR_TLS_CERT_ALTNAME_INVALID')
      return [bad('network.certificate', `it is for ${names}, not for ${url.hostname}`, `é de ${names}, não de ${url.hostname}`)]
    if (error) return [bad('network.certificate', `nobody trusts it: ${error}; ${left[0]}`, `ninguém confia nele: ${error}; ${left[1]}`)]
    return [(days < 7 ? bad : days < 21 ? warn : ok)('network.certificate', left[0], left[1])]
  } catch (e) {
    return [bad('network.certificate', `no TLS at ${url.host}: ${reasonOf(e)}`, `sem TLS em ${url.host}: ${reasonOf(e)}`)]
  }
}

/** Beyond it, signatures and codes of a second factor are refused. */
const SKEW_WARN = 5
const SKEW_BAD = 30
const skew = (seconds: number, of: string): Finding<Id> => {
  const off = Math.abs(seconds)
  return judge(
    'network.clock',
    off > SKEW_BAD ? 'fail' : off > SKEW_WARN ? 'warn' : 'ok',
    both(`${of}: ${off.toFixed(0)} s apart`, `${of}: ${off.toFixed(0)} s de diferença`),
  )
}

async function checkPublic(env: DoctorEnv): Promise<Finding<Id>[]> {
  const base = (env.config.PUBLIC_URL ?? env.serverUrl)?.replace(/\/+$/, '')
  if (!base) return []
  const path = '/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=atende-doctor'
  try {
    const alive = await env.outgoing.fetch(`${base}/alive`, { timeoutMs: ANSWER_MS })
    const ours = alive.ok && /"status":"alive"/.test(await alive.text())
    if (!ours)
      return [
        bad('network.public_url', `${base}/alive answers ${alive.status}, not as Atende does`, `${base}/alive responde ${alive.status}, não como o Atende`),
      ]
    const date = alive.headers.get('date')
    const hook = await env.outgoing.fetch(`${base}${path}`, { timeoutMs: ANSWER_MS })
    const refused = hook.status === 403 && (await hook.text()).includes('verification_refused')
    return [
      ok('network.public_url', base, base),
      refused
        ? ok('network.webhook', 'a wrong token is refused by Atende itself', 'um token errado é recusado pelo próprio Atende')
        : bad('network.webhook', `a wrong token is answered ${hook.status}, not by Atende`, `um token errado recebe ${hook.status}, e não do Atende`),
      ...(date && env.publicUrl ? [skew((Date.parse(date) - Date.now()) / 1000, 'PUBLIC_URL')] : []),
    ]
  } catch (e) {
    const why = reasonOf(e)
    return [
      bad('network.public_url', `${base} is not reached: ${why}`, `${base} não responde: ${why}`),
      skipped('network.webhook', 'PUBLIC_URL is not reached', 'PUBLIC_URL não responde'),
    ]
  }
}

async function checkDatabaseClock(env: DoctorEnv): Promise<Finding<Id>[]> {
  if (!env.database) return []
  const before = Date.now()
  const [row] = await env.database.ask<{ now: number }>('select extract(epoch from clock_timestamp())::float8 now')
  const middle = (before + Date.now()) / 2000
  return [skew((row?.now ?? middle) - middle, 'PostgreSQL')]
}

/** Never for the outside: PostgreSQL, Redis, Atende's own ports behind the proxy, metrics. */
const INNER = [5432, 6379, 3000, 3001, 3002, 3011, 3012, 9090, 9093, 9100]
export function judgePorts(text: string, ports: readonly number[]): Finding<'network.closed_ports'>[] {
  const open = readListeners(text).filter((l) => !l.loopback && ports.includes(l.port))
  if (open.length === 0) return [ok('network.closed_ports', `none of ${ports.join(', ')}`, `nenhuma de ${ports.join(', ')}`)]
  const said = [...new Set(open.map((l) => `${l.address}:${l.port}`))].join(', ')
  return [bad('network.closed_ports', `${said} listens for everybody`, `${said} atende qualquer um`)]
}

function checkListeners(env: DoctorEnv): Finding<Id>[] {
  if (env.container)
    return [skipped('network.closed_ports', 'in a container: compose.yml decides what is published', 'em contêiner: o compose.yml decide o que é publicado')]
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((f) => existsSync(f))
  if (tables.length === 0) return []
  const database = env.database ? [Number(new URL(env.database.ownerUrl).port || 5432)] : []
  const own = [env.config.PORT, env.serverUrl ? portOf(new URL(env.serverUrl)) : env.config.PORT].filter((p) => p > 0 && env.config.TRUSTED_PROXIES.length > 0)
  const ports = [...new Set([...INNER, ...database, ...own])]
  return judgePorts(tables.map((f) => readFileSync(f, 'utf8')).join('\n'), ports)
}

const opens = (host: string, port: number): Promise<void> =>
  new Promise((done, failed) => {
    const socket = connect({ host, port, timeout: ANSWER_MS }, () => {
      socket.destroy()
      done()
    })
    socket.once('error', failed)
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
  })

async function checkOpen(env: DoctorEnv, url: URL): Promise<Finding<Id>[]> {
  if (url.protocol !== 'https:' || portOf(url) !== 443) return []
  return opens(env.hostAddress(url.hostname) ?? url.hostname, 80).then(
    () => [ok('network.open_ports', '80', '80')],
    (e: unknown) => [warn('network.open_ports', `port 80: ${reasonOf(e)}`, `porta 80: ${reasonOf(e)}`)],
  )
}

export const networkChecks = family(texts, async (env) => {
  const url = env.publicUrl
  const named = url ? [checkDns(env, url), checkCertificate(env, url), checkOpen(env, url)] : []
  return [...(await Promise.all([...named, checkPublic(env), checkDatabaseClock(env).catch(() => [])])).flat(), ...checkListeners(env)]
})
