import { type Config, ConfigError } from './config.ts'

/** Words of examples and of habit. Matched without case and signs, so `Change-Me!` is one of them. */
const FAMILIAR = [
  ...[
    'password',
    'passwort',
    'senha',
    'postgres',
    'admin',
    'administrator',
    'atende',
    'atendedemo',
    'root',
    'secret',
    'segredo',
    'changeme',
    'changethis',
    'mudeme',
  ],
  ...[
    'troqueme',
    'trocar',
    'example',
    'exemplo',
    'placeholder',
    'yoursecret',
    'yourpassword',
    'suasenha',
    'seusegredo',
    'test',
    'teste',
    'testing',
    'demo',
    'default',
  ],
  ...[
    'qwerty',
    'qwertyuiop',
    'asdfgh',
    'letmein',
    'welcome',
    'bemvindo',
    'minio',
    'minioadmin',
    'metaappsecret',
    'appsecret',
    'verifytoken',
    'token',
    'mysecret',
  ],
  ...['none', 'null', 'undefined', 'todo', 'xxx'],
]
/** Only its letters; with the digits that people write for letters, and without. */
const spellings = (text: string): string[] => {
  const low = text.toLowerCase().replace(/[\d\W_]+$/, '')
  const read = low.replace(/[013@$5]/g, (c) => ({ '0': 'o', '1': 'i', '3': 'e', '@': 'a', $: 's', '5': 's' })[c] ?? c)
  return [low, read].map((s) => s.replace(/[^a-z]/g, ''))
}

/** The shortest piece that, repeated, makes the whole. */
const period = (text: string): number => {
  for (let n = 1; n <= text.length / 2; n++) if (text.startsWith(text.slice(n)) && text.slice(0, text.length - n) === text.slice(n)) return n
  return text.length
}
/** `abcdef`, `123456`, `987654`: each character the neighbour of the one before. */
const isRun = (text: string): boolean => {
  const steps = [...text].slice(1).map((c, i) => c.charCodeAt(0) - text.charCodeAt(i))
  return steps.length > 0 && steps.every((s) => s === 1 || s === -1 || s === -9 || s === 9)
}

/** Why nobody should rely on this secret; undefined when nothing speaks against it. Never holds the secret. */
export function weakness(secret: string, { least, kinds = 5 }: { least: number; kinds?: number }): string | undefined {
  if (secret.length < least) return `is shorter than ${least} characters`
  if (spellings(secret).some((s) => FAMILIAR.includes(s)) || /^<.*>$|^\$\{.*\}$|\.\.\.$/.test(secret)) {
    return 'is a word of examples, which everybody tries first'
  }
  if (period(secret) < secret.length || isRun(secret)) return 'is a pattern that repeats'
  if (new Set(secret).size < kinds) return `has fewer than ${kinds} different characters`
  return undefined
}

const MAKE = 'Make strong ones with "atende secrets make".'
type Judged = [name: keyof Config, value: string | undefined, rule: { least: number; kinds?: number }, help: string]

function databasePassword(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  // No password at all: the login is proven otherwise (socket, certificate, .pgpass).
  return decodeURIComponent(new URL(url).password) || undefined
}

const judged = (c: Config): Judged[] => [
  ['ENCRYPTION_KEY', c.ENCRYPTION_KEY?.toLowerCase(), { least: 64, kinds: 8 }, `${MAKE} Or leave it out: a key is made in the data folder at the first start.`],
  ['SUPER_ADMIN_PASSWORD', c.SUPER_ADMIN_PASSWORD, { least: 12 }, MAKE],
  ['META_APP_SECRET', c.META_APP_SECRET, { least: 16 }, 'Copy it from your app in the Meta dashboard (Settings, Basic, App secret).'],
  ['META_VERIFY_TOKEN', c.META_VERIFY_TOKEN, { least: 16 }, MAKE],
  ['METRICS_TOKEN', c.METRICS_TOKEN, { least: 16 }, MAKE],
  ['SMTP_PASSWORD', c.SMTP_PASSWORD, { least: 8 }, 'Make one for this server at your mail provider.'],
  ['REDIS_URL', databasePassword(c.REDIS_URL), { least: 12 }, `Its password: ${MAKE}`],
  ['DATABASE_URL', databasePassword(c.DATABASE_URL), { least: 12 }, `Its password: ${MAKE} Set it with "alter role … password …".`],
  ['DATABASE_OWNER_URL', databasePassword(c.DATABASE_OWNER_URL), { least: 12 }, `Its password: ${MAKE} Set it with "alter role … password …".`],
  ['S3_SECRET_ACCESS_KEY', c.S3_SECRET_ACCESS_KEY, { least: 16 }, 'Make a key of its own for this server at your storage provider.'],
  ['BACKUP_S3_SECRET_ACCESS_KEY', c.BACKUP_S3_SECRET_ACCESS_KEY, { least: 16 }, 'Make a key of its own for the backups at your storage provider.'],
  ['BACKUP_DATABASE_URL', databasePassword(c.BACKUP_DATABASE_URL), { least: 12 }, `Its password: ${MAKE} Set it with "alter role … password …".`],
]

/** Two secrets that are the same fall together. */
function shared(list: readonly Judged[]): string[] {
  const first = new Map<string, string>()
  const faults: string[] = []
  for (const [name, value, , help] of list) {
    if (value === undefined) continue
    const other = first.get(value)
    if (other) faults.push(`${name}: is the same secret as ${other}. ${help}`)
    else first.set(value, name)
  }
  return faults
}

/**
 * In production nothing starts with secrets that others can guess: names the variables and what to do, never the values.
 * @throws ConfigError
 */
export function requireStrongSecrets(config: Config): void {
  if (config.NODE_ENV !== 'production') return
  const list = judged(config)
  const faults = list.flatMap(([name, value, rule, help]) => {
    const weak = value === undefined ? undefined : weakness(value, rule)
    return weak ? [`${name}: ${weak}. ${help}`] : []
  })
  faults.push(...shared(list))
  if (faults.length > 0) throw new ConfigError(`Not started: in production secrets must be strong.\n${faults.join('\n')}`)
}
