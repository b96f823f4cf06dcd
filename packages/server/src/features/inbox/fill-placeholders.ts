import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { downloadMediaJob } from '../media/media.jobs.ts'
import { createPendingMedia } from '../media/media.ts'
import { writtenColumns } from '../messages/save-messages.ts'
import type { Arrived } from './place-messages.ts'

/**
 * History tells of a file first by a placeholder and later by the file itself, under the same id (Cloud API, coexistence): the
 * message that stands here becomes what it was. Any other message that is known already stays as it is.
 */
export async function fillPlaceholders(ctx: Context, tx: TenantTx, tenantId: string, fillings: ReadonlyMap<string, Arrived>): Promise<void> {
  const { rows } = await sql<Placeholder>`
    select m.id, m.conversation_id, c.contact_id from messages m join conversations c on c.id = m.conversation_id
    where m.id = any(${[...fillings.keys()]}::uuid[]) and m.placeholder order by m.id for update of m`.execute(tx)
  for (const row of rows) {
    const filling = fillings.get(row.id)
    if (filling?.message.media) await fill(ctx, tx, tenantId, row, filling)
  }
  await publish(
    tx,
    tenantId,
    rows.map((r) => ({ kind: 'message.updated' as const, payload: { messageId: r.id, conversationId: r.conversation_id } })),
  )
}

type Placeholder = { id: string; conversation_id: string; contact_id: string }

async function fill(ctx: Context, tx: TenantTx, tenantId: string, row: Placeholder, { direction, message }: Arrived): Promise<void> {
  if (!message.media) return
  const mediaId = uuidv7()
  await createPendingMedia(tx, tenantId, [{ ...message.media, id: mediaId, contactId: row.contact_id }])
  const [w] = await writtenColumns(tx, [{ ...message, id: row.id, conversationId: row.conversation_id, direction }])
  if (!w) return
  await sql`update messages set type = ${message.type}, sealed = ${w.sealed}, raw_sealed = ${w.raw_sealed}, words = case when revoked_at is null then ${w.words}::bigint[] end,
    placeholder = ${w.placeholder}, media_id = ${mediaId}::uuid where id = ${row.id}::uuid`.execute(tx)
  const { channelId, media } = message
  await ctx.jobs.send(tx, downloadMediaJob, { tenantId, mediaId, channelId, messageId: row.id, providerMediaId: media.providerMediaId })
}
