import { htmlOf, textOf } from '../../features/access/mails/mail-layout.ts'
import type { Config } from '../../platform/config.ts'
import { type Mailer, MailRefused } from '../../platform/mail.ts'
import type { Message, Outcome } from './compose.ts'

const FOOT = {
  'pt-BR': (server: string) => `Enviado pelo servidor ${server}, porque seu endereço está em ALERT_EMAILS.`,
  en: (server: string) => `Sent by the server ${server}, because your address is in ALERT_EMAILS.`,
} as const

/** To everybody on the list. Whoever got it does not get it again because of somebody else's mailbox. */
export async function tellByMail(deps: { config: Config; mail: Mailer }, message: Message): Promise<Outcome> {
  if (deps.mail.mode === 'off') return { told: false, error: 'mail_off' }
  const { subject, tellings, server, locale } = message
  const lines = tellings.flatMap((t) => [`${t.mark} ${t.line}`, ...(t.todo ? [t.todo] : []), ...(t.runbook ? [t.runbook] : [])])
  const words = { subject: `[${server}] ${subject}`, lines }
  const foot = FOOT[locale](server)
  const sent = await Promise.allSettled(
    deps.config.ALERT_EMAILS.map((to) => deps.mail.send({ to, subject: words.subject, text: textOf(words, foot), html: htmlOf(words, foot, locale) })),
  )
  const fault = sent.find((s) => s.status === 'rejected')
  const error = !fault ? null : fault.reason instanceof MailRefused ? 'mail_refused' : 'mail_failed'
  return { told: sent.some((s) => s.status === 'fulfilled'), error }
}
