import { z } from 'zod'
import { Email, Password } from './common.ts'

/** What the entry page may offer, before anybody is logged in. */
export const EntryOptions = z
  .object({
    /** False: this server sends no mails, so nobody can get a link for a new password. */
    mail: z.boolean(),
    /** Single sign-on of the company that was asked for, or whose address the browser shows. */
    sso: z.object({ company: z.string(), label: z.string(), passwordsRefused: z.boolean() }).nullable(),
  })
  .meta({ id: 'EntryOptions' })
export type EntryOptions = z.infer<typeof EntryOptions>
/** `company` is the company's address: its slug. */
export const EntryQuery = z.object({ company: z.string().max(60).optional() })

/** Secret at the end of a link that came by mail. */
const LinkToken = z.string().min(1).max(200)

export const ForgotInput = z.object({ email: Email }).meta({ id: 'ForgotInput' })
export const ResetInput = z.object({ token: LinkToken, password: Password }).meta({ id: 'ResetInput' })
export const ConfirmEmailInput = z.object({ token: LinkToken }).meta({ id: 'ConfirmEmailInput' })
export const ConfirmedEmail = z.object({ email: z.string() }).meta({ id: 'ConfirmedEmail' })
export const ChangeEmailInput = z.object({ email: Email, currentPassword: z.string().min(1).max(200) }).meta({ id: 'ChangeEmailInput' })
