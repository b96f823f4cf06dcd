import { z } from 'zod'
import type { Context } from '../../../platform/context.ts'
import { defineCounter } from '../../../platform/counters.ts'
import type { SystemTx } from '../../../platform/database.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import { MailRefused } from '../../../platform/mail.ts'
import { type AccountMail, mailFoot, mailWords } from './mail.texts.ts'
import { htmlOf, textOf } from './mail-layout.ts'
import { type SendMail, sendMailJob } from './mails.jobs.ts'

const mailsCounted = defineCounter('mails', 'Mails that left, were refused for good, or could not be handed over (tried again).', {
  outcome: ['sent', 'refused', 'failed'],
})

const Sealed = z.object({ to: z.string(), subject: z.string(), text: z.string(), html: z.string() })
const sealContext = (mailId: string): string => `mails:${mailId}`

/** Whether anybody would get a mail. */
export const mailsLeave = (ctx: Context): boolean => ctx.mail.mode !== 'off'

/**
 * Saves a mail with its fact; it leaves after the commit, again and again until the receiving server takes it. Written here and
 * sealed: a worker process need not know the public address, and the queue holds nothing to read.
 */
export async function saveMail(ctx: Context, tx: SystemTx, tenantId: string, to: { email: string; locale: string }, mail: AccountMail): Promise<void> {
  if (!mailsLeave(ctx)) return
  const words = mailWords(to.locale, mail)
  const foot = mailFoot(to.locale)
  const mailId = uuidv7()
  const written = { to: to.email, subject: words.subject, text: textOf(words, foot), html: htmlOf(words, foot, to.locale) }
  const sealed = ctx.keys.seal(sealContext(mailId), JSON.stringify(written)).toString('base64')
  await ctx.jobs.send(tx, sendMailJob, { tenantId, mailId, sealed })
}

export async function sendSavedMail(ctx: Context, { mailId, sealed }: SendMail): Promise<void> {
  const mail = Sealed.parse(JSON.parse(ctx.keys.open(sealContext(mailId), Buffer.from(sealed, 'base64'))))
  const outcome = await ctx.mail.send(mail).then(
    () => 'sent' as const,
    (err: unknown) => {
      if (!(err instanceof MailRefused)) {
        ctx.counters.add(mailsCounted, { outcome: 'failed' })
        throw err
      }
      ctx.log.warn({ err, mailId }, 'access: a mail was refused for good')
      return 'refused' as const
    },
  )
  ctx.counters.add(mailsCounted, { outcome })
  if (ctx.mail.mode === 'memory') ctx.log.info({ mailId }, 'a mail was kept here instead of leaving: see /debug/mails')
}
