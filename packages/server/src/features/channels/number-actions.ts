import { type Context, tenantTx } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { settleNotices } from '../notices/notices.ts'
import { askWhatsApp } from './ask-whatsapp.ts'
import * as db from './channels.db.ts'
import { checkChannel } from './check-channel.ts'
import { NoticeBook } from './whatsapp-cloud/account/account-state.ts'

/** Each asks Meta and then looks at the number again. @throws in all: AppError not_found, whatsapp_refused, whatsapp_unavailable */
type Where = { tenantId: string; id: string }

const look = (ctx: Context, { tenantId, id }: Where) => checkChannel(ctx, { tenantId, channelId: id })

export const requestCode = (ctx: Context, { tenantId, id }: Where, method: 'SMS' | 'VOICE'): Promise<void> =>
  askWhatsApp(ctx, tenantId, id, (graph, channel) => graph.requestCode(channel.phoneNumberId, method))

export async function verifyCode(ctx: Context, at: Where, code: string): Promise<void> {
  await askWhatsApp(ctx, at.tenantId, at.id, (graph, channel) => graph.verifyCode(channel.phoneNumberId, code))
  await look(ctx, at)
}

/** Also makes an approved name show (Cloud API, registration). */
export async function registerNumber(ctx: Context, at: Where, pin: string): Promise<void> {
  await askWhatsApp(ctx, at.tenantId, at.id, (graph, channel) => graph.register(channel.phoneNumberId, pin))
  await tenantTx(ctx, at.tenantId, (tx) => settleNotices(tx, at.tenantId, [NoticeBook.key('name_approved', at.id)]))
  await look(ctx, at)
}

export async function deregisterNumber(ctx: Context, at: Where): Promise<void> {
  await askWhatsApp(ctx, at.tenantId, at.id, (graph, channel) => graph.deregister(channel.phoneNumberId))
  await look(ctx, at)
}

export async function setPin(ctx: Context, at: Where, pin: string): Promise<void> {
  await askWhatsApp(ctx, at.tenantId, at.id, (graph, channel) => graph.setPin(channel.phoneNumberId, pin))
  await look(ctx, at)
}

const SYNCS = {
  contacts: { type: 'smb_app_state_sync', column: 'sync_contacts_at' },
  history: { type: 'history', column: 'sync_history_at' },
} as const

/** Brings contacts or chats of the WhatsApp Business app; Meta allows each once. */
export async function startSync(ctx: Context, at: Where, kind: keyof typeof SYNCS): Promise<void> {
  const { type, column } = SYNCS[kind]
  const row = await tenantTx(ctx, at.tenantId, (tx) => db.find(tx, at.id))
  if (row?.[column]) throw new AppError('whatsapp_refused', { detail: 'Isto já foi pedido, e o WhatsApp só permite uma vez por conexão.' })
  await askWhatsApp(ctx, at.tenantId, at.id, (graph, channel) => graph.startSync(channel.phoneNumberId, type))
  await tenantTx(ctx, at.tenantId, (tx) => db.update(tx, at.id, { [column]: new Date() }))
}
