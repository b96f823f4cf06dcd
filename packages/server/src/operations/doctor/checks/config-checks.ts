import { isIP } from 'node:net'
import { type Config, SECRET_NAMES, SETTING_NAMES } from '../../../platform/config.ts'
import { bad, both, type CheckText, type Finding, family, ok, warn } from '../check.ts'
import type { DoctorEnv } from '../doctor-env.ts'

const correct = both('correct the named settings, then restart', 'corrija as configurações indicadas e reinicie')

const texts = {
  'config.valid': { title: both('settings can be read', 'configurações legíveis'), todo: correct, runbook: 'start' },
  'config.names': {
    title: both('no misspelt settings', 'nenhuma configuração com nome errado'),
    todo: both('rename or remove them (/etc/atende/atende.env or .env), then restart', 'renomeie ou remova-as (/etc/atende/atende.env ou .env) e reinicie'),
  },
  'config.contradictions': { title: both('settings agree with each other', 'configurações coerentes entre si'), todo: correct, runbook: 'start' },
  'config.proxies': {
    title: both('the proxy in front is trusted', 'o proxy na frente é conhecido'),
    todo: both(
      'set TRUSTED_PROXIES to the address of the proxy (TRUSTED_PROXIES=loopback with nginx on this machine), then restart',
      'defina TRUSTED_PROXIES com o endereço do proxy (TRUSTED_PROXIES=loopback com nginx nesta máquina) e reinicie',
    ),
  },
  'config.outgoing': {
    title: both('allowed outgoing addresses are narrow', 'endereços de saída permitidos são restritos'),
    todo: both(
      'name hosts with their port in OUTGOING_ALLOW instead of whole networks',
      'em OUTGOING_ALLOW, indique servidores com porta em vez de redes inteiras',
    ),
  },
} satisfies Record<string, CheckText>

/** How many letters must be changed, added, left out, or swapped with their neighbour. */
export function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)))
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : change
      const row = rows[i]
      if (row) row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, change, swapped)
    }
  }
  return at(a.length, b.length)
}

/** Names that begin like several settings do: whoever writes one means us. */
const OTHERS = /^(?:(?:OTEL|SENTRY|NODE|NPM)_|LOGNAME$)/
function ourPrefixes(): Set<string> {
  const counts = new Map<string, number>()
  for (const name of SETTING_NAMES) {
    const prefix = name.split('_')[0] ?? ''
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, n]) => n >= 3).map(([prefix]) => prefix))
}

/** Variables that are no setting and look as if one was meant, each with the nearest. */
type Misspelt = { name: string; near: string | undefined; only: 'spelling' | 'file' }
export function misspelt(names: readonly string[]): Misspelt[] {
  const known = new Set([...SETTING_NAMES, ...SECRET_NAMES.map((n) => `${n}_FILE`)])
  const prefixes = ourPrefixes()
  return names.flatMap((name): Misspelt[] => {
    if (known.has(name) || OTHERS.test(name) || !/^[A-Z][A-Z0-9_]{5,}$/.test(name)) return []
    const plain = name.replace(/_FILE$/, '')
    if (plain !== name && SETTING_NAMES.includes(plain)) return [{ name, near: plain, only: 'file' }]
    const [nearest] = [...known].map((k) => ({ k, d: distance(name, k) })).sort((x, y) => x.d - y.d)
    const near = nearest && nearest.d <= Math.min(2, Math.floor(name.length / 4)) ? nearest.k : undefined
    const meant = near !== undefined || (name.includes('_') && prefixes.has(name.split('_')[0] ?? ''))
    return meant ? [{ name, near, only: 'spelling' }] : []
  })
}

function checkNames(env: DoctorEnv): Finding<'config.names'>[] {
  const found = misspelt(Object.keys(env.raw).filter((n) => env.raw[n] !== undefined && env.raw[n] !== ''))
  if (found.length === 0) return [ok('config.names', 'every name is known', 'todos os nomes são conhecidos')]
  return found.map(({ name, near, only }) => {
    if (only === 'file') return warn('config.names', `${name} is not read: ${near} has no _FILE form`, `${name} não é lida: ${near} não tem a forma _FILE`)
    return near
      ? warn('config.names', `${name} is unknown; ${near} was meant?`, `${name} é desconhecida; seria ${near}?`)
      : warn('config.names', `${name} is unknown`, `${name} é desconhecida`)
  })
}

type Rule = [broken: boolean, serious: boolean, en: string, pt: string]

const addressRules = (c: Config, url: URL | undefined): Rule[] => [
  [
    !c.PUBLIC_URL,
    false,
    'PUBLIC_URL is not set: links in mails and webhook addresses would be wrong',
    'PUBLIC_URL não está definida: links em e-mails e o endereço do webhook ficam errados',
  ],
  [c.PUBLIC_URL?.startsWith('http://') === true && url !== undefined, true, 'PUBLIC_URL is http, not https', 'PUBLIC_URL usa http, não https'],
  [
    url !== undefined && url.pathname !== '/',
    false,
    'PUBLIC_URL has a path; only scheme and host are used',
    'PUBLIC_URL tem um caminho; só protocolo e domínio são usados',
  ],
  [
    Boolean(c.BASE_DOMAIN && url && url.hostname !== c.BASE_DOMAIN && !url.hostname.endsWith(`.${c.BASE_DOMAIN}`)),
    false,
    'PUBLIC_URL does not lie in BASE_DOMAIN',
    'PUBLIC_URL não pertence a BASE_DOMAIN',
  ],
  [
    c.ALLOWED_ORIGINS.some((o) => o.startsWith('http://') && !/^http:\/\/(localhost|127\.)/.test(o)),
    false,
    'ALLOWED_ORIGINS has an http address',
    'ALLOWED_ORIGINS tem um endereço http',
  ],
  [
    !['127.0.0.1', 'localhost', '::1'].includes(c.HOST) && c.TRUSTED_PROXIES.length === 0 && url !== undefined,
    false,
    `HOST=${c.HOST} listens for everybody, without a trusted proxy`,
    `HOST=${c.HOST} atende a todos, sem proxy confiável`,
  ],
]

