import { randomInt } from 'node:crypto'
import type { Channel } from '@atende/contracts/channels'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerTx, tenantLogin } from '../../platform/auth.ts'
import { type Context, tenantTx } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { getTenant, requirePlanRoom } from '../tenants/tenants.ts'
import { createChannel, getChannel, noteChannelError } from './channels.ts'
import { testStored } from './connect-channel.ts'
import { planTemplateSync } from './whatsapp-cloud/templates/sync-templates.ts'

const TIMEOUT_MS = 5_000
const EmulatorNumber = z.looseObject({
  phoneNumberId: z.string(),
  wabaId: z.string(),
  displayPhoneNumber: z.string(),
  accessToken: z.string(),
  appSecret: z.string(),
  verifyToken: z.string(),
})

export const describeEmulator = (ctx: Pick<Context, 'config'>) => {
  const url = ctx.config.EMULATOR_URL?.replace(/\/+$/, '')
  return { available: url !== undefined, phoneUrl: url ? `${url}/` : null }
}

async function control(ctx: Context, base: string, path: string, body: object): Promise<unknown> {
  const response = await ctx.outgoing.fetch(`${base}/control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the emulator answered ${response.status}`)
  return response.json()
}

const inventPhone = () => `+55 11 40${randomInt(10, 99)}-${String(randomInt(10_000)).padStart(4, '0')}`

/**
 * A number of the emulator's for this tenant, connected both ways.
 * @throws AppError emulator_unavailable, plan_limit
 */
export async function connectEmulator(ctx: Context, request: FastifyRequest): Promise<Channel> {
  const base = describeEmulator(ctx).phoneUrl?.replace(/\/$/, '')
  if (!base) throw new AppError('emulator_unavailable')
  const { tenantId } = tenantLogin(request)
  // Asked before the emulator makes a number for nothing; asked again when the channel is made.
  const tenant = await callerTx(ctx, request, async (tx) => {
    await requirePlanRoom(tx, tenantId, 'channels')
    return getTenant(tx, tenantId)
  })
  const number = EmulatorNumber.parse(
    await control(ctx, base, 'numbers', { displayPhoneNumber: inventPhone(), verifiedName: tenant.name }).catch((err) => {
      ctx.log.warn({ err }, 'emulator: no number')
      throw new AppError('emulator_unavailable')
    }),
  )
  const made = await callerTx(ctx, request, async (tx) => {
    const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken, displayPhoneNumber } = number
    const credentials = { phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: base }
    const channel = await createChannel(ctx, tx, tenantId, { ...credentials, name: `Emulador ${displayPhoneNumber}`, emulator: true })
    await writeAudit(tx, {
      tenantId,
      action: 'channel.create',
      object: { type: 'channel', id: channel.id },
      details: { emulator: true },
      ...auditedBy(request),
    })
    return channel
  })
  return introduce(ctx, base, tenantId, made.id, number)
}

/** Tells the emulator where to deliver (it shakes hands at once), then tests the whole. */
async function introduce(ctx: Context, base: string, tenantId: string, channelId: string, number: z.infer<typeof EmulatorNumber>): Promise<Channel> {
  const { phoneNumberId, verifyToken } = number
  try {
    await control(ctx, base, `numbers/${phoneNumberId}/webhook`, { callbackUrl: `${ctx.publicUrl()}/webhooks/whatsapp`, verifyToken })
    const { channel } = await testStored(ctx, tenantId, channelId)
    await planTemplateSync(ctx, { tenantId, channelId })
    return channel
  } catch (err) {
    ctx.log.warn({ err }, 'emulator: webhook not connected')
    await noteChannelError(ctx, tenantId, channelId, 'O emulador não conseguiu falar com este servidor. Confira o endereço público do servidor.')
    return tenantTx(ctx, tenantId, (tx) => getChannel(tx, channelId))
  }
}
