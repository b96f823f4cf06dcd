import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'

const DAY = 86_400_000
/** Whoever reads it later than this asks again (RFC 9116 recommends less than a year). */
const VALID_DAYS = 180

/** RFC 9116. The end of its validity moves on by itself, a day at a time. */
export function securityTxt(contacts: readonly string[], publicUrl: string, now = Date.now()): string {
  const expires = new Date(Math.ceil(now / DAY) * DAY + VALID_DAYS * DAY).toISOString().replace('.000', '')
  const lines = [
    ...contacts.map((c) => `Contact: ${c}`),
    `Expires: ${expires}`,
    'Preferred-Languages: pt, en',
    `Canonical: ${publicUrl}/.well-known/security.txt`,
  ]
  return `${lines.join('\n')}\n`
}

/** Without a contact there is nothing to say, and the address is absent. */
export function securityTxtRoutes(app: Http, ctx: Context): void {
  for (const url of ['/.well-known/security.txt', '/security.txt']) {
    app.get(url, { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) => {
      const contacts = ctx.config.SECURITY_CONTACT
      if (contacts.length === 0) throw notFound()
      return reply.header('cache-control', 'public, max-age=3600').type('text/plain; charset=utf-8').send(securityTxt(contacts, ctx.publicUrl()))
    })
  }
}
