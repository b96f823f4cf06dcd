import { z } from 'zod'

const number = (min: number, max: number, usual: number) => z.coerce.number().int().min(min).max(max).default(usual)
const list = z.string().transform((v) => v.split(',').flatMap((x) => (x.trim() ? [x.trim()] : [])))

/** Backups, see docs/decisions/0032. They are on with BACKUP_RECIPIENT and a place: BACKUP_DIR, BACKUP_S3_BUCKET, or both. */
export const BACKUP_SETTINGS = {
  /** age recipient (`age1…`), several with commas; the identity that opens them never comes to the server. */
  BACKUP_RECIPIENT: list.pipe(z.array(z.string().regex(/^age1[0-9a-z]+$/, 'is no age recipient (age1…)'))).default([]),
  BACKUP_DIR: z.string().optional(),
  BACKUP_S3_ENDPOINT: z.url().optional(),
  BACKUP_S3_REGION: z.string().default('us-east-1'),
  BACKUP_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is no name of a bucket')
    .optional(),
  BACKUP_S3_ACCESS_KEY_ID: z.string().optional(),
  BACKUP_S3_SECRET_ACCESS_KEY: z.string().optional(),
  BACKUP_S3_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9/_.-]{0,200}$/, 'may have letters, digits and / _ . -')
    .optional(),
  /** A bucket that does not answer is waited for so long. */
  BACKUP_S3_PATIENCE_SECONDS: number(0, 3600, 30),
  /** When the daily one begins, in BACKUP_TIMEZONE. */
  BACKUP_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time such as 03:15')
    .default('03:15'),
  BACKUP_TIMEZONE: z
    .string()
    .refine((zone) => {
      try {
        return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
      } catch {
        return false
      }
    }, 'is no time zone such as America/Sao_Paulo')
    .default('America/Sao_Paulo'),
  BACKUP_KEEP_DAILY: number(1, 1000, 7),
  BACKUP_KEEP_WEEKLY: number(0, 1000, 4),
  BACKUP_KEEP_MONTHLY: number(0, 1000, 12),
  /** To any moment of so many days one can go back. */
  BACKUP_POINT_IN_TIME_DAYS: number(1, 400, 7),
  /** What was written is on its way to the target after so many minutes. */
  BACKUP_WAL_MINUTES: number(1, 1440, 5),
  /** How often the timer looks whether something is to be sent or done. */
  BACKUP_LOOK_SECONDS: number(1, 600, 30),
  /** So much of the archive waits at most for a place that is away; then the oldest goes, so that the disk never fills for it. */
  BACKUP_WAL_KEEP_MB: number(32, 10_000_000, 4096),
  /** A login for backups, where the database is not the embedded one: REPLICATION, BYPASSRLS, pg_read_all_data, pg_backup_start and _stop. */
  BACKUP_DATABASE_URL: z.string().optional(),
  /** The data folder of that database, when it can be read from here; without it `pg_dump` serves. */
  BACKUP_PGDATA: z.string().optional(),
  /** Where archive_command of that database puts its segments; without it they are read from BACKUP_PGDATA, kept by a replication slot. */
  BACKUP_WAL_DIR: z.string().optional(),
  /** `list`: media in a bucket is named, not copied. */
  BACKUP_MEDIA: z.enum(['copy', 'list']).optional(),
  /** The newest backup is restored for a test so often; 0: never. */
  BACKUP_TEST_DAYS: number(0, 60, 7),
  /** `elsewhere`: not in the workers; `atende backup serve` runs on its own. */
  BACKUP_RUN: z.enum(['worker', 'elsewhere']).default('worker'),
}

export const BACKUP_SECRETS = ['BACKUP_DATABASE_URL', 'BACKUP_S3_ACCESS_KEY_ID', 'BACKUP_S3_SECRET_ACCESS_KEY']

const S3_NEEDS = ['BACKUP_S3_ENDPOINT', 'BACKUP_S3_ACCESS_KEY_ID', 'BACKUP_S3_SECRET_ACCESS_KEY'] as const

type Settings = { [K in (typeof S3_NEEDS)[number] | 'BACKUP_S3_BUCKET' | 'BACKUP_DIR']?: string | undefined } & { BACKUP_RECIPIENT: string[] }

/** What is missing, by name. */
export function missingBackupSettings(c: Settings): string[] {
  const wrong: string[] = c.BACKUP_S3_BUCKET ? S3_NEEDS.filter((name) => !c[name]).map((name) => `${name}: is needed with BACKUP_S3_BUCKET`) : []
  const somewhere = Boolean(c.BACKUP_DIR ?? c.BACKUP_S3_BUCKET)
  if (c.BACKUP_RECIPIENT.length > 0 && !somewhere) wrong.push('BACKUP_DIR or BACKUP_S3_BUCKET: one is needed with BACKUP_RECIPIENT')
  return wrong
}
