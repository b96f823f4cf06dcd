import type { KeptMail } from '../platform/mail.ts'
import { eventually, type TestServer } from './test-server.ts'

/** The newest mail to this address whose subject has the word, once it is there. */
export const mailTo = (server: TestServer, to: string, word: string): Promise<KeptMail> =>
  eventually(() => server.ctx.mail.kept().find((m) => m.to === to && m.subject.includes(word)))

export const mailsTo = (server: TestServer, to: string): readonly KeptMail[] => server.ctx.mail.kept().filter((m) => m.to === to)

/** The first link of a mail. */
export const linkIn = (mail: KeptMail): string => /https?:\/\/\S+/.exec(mail.text)?.[0] ?? ''
/** The secret after the `#`. */
export const secretIn = (mail: KeptMail): string => linkIn(mail).split('#')[1] ?? ''
