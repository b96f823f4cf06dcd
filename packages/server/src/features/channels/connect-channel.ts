import type { Channel, ChannelTest } from '@atende/contracts/channels'
import type { FastifyRequest } from 'fastify'
import { callerTx, tenantLogin } from '../../platform/auth.ts'
import { type Context, tenantTx } from '../../platform/context.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { getChannelAccess, keepTestResult } from './channels.ts'
import { saySubscribeFailure, testConnection } from './test-connection.ts'
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

const openAccess = async (ctx: Context, tenantId: string, id: string) => {
  const access = await tenantTx(ctx, tenantId, (tx) => getChannelAccess(ctx, tx, id))
  if (!access) throw notFound()
  return access
}

/** Tests with the stored credentials and keeps what it finds out. @throws AppError not_found */
export async function testStored(ctx: Context, tenantId: string, id: string): Promise<{ test: ChannelTest; channel: Channel }> {
  const test = await testConnection(await openAccess(ctx, tenantId, id))
  return { test, channel: await tenantTx(ctx, tenantId, (tx) => keepTestResult(tx, tenantId, id, test)) }
}

/** Lets the token's app receive the account's messages, then tests again. @throws AppError not_found, connection_failed */
export async function subscribeStored(ctx: Context, request: FastifyRequest, id: string): Promise<ChannelTest> {
  const { tenantId } = tenantLogin(request)
  const access = await callerTx(ctx, request, (tx) => getChannelAccess(ctx, tx, id))
  if (!access) throw notFound()
  await createGraph(access)
    .subscribeApp(access.wabaId)
    .catch((e) => {
      throw e instanceof GraphFailure ? new AppError('connection_failed', { detail: saySubscribeFailure(e) }) : e
    })
  return (await testStored(ctx, tenantId, id)).test
}
