import type { Context } from '../../../../platform/context.ts'
import type { TenantTx } from '../../../../platform/database.ts'
import { AppError } from '../../../../platform/errors.ts'
import { getChannelAccess, listChannels, type SendingChannel } from '../../channels.ts'

/** Credentials for an account's templates: those of any of its numbers, one that works before one that does not. */
export async function findAccountAccess(ctx: Pick<Context, 'keys' | 'outgoing'>, tx: TenantTx, wabaId: string): Promise<SendingChannel | undefined> {
  const rank = { connected: 0, pending: 1, error: 2, disabled: 3 }
  const channels = (await listChannels(tx)).filter((c) => c.wabaId === wabaId && c.releasedAt === null).toSorted((a, b) => rank[a.status] - rank[b.status])
  for (const channel of channels) {
    const access = await getChannelAccess(ctx, tx, channel.id)
    if (access) return access
  }
  return undefined
}

/** @throws AppError channel_unavailable when no number of the account is connected any more */
export async function requireAccountAccess(ctx: Pick<Context, 'keys' | 'outgoing'>, tx: TenantTx, wabaId: string): Promise<SendingChannel> {
  const access = await findAccountAccess(ctx, tx, wabaId)
  if (!access) throw new AppError('channel_unavailable', { detail: 'Nenhum número desta conta do WhatsApp está conectado.' })
  return access
}
