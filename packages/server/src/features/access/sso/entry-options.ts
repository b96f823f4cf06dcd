import type { EntryOptions } from '@atende/contracts/accounts'
import type { Context } from '../../../platform/context.ts'
import { slugOfHost } from '../../tenants/slug.ts'
import { mailsLeave } from '../mails/mails.ts'
import * as db from './sso.db.ts'

/** A company without single sign-on is answered like one that does not exist; about people nothing is said. */
export async function entryOptions(ctx: Context, company: string | undefined, host: string): Promise<EntryOptions> {
  const slug = company?.trim().toLowerCase() || slugOfHost(host, ctx.config.BASE_DOMAIN)
  const offered = slug === undefined ? undefined : await db.ofSlug(ctx.db, slug)
  return {
    mail: mailsLeave(ctx),
    sso: slug !== undefined && offered ? { company: slug, label: offered.label, passwordsRefused: offered.passwords_refused } : null,
  }
}
