import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { badRanges } from './limits/client-address.ts'
import { ALERT_SETTINGS } from './settings/alerts.ts'
import { BACKUP_SECRETS, BACKUP_SETTINGS, missingBackupSettings } from './settings/backup.ts'
import { embeddedSettings } from './settings/embedded.ts'
import { LOG_SETTINGS } from './settings/logs.ts'
import { metricsSettings } from './settings/metrics.ts'
import { updateSettings } from './settings/update.ts'

export const REPOSITORY = path.resolve(import.meta.dirname, '../../../..')
export const VERSION: string = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'))).version

const flag = z.enum(['true', 'false', '1', '0', '']).transform((v) => v === 'true' || v === '1')
const list = z.string().transform((v) =>
  v
    .split(',')
    .map((x) => x.trim())
    .filter(Boolean),
)

const KEY = /^[0-9a-fA-F]{64}$/
const KEY_WORDS = 'must be 64 hex digits (32 bytes)'
const limit = z.coerce.number().int().min(1).max(1_000_000)

const Env = z.object({
  /** `development` opens /debug and lets channels use any Graph address; the demo sets it. */
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** True lets the server take the next free port. */
  PORT_SEARCH: flag.default(false),
  /** Address people use, behind a proxy for example. */
  PUBLIC_URL: z.url().optional(),
  FRONTEND_URL: z.string().optional(),
  ALLOWED_ORIGINS: list.default([]),
  BASE_DOMAIN: z.string().optional(),
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-* is believed. */
  TRUSTED_PROXIES: list.default([]),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  DATABASE_OWNER_URL: z.string().optional(),
  ...embeddedSettings,
  ...updateSettings,
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(16),
  /** 32 bytes as 64 hex digits. */
  ENCRYPTION_KEY: z.string().regex(KEY, KEY_WORDS).optional(),
  /** Master keys that ENCRYPTION_KEY replaces, while `atende keys rotate` has not ended; several with commas. */
  ENCRYPTION_KEY_PREVIOUS: list.pipe(z.array(z.string().regex(KEY, KEY_WORDS))).default([]),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SUPER_ADMIN_EMAIL: z.string().optional(),
  SUPER_ADMIN_PASSWORD: z.string().optional(),
  META_APP_SECRET: z.string().optional(),
  META_VERIFY_TOKEN: z.string().optional(),
  GRAPH_URL: z.url().default('https://graph.facebook.com'),
  GRAPH_VERSION: z
    .string()
    .regex(/^v\d{2}\.\d$/)
    .default('v26.0'),
  /** Base address of the emulator; set by `start --demo`. */
  EMULATOR_URL: z.url().optional(),
  /** Whom to tell about a security fault of this server (`mailto:…` or `https://…`, several with commas); published in /.well-known/security.txt. */
  SECURITY_CONTACT: list
    .pipe(z.array(z.string().regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\+[\d-]+)$/, 'has mailto:, https: or tel: addresses')))
    .default([]),
  /** Inner addresses that the server may call on behalf of tenants: CIDR ranges, addresses, `host` or `host:port`. `none`: none at all. */
  OUTGOING_ALLOW: list.optional(),
  /** `name=address`, answered instead of DNS for outgoing calls, like a hosts file. */
  OUTGOING_HOSTS: list.default([]),
  /** A request must have arrived whole within this time; who sends a byte now and then is cut off. */
  REQUEST_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** New companies per network and hour. */
  SIGN_UP_LIMIT: z.coerce.number().int().min(1).default(60),
  LOGIN_LIMIT: z.coerce.number().int().min(1).default(5),
  /** Where limits are counted: `auto` is Redis with REDIS_URL, PostgreSQL where several processes share the database, memory otherwise. */
  RATE_LIMIT_STORE: z.enum(['auto', 'memory', 'postgres', 'redis']).default('auto'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** Requests per minute of a person in the browser, of an API key, and of all together of a tenant. */
  RATE_LIMIT_SESSION: limit.default(600),
  RATE_LIMIT_API: limit.default(100),
  RATE_LIMIT_TENANT_BASIC: limit.default(3000),
  RATE_LIMIT_TENANT_PRO: limit.default(12_000),
  RATE_LIMIT_TENANT_ENTERPRISE: limit.default(60_000),
  /** Messages per minute and person. */
  RATE_LIMIT_SEND: limit.default(30),
  /** Per network and minute: public routes, refused requests, refused deliveries, new socket connections. */
  RATE_LIMIT_PUBLIC: limit.default(300),
  RATE_LIMIT_REFUSED: limit.default(120),
  RATE_LIMIT_WEBHOOK_REFUSED: limit.default(600),
  RATE_LIMIT_SOCKET_CONNECTS: limit.default(600),
  /** Open sockets per network and per person, and events of one socket per second. */
  RATE_LIMIT_SOCKETS_PER_IP: limit.default(500),
  RATE_LIMIT_SOCKETS_PER_USER: limit.default(30),
  RATE_LIMIT_SOCKET_EVENTS: limit.default(30),
  /** Addresses and ranges that are never limited by their address, or never let in; beside the lists of the operator's page. */
  IP_ALLOW_LIST: list.default([]),
  IP_BLOCK_LIST: list.default([]),
  /** Where signed checkpoints of the diary are copied, out of the reach of whoever rules the database: a folder, an address, or both. */
  AUDIT_COPY_DIR: z.string().optional(),
  AUDIT_COPY_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where mails leave; a URL (`smtps://user:password@host`), or host and the rest. Without one: see platform/mail.ts. */
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: z.coerce.number().int().min(1).max(65_535).default(587),
  /** TLS from the first byte (port 465); otherwise STARTTLS. */
  SMTP_SECURE: flag.default(false),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  /** Sender, for example `Atende <atende@example.com>`. */
  MAIL_FROM: z.string().optional(),
  /** Gap between two messages to the same person that WhatsApp allows in the long run (Cloud API, pair limit). Change it for tests only. */
  WHATSAPP_PAIR_INTERVAL_MS: z.coerce.number().int().min(1).max(60_000).default(6000),
  /** Where media lies: in the data folder, or in a bucket of an S3-compatible service. */
  STORAGE: z.enum(['disk', 's3']).default('disk'),
  S3_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is no name of a bucket')
    .optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  /** Folder in the bucket, for several installations in one. */
  S3_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9/_.-]{0,200}$/, 'may have letters, digits and / _ . -')
    .optional(),
  ...metricsSettings,
  ...ALERT_SETTINGS,
  ...LOG_SETTINGS,
  ...BACKUP_SETTINGS,
})

