import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'

/** Something an admin should know or do; `info` needs nobody. */
export const NoticeSeverity = z.enum(['info', 'warning', 'critical'])
/**
 * Made by the server from what WhatsApp tells of numbers, accounts and templates. `code` is stable and for programs, `title` and
 * `action` are for people (pt-BR).
 */
export const Notice = z
  .object({
    id: Id,
    code: z.string(),
    severity: NoticeSeverity,
    title: z.string(),
    /** What to do; empty for pure news. */
    action: z.string(),
    /** Where to do it, a path of the web client. */
    link: z.string().nullable(),
    channelId: Id.nullable(),
    createdAt: Time,
    /** The cause went away by itself, or somebody dealt with it. */
    resolvedAt: Time.nullable(),
    resolvedBy: z.string().nullable(),
  })
  .meta({ id: 'Notice' })
export type Notice = z.infer<typeof Notice>
export const NoticesQuery = PageQuery.extend({ status: z.enum(['open', 'any']).default('open') })
export const NoticeCount = z.object({ open: z.int(), critical: z.int() }).meta({ id: 'NoticeCount' })
