import { sql } from 'kysely'
import { createChannel } from '../features/channels/channels.ts'
import { personKey } from '../features/contacts/person.ts'
import { receiveContacts } from '../features/contacts/receive-contacts.ts'
import { noteArrivals, noteDeparture, pairKey, receiveConversations } from '../features/conversations/receive-conversations.ts'
import { messageMarks } from '../features/messages/message-ids.ts'
import { insertMany } from '../features/messages/save-messages.ts'
import { createTag } from '../features/tags/tags.ts'
import { createTenantWithOwner } from '../features/tenants/create-tenant.ts'
import { addMembership, addUser } from '../features/tenants/tenants.ts'
import type { Context } from '../platform/context.ts'
import { tenantTx } from '../platform/context.ts'
import { hashPassword } from '../platform/crypto.ts'
import type { TenantTx } from '../platform/database.ts'
import { uuidv7 } from '../platform/ids.ts'
import { DEMO, PAST, type PastConversation } from './demo-data.ts'

export type EmulatorNumber = { phoneNumberId: string; wabaId: string; accessToken: string; appSecret: string; verifyToken: string; graphUrl: string }

/** Makes the demo tenant, unless it is there. Answers its ids when it was made now. */
export async function seedDemo(ctx: Context, number: EmulatorNumber): Promise<{ tenantId: string; channelId: string } | undefined> {
  const { rows } = await sql<{ taken: boolean }>`select door_slug_taken(${DEMO.tenant.slug}) as taken`.execute(ctx.db)
  if (rows[0]?.taken) return undefined
  const made = await createTenantWithOwner(ctx, { ...DEMO.tenant, plan: 'PRO', status: 'ACTIVE', owner: { ...DEMO.owner, password: DEMO.password } })
  const { tenantId } = made
  const passwordHash = await hashPassword(DEMO.password)
  const channelId = await tenantTx(ctx, tenantId, async (tx) => {
    await tx.updateTable('tenants').set({ onboarded_at: new Date() }).execute()
    const attendants: string[] = []
    for (const a of DEMO.attendants) {
      const id = uuidv7()
      await addUser(tx, { id, ...a, passwordHash, emailConfirmed: true })
      await addMembership(tx, { tenantId, userId: id, role: 'ATTENDANT' })
      attendants.push(id)
    }
    const tags = new Map<string, string>()
    for (const t of DEMO.tags) tags.set(t.name, (await createTag(tx, tenantId, t)).id)
    const channel = await createChannel(ctx, tx, tenantId, { ...number, name: 'WhatsApp da recepção', emulator: true })
    for (const past of PAST) await seedConversation(tx, { tenantId, channelId: channel.id, attendants, tags }, past)
    return channel.id
  })
  return { tenantId, channelId }
}

type Place = { tenantId: string; channelId: string; attendants: string[]; tags: Map<string, string> }

async function seedConversation(tx: TenantTx, place: Place, past: PastConversation): Promise<void> {
  const { tenantId, channelId, attendants } = place
  const person = { phone: past.phone, bsuid: null, username: null, name: past.name }
  const contactId = (await receiveContacts(tx, tenantId, [person])).get(personKey(person)) ?? ''
  const pair = { channelId, contactId }
  const conversationId = (await receiveConversations(tx, tenantId, [pair])).get(pairKey(pair)) ?? ''
  const mark = await messageMarks(tx)
  for (const [i, line] of past.lines.entries()) {
    const id = uuidv7()
    const at = new Date(Math.floor((Date.now() - line.ago * 60_000) / 1000) * 1000)
    const ours = line.from === 'us'
    await insertMany(tx, tenantId, [
      {
        id,
        conversationId,
        channelId,
        direction: ours ? 'out' : 'in',
        type: 'text',
        body: line.text,
        content: {},
        status: ours ? 'read' : 'received',
        at,
        providerId: mark(`wamid.demo.${conversationId}.${i}`),
        realId: `wamid.demo.${conversationId}.${i}`,
        clientId: null,
        senderUserId: ours ? (attendants[line.by ?? 0] ?? null) : null,
        mediaId: null,
        quotedProviderId: null,
        quotedId: null,
      },
    ])
    if (ours) await noteDeparture(tx, conversationId, { id, at })
    else await noteArrivals(tx, [{ conversationId, count: 1, lastId: id, lastAt: at, firstAt: at }])
  }
  await finish(tx, place, conversationId, past)
}

async function finish(tx: TenantTx, place: Place, conversationId: string, past: PastConversation): Promise<void> {
  const assignee = past.assignee === null ? null : (place.attendants[past.assignee] ?? null)
  const waiting = past.lines.at(-1)?.from === 'customer' && past.unread > 0
  await tx
    .updateTable('conversations')
    .set({
      assignee_id: assignee,
      unread_count: past.unread,
      ...(waiting ? {} : { waiting_since: null }),
      ...(past.resolved ? { status: 'resolved', resolved_at: new Date(), resolved_by: assignee } : {}),
    })
    .where('id', '=', conversationId)
    .execute()
  for (const name of past.tags) {
    const tagId = place.tags.get(name)
    if (tagId)
      await tx
        .insertInto('conversation_tags')
        .values({ tenant_id: place.tenantId, conversation_id: conversationId, tag_id: tagId, added_by: assignee })
        .execute()
  }
}