/** What `STORAGE=s3` cannot do without. */
const S3_NEEDS = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

export type Config = z.infer<typeof Env> & { origins: string[] }

const SECRETS = [
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEY_PREVIOUS',
  'SUPER_ADMIN_PASSWORD',
  'SMTP_URL',
  'SMTP_USER',
  'SMTP_PASSWORD',
  'META_APP_SECRET',
  'META_VERIFY_TOKEN',
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'REDIS_URL',
  'AUDIT_COPY_URL',
  'METRICS_TOKEN',
  'SENTRY_DSN',
  'ALERT_SLACK_URL',
  ...BACKUP_SECRETS,
]

/** `NAME_FILE` (Docker secrets) stands in for `NAME`. */
function withFiles(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const out = { ...env }
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`]
    if (file && !env[name]) out[name] = readFileSync(file, 'utf8').trim()
  }
  for (const [k, v] of Object.entries(out)) if (v === '') delete out[k]
  return out
}

export class ConfigError extends Error {}

/** Every setting that there is, and which of them may come as `NAME_FILE`. */
export const SETTING_NAMES: readonly string[] = Object.keys(Env.shape)
export const SECRET_NAMES: readonly string[] = SECRETS

/** What this process was given, with the `.env` of the repository; for the doctor, who judges what was meant. */
export function readEnvironment(): Record<string, string | undefined> {
  loadDotenv()
  return { ...process.env }
}

const RANGE_SETTINGS = ['TRUSTED_PROXIES', 'IP_ALLOW_LIST', 'IP_BLOCK_LIST', 'METRICS_ALLOW'] as const

/** What the limits cannot work with. @throws ConfigError */
function checkLimitSettings(c: z.infer<typeof Env>): void {
  const wrong = RANGE_SETTINGS.flatMap((name) => badRanges(c[name]).map((text) => `${name}: ${text} is neither an address nor a range such as 10.0.0.0/8`))
  if (c.RATE_LIMIT_STORE === 'redis' && !c.REDIS_URL) wrong.push('REDIS_URL: is needed with RATE_LIMIT_STORE=redis')
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
}

function loadDotenv(): void {
  const dotenv = path.join(REPOSITORY, '.env')
  if (existsSync(dotenv)) process.loadEnvFile(dotenv)
}

/** Reads and checks the environment (and `.env` of the repository, when there is one): `overrides` win over it, `defaults` stand back. Throws ConfigError naming the variables. */
export function loadConfig(overrides: Record<string, string | undefined> = {}, defaults: Record<string, string> = {}): Config {
  loadDotenv()
  const parsed = Env.safeParse(withFiles({ ...defaults, ...process.env, ...overrides }))
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('\n'))
  }
  const c = parsed.data
  const missing = c.STORAGE === 's3' ? S3_NEEDS.filter((name) => !c[name]) : []
  if (missing.length > 0) throw new ConfigError(missing.map((name) => `${name}: is needed with STORAGE=s3`).join('\n'))
  checkLimitSettings(c)
  const backup = missingBackupSettings(c)
  if (backup.length > 0) throw new ConfigError(backup.join('\n'))
  if ((c.SMTP_URL || c.SMTP_HOST) && !c.MAIL_FROM) throw new ConfigError('MAIL_FROM: is needed with SMTP_URL or SMTP_HOST')
  return { ...c, origins: [...new Set([...c.ALLOWED_ORIGINS, ...(c.FRONTEND_URL ? [c.FRONTEND_URL] : [])])] }
}

/** For a program that we start: our own environment, and what only it needs to know. */
export const childEnvironment = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more })

/**
 * The master keys as the settings say now: files are read again, since a rotation changes them beside a running process.
 * @throws ConfigError
 */
export function readKeySettings(config: Config): Pick<Config, 'ENCRYPTION_KEY' | 'ENCRYPTION_KEY_PREVIOUS'> {
  const { ENCRYPTION_KEY_FILE: current, ENCRYPTION_KEY_PREVIOUS_FILE: previous } = process.env
  if (!current && !previous) return config
  const { ENCRYPTION_KEY, ENCRYPTION_KEY_PREVIOUS } = loadConfig()
  return { ENCRYPTION_KEY, ENCRYPTION_KEY_PREVIOUS }
}
