import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { downloadMediaJob } from '../media/media.jobs.ts'
import { createPendingMedia } from '../media/media.ts'
import { type Arrived, PLACEHOLDER } from './place-messages.ts'

/**
 * History tells of a file first by a placeholder and later by the file itself, under the same id (Cloud API, coexistence): the
 * message that stands here becomes what it was. Any other message that is known already stays as it is.
 */
export async function fillPlaceholders(ctx: Context, tx: TenantTx, tenantId: string, fillings: ReadonlyMap<string, Arrived>): Promise<void> {
  const { rows } = await sql<{ id: string; conversation_id: string }>`
    select id, conversation_id from messages where id = any(${[...fillings.keys()]}::uuid[]) and type = 'unsupported' and content->>'original' = ${PLACEHOLDER}
    order by id for update`.execute(tx)
  for (const row of rows) {
    const message = fillings.get(row.id)?.message
    if (!message?.media) continue
    const mediaId = uuidv7()
    await createPendingMedia(tx, tenantId, [{ ...message.media, id: mediaId }])
    await sql`update messages set type = ${message.type}, body = ${message.body}, content = ${JSON.stringify(message.content)}::jsonb, media_id = ${mediaId}::uuid,
      raw = ${message.raw ? JSON.stringify(message.raw) : null}::jsonb where id = ${row.id}::uuid`.execute(tx)
    const { providerMediaId, url, sha256 } = message.media
    await ctx.jobs.send(tx, downloadMediaJob, { tenantId, mediaId, channelId: message.channelId, messageId: row.id, providerMediaId, url, sha256 })
  }
  await publish(
    tx,
    tenantId,
    rows.map((r) => ({ kind: 'message.updated' as const, payload: { messageId: r.id, conversationId: r.conversation_id } })),
  )
}
