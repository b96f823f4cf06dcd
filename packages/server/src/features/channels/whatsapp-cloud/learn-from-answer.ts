import { type Context, tenantTx } from '../../../platform/context.ts'
import { receiveContacts } from '../../contacts/receive-contacts.ts'
import type { SendResult } from './graph.ts'
import * as db from './send.db.ts'
import type { Turn } from './send-turn.ts'

type Accepted = Extract<SendResult, { outcome: 'accepted' }>

/**
 * WhatsApp answered with another spelling of the number (the ninth digit) or with an id that we did not know: next time we use it
 * (Cloud API, send messages). After the send is settled, in a transaction of its own; a failure loses nothing.
 */
export async function learnFromAnswer(ctx: Context, { lane, to }: Pick<Turn, 'lane' | 'to'>, answer: Accepted): Promise<void> {
  if (to.group) return
  const { waId = null, userId = null } = answer
  const respelled = waId !== null && to.phone !== null && waId !== to.phone
  const newId = userId !== null && userId !== to.bsuid
  const newPhone = waId !== null && to.phone === null
  if (!respelled && !newId && !newPhone) return
  await tenantTx(ctx, lane.tenantId, async (tx) => {
    if (respelled) await db.respellPhone(tx, to.contactId, waId)
    const person = { phone: waId ?? to.phone, bsuid: userId ?? to.bsuid, username: null, name: null }
    if (newId || newPhone) await receiveContacts(tx, lane.tenantId, [person])
  }).catch((err: unknown) => ctx.log.warn({ err }, 'send: address not learnt'))
}
