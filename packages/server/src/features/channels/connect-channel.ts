import type { Channel, ChannelTest } from '@atende/contracts/channels'
import type { FastifyRequest } from 'fastify'
import { tenantLogin } from '../../platform/auth.ts'
import { type Context, tenantTx } from '../../platform/context.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { askMeta } from './ask-meta.ts'
import { getChannelAccess, presentChannel } from './channels.ts'
import { keepFindings } from './check-channel.ts'
import { judgeFindings, saySubscribeFailure } from './test-connection.ts'
import { createGraph, GraphFailure } from './whatsapp-cloud/graph.ts'

/**
 * In production a tenant's admin may not make the server call any address: only Meta's and the emulator's. An operator may connect
 * another one by the command line.
 * @throws AppError validation_failed
 */
export function requireAllowedGraph(ctx: Pick<Context, 'config'>, graphUrl: string | undefined): void {
  const { NODE_ENV, GRAPH_URL, EMULATOR_URL } = ctx.config
  if (graphUrl === undefined) return
  const { protocol, origin, username } = new URL(graphUrl)
  const allowed = [GRAPH_URL, ...(EMULATOR_URL ? [EMULATOR_URL] : [])].map((u) => new URL(u).origin)
  const web = (protocol === 'https:' || protocol === 'http:') && username === ''
  if (web && (NODE_ENV !== 'production' || allowed.includes(origin))) return
  throw invalidField('graphUrl', 'not_allowed', 'Este endereço não é permitido neste servidor.')
}

/** Opened credentials of a channel that is connected. @throws AppError not_found, also when it was released */
export const openAccess = async (ctx: Context, tenantId: string, id: string) => {
  const access = await tenantTx(ctx, tenantId, (tx) => getChannelAccess(ctx, tx, id))
  if (!access) throw notFound()
  return access
}

/** Tests with the stored credentials and keeps what it finds out. @throws AppError not_found */
export async function testStored(ctx: Context, tenantId: string, id: string): Promise<{ test: ChannelTest; channel: Channel }> {
  const found = await askMeta(await openAccess(ctx, tenantId, id))
  const row = await tenantTx(ctx, tenantId, (tx) => keepFindings(ctx, tx, { tenantId, id, found, asked: 'person' }))
  return { test: judgeFindings(found), channel: presentChannel(row) }
}

/** Lets the token's app receive the account's messages, then tests again. @throws AppError not_found, connection_failed */
export async function subscribeStored(ctx: Context, request: FastifyRequest, id: string): Promise<ChannelTest> {
  const { tenantId } = tenantLogin(request)
  const access = await openAccess(ctx, tenantId, id)
  await createGraph(access)
    .subscribeApp(access.wabaId)
    .catch((e) => {
      throw e instanceof GraphFailure ? new AppError('connection_failed', { detail: saySubscribeFailure(e) }) : e
    })
  return (await testStored(ctx, tenantId, id)).test
}
