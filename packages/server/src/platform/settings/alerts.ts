import { z } from 'zod'

const list = z.string().transform((v) =>
  v
    .split(',')
    .map((x) => x.trim())
    .filter(Boolean),
)

/** Whom the server tells when something is wrong with itself. */
export const ALERT_SETTINGS = {
  ALERT_EMAILS: list.pipe(z.array(z.email())).default([]),
  /** An incoming webhook of Slack, or of what understands the same (Mattermost, Rocket.Chat, Discord's `/slack`). */
  ALERT_SLACK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Telephones, told through a number of a company of this server (its slug), with an approved template of one or two variables. */
  ALERT_WHATSAPP_TO: list.default([]),
  ALERT_WHATSAPP_TENANT: z.string().optional(),
  ALERT_WHATSAPP_TEMPLATE: z.string().default('alerta_servidor'),
  ALERT_WHATSAPP_LANGUAGE: z.string().default('pt_BR'),
  ALERT_LOCALE: z.enum(['pt-BR', 'en']).default('pt-BR'),
  /** A backup that is older than this is told; 0 when backups are somebody else's. */
  ALERT_BACKUP_HOURS: z.coerce.number().int().min(0).max(10_000).default(26),
  /** Where the certificate lies, when it is not to be looked at over PUBLIC_URL. */
  CERTIFICATE_FILE: z.string().optional(),
  /** Where the pages of deploy/runbooks can be read, so that alerts lead there; without it they name the file. */
  RUNBOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How long a minute of the alerts lasts: once a minute they look. Change it for tests only. */
  ALERT_MINUTE_MS: z.coerce.number().int().min(20).max(60_000).default(60_000),
}