const valueRules = (c: Config): Rule[] => [
  [c.NODE_ENV === 'development', true, 'NODE_ENV=development shows /debug', 'NODE_ENV=development mostra /debug'],
  [['debug', 'trace'].includes(c.LOG_LEVEL), false, `LOG_LEVEL=${c.LOG_LEVEL} fills the disk`, `LOG_LEVEL=${c.LOG_LEVEL} enche o disco`],
  [c.EMULATOR_URL !== undefined, false, 'EMULATOR_URL is set', 'EMULATOR_URL está definida'],
  [
    c.WHATSAPP_PAIR_INTERVAL_MS < 6000,
    false,
    'WHATSAPP_PAIR_INTERVAL_MS below 6000 gets numbers refused',
    'WHATSAPP_PAIR_INTERVAL_MS abaixo de 6000 faz o WhatsApp recusar mensagens',
  ],
  [
    Boolean(c.REDIS_URL) && !['auto', 'redis'].includes(c.RATE_LIMIT_STORE),
    false,
    `REDIS_URL is set, but RATE_LIMIT_STORE=${c.RATE_LIMIT_STORE}`,
    `REDIS_URL está definida, mas RATE_LIMIT_STORE=${c.RATE_LIMIT_STORE}`,
  ],
  [c.STORAGE === 'disk' && c.S3_BUCKET !== undefined, false, 'S3_BUCKET is set, but STORAGE=disk', 'S3_BUCKET está definida, mas STORAGE=disk'],
  [Boolean(c.SMTP_URL && c.SMTP_HOST), false, 'SMTP_URL and SMTP_HOST are both set: SMTP_URL counts', 'SMTP_URL e SMTP_HOST estão definidas: vale SMTP_URL'],
  [Boolean(c.DATABASE_OWNER_URL && !c.DATABASE_URL), true, 'DATABASE_OWNER_URL without DATABASE_URL', 'DATABASE_OWNER_URL sem DATABASE_URL'],
  [
    Boolean(c.DATABASE_OWNER_URL && c.DATABASE_OWNER_URL === c.DATABASE_URL),
    true,
    'DATABASE_URL and DATABASE_OWNER_URL are the same login',
    'DATABASE_URL e DATABASE_OWNER_URL são o mesmo login',
  ],
]

function checkContradictions(env: DoctorEnv): Finding<'config.contradictions'>[] {
  const twice = SECRET_NAMES.filter((n) => env.raw[n] && env.raw[`${n}_FILE`]).map(
    (n): Rule => [true, false, `${n} and ${n}_FILE are both set: ${n} counts`, `${n} e ${n}_FILE estão definidas: vale ${n}`],
  )
  const broken = [...addressRules(env.config, env.publicUrl), ...valueRules(env.config), ...twice].filter(([is]) => is)
  if (broken.length === 0) return [ok('config.contradictions', 'nothing contradicts', 'nada se contradiz')]
  return broken.map(([, serious, en, pt]) => (serious ? bad : warn)('config.contradictions', en, pt))
}

function checkProxies({ config, publicUrl }: DoctorEnv): Finding<'config.proxies'>[] {
  if (publicUrl?.protocol !== 'https:') return []
  return config.TRUSTED_PROXIES.length > 0
    ? [ok('config.proxies', config.TRUSTED_PROXIES.join(', '), config.TRUSTED_PROXIES.join(', '))]
    : [
        bad(
          'config.proxies',
          'PUBLIC_URL is https, so a proxy ends TLS, but TRUSTED_PROXIES is empty: all visitors share one address',
          'PUBLIC_URL usa https, portanto há um proxy, mas TRUSTED_PROXIES está vazia: todos os visitantes parecem ter o mesmo endereço',
        ),
      ]
}

function checkOutgoing({ config }: DoctorEnv): Finding<'config.outgoing'>[] {
  const wide = (config.OUTGOING_ALLOW ?? []).filter((entry) => {
    const [address = '', bits] = entry.split('/')
    return bits !== undefined && isIP(address) !== 0 && Number(bits) < (isIP(address) === 4 ? 16 : 48)
  })
  const wrong = config.OUTGOING_HOSTS.filter((entry) => isIP(entry.split('=')[1] ?? '') === 0)
  return [
    ...wide.map((w) =>
      warn('config.outgoing', `OUTGOING_ALLOW lets tenants reach all of ${w}`, `OUTGOING_ALLOW deixa as empresas alcançarem toda a rede ${w}`),
    ),
    ...wrong.map((w) => bad('config.outgoing', `OUTGOING_HOSTS: ${w} is not name=address`, `OUTGOING_HOSTS: ${w} não é nome=endereço`)),
    ok('config.outgoing', 'nothing wide is allowed', 'nada amplo demais é permitido'),
  ]
}

export const configChecks = family(texts, async (env) => [
  ...(env.configFaults.length === 0
    ? [ok('config.valid', 'all settings parse', 'todas as configurações são válidas')]
    : env.configFaults.map((line) => bad('config.valid', line, line))),
  ...checkNames(env),
  ...checkContradictions(env),
  ...checkProxies(env),
  ...checkOutgoing(env),
])
