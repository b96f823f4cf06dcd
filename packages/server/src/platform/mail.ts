import nodemailer, { type Transporter } from 'nodemailer'
import type { Config } from './config.ts'
import { uuidv7 } from './ids.ts'
import type { Logger } from './log.ts'

export type Mail = { to: string; subject: string; text: string; html: string }
export type KeptMail = Mail & { id: string; at: Date }

/** The receiving server says that it will never take this one: another try changes nothing. */
export class MailRefused extends Error {}

/**
 * The way out for mails. `smtp`: they leave. `memory`: development and tests without SMTP; the last ones are kept here and shown
 * on /debug/mails. `off`: production without SMTP; what would be mailed is told by other means, or not at all.
 */
export type Mailer = {
  mode: 'smtp' | 'memory' | 'off'
  /** @throws MailRefused, or another error when a later try may succeed */
  send: (mail: Mail) => Promise<void>
  /** The newest first. */
  kept: () => readonly KeptMail[]
  close: () => void
}

const KEPT = 100
const TIMES = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 }

function inMemory(): Mailer {
  const kept: KeptMail[] = []
  return {
    mode: 'memory',
    async send(mail) {
      kept.unshift({ ...mail, id: uuidv7(), at: new Date() })
      kept.splice(KEPT)
    },
    kept: () => kept,
    close: () => {},
  }
}

/** The way to the mail server that the settings name. */
export function transportOf(config: Config): Transporter {
  // A template can neither read a file of ours nor fetch an address.
  const closed = { disableFileAccess: true, disableUrlAccess: true }
  if (config.SMTP_URL) {
    const { protocol, username, search } = new URL(config.SMTP_URL)
    // Here too a password is said over an encrypted connection only, unless the address itself says otherwise.
    const requireTLS = protocol === 'smtp:' && username !== '' && !/[?&](requireTLS|ignoreTLS)=/i.test(search)
    return nodemailer.createTransport({ url: config.SMTP_URL, ...(requireTLS ? { requireTLS } : {}), ...TIMES, ...closed })
  }
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_SECURE: secure, SMTP_USER: user, SMTP_PASSWORD: pass } = config
  const auth = user === undefined ? {} : { auth: { user, pass: pass ?? '' } }
  // With a password the connection must be encrypted before it is said.
  return nodemailer.createTransport({ host, port, secure, requireTLS: user !== undefined && !secure, ...auth, ...TIMES, ...closed })
}

const isFinal = (e: unknown): boolean => e instanceof Error && 'responseCode' in e && typeof e.responseCode === 'number' && e.responseCode >= 550

function overSmtp(config: Config): Mailer {
  const transport = transportOf(config)
  const from = config.MAIL_FROM ?? ''
  return {
    mode: 'smtp',
    async send({ to, subject, text, html }) {
      // As an object: the address is one address, whatever stands in it.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, headers: { 'auto-submitted': 'auto-generated' } }).catch((e) => {
        // The server's words may hold the address; its number says enough.
        throw isFinal(e) ? new MailRefused(`refused with ${e.responseCode}`) : new Error(`mail not sent: ${e.code ?? 'unknown'} ${e.responseCode ?? ''}`.trim())
      })
    },
    kept: () => [],
    close: () => transport.close(),
  }
}

/** Nothing is saved to be mailed then; what comes all the same, from a process that could, must not be lost in silence. */
const off = (): Mailer => ({
  mode: 'off',
  send: async () => {
    throw new Error('mails are not set up in this process')
  },
  kept: () => [],
  close: () => {},
})

export function createMailer(config: Config, log: Logger): Mailer {
  if (config.SMTP_URL || config.SMTP_HOST) return overSmtp(config)
  if (config.NODE_ENV !== 'production') return inMemory()
  log.warn('mails are not set up (SMTP_URL or SMTP_HOST, and MAIL_FROM): no links for passwords and addresses, invitations only as links to copy')
  return off()
}
