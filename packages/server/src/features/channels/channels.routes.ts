import { Channel, ChannelSetup, ChannelTest, CreateChannelInput, TestChannelInput, UpdateChannelInput } from '@atende/contracts/channels'
import { IdParams } from '@atende/contracts/common'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerTx, tenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { fetchWaitingMedia } from '../media/fetch-again.ts'
import { createChannel, deleteChannel, getChannel, getChannelSetup, listChannels, updateChannel } from './channels.ts'
import { requireAllowedGraph, subscribeStored, testStored } from './connect-channel.ts'
import { connectEmulator, describeEmulator } from './connect-emulator.ts'
import { testConnection } from './test-connection.ts'
import { forgetRoutes } from './whatsapp-cloud/route-webhook.ts'
import { planTemplateSync } from './whatsapp-cloud/templates/sync-templates.ts'

const tags = ['channels']
const manage = { access: 'channels.manage' } as const

const audit = (tx: TenantTx, request: FastifyRequest, action: string, id: string, details: Record<string, unknown> = {}) =>
  writeAudit(tx, { tenantId: tenantLogin(request).tenantId, action, object: { type: 'channel', id }, details, ...auditedBy(request) })

export function channelRoutes(app: Http, ctx: Context): void {
  readRoutes(app, ctx)
  changeRoutes(app, ctx)
  connectionRoutes(app, ctx)
}

function readRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/channels',
    { config: { access: 'channels.read' }, schema: { tags, summary: 'All channels', response: { 200: z.object({ items: z.array(Channel) }) } } },
    async (request) => ({ items: await callerTx(ctx, request, listChannels) }),
  )

  app.get(
    '/api/channels/:id',
    { config: { access: 'channels.read' }, schema: { tags, summary: 'One channel', params: IdParams, response: { 200: Channel } } },
    async (request) => callerTx(ctx, request, (tx) => getChannel(tx, request.params.id)),
  )

  app.get(
    '/api/channels/:id/setup',
    { config: manage, schema: { tags, summary: 'What to paste at Meta: webhook address and verify token', params: IdParams, response: { 200: ChannelSetup } } },
    async (request) => callerTx(ctx, request, (tx) => getChannelSetup(ctx, tx, request.params.id)),
  )
}

/** Renaming and switching on or off can be undone; another token or secret sends and receives in the company's name. */
const changesSecrets = (body: unknown): boolean => typeof body === 'object' && body !== null && ('accessToken' in body || 'appSecret' in body)

function changeRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/channels',
    { config: manage, schema: { tags, summary: 'Connect a WhatsApp number', body: CreateChannelInput, response: { 201: Channel } } },
    async (request, reply) => {
      requireAllowedGraph(ctx, request.body.graphUrl)
      const made = await callerTx(ctx, request, async (tx, login) => {
        const channel = await createChannel(ctx, tx, login.tenantId, request.body)
        await audit(tx, request, 'channel.create', channel.id)
        return channel
      })
      forgetRoutes()
      const { tenantId } = tenantLogin(request)
      const { channel } = await testStored(ctx, tenantId, made.id)
      await planTemplateSync(ctx, { tenantId, channelId: made.id })
      return reply.code(201).send(channel)
    },
  )

  app.patch(
    '/api/channels/:id',
    {
      config: { ...manage, stepUp: changesSecrets },
      schema: { tags, summary: 'Rename, replace secrets, switch on or off', params: IdParams, body: UpdateChannelInput, response: { 200: Channel } },
    },
    async (request) => {
      const { id } = request.params
      const channel = await callerTx(ctx, request, async (tx, login) => {
        const after = await updateChannel(tx, login.tenantId, id, request.body)
        await audit(tx, request, 'channel.update', id, { changed: Object.keys(request.body) })
        return after
      })
      const worthTesting = request.body.accessToken !== undefined || request.body.enabled === true
      if (!worthTesting) return channel
      const tested = (await testStored(ctx, tenantLogin(request).tenantId, id)).channel
      // Files that waited for a token that works.
      if (tested.status === 'connected') await callerTx(ctx, request, (tx) => fetchWaitingMedia(ctx, tx, id))
      return tested
    },
  )

  app.delete(
    '/api/channels/:id',
    {
      config: { ...manage, stepUp: true },
      schema: {
        tags,
        summary: 'Remove a channel; one with conversations gives up its number and keeps its history',
        params: IdParams,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await callerTx(ctx, request, async (tx, login) => {
        const done = await deleteChannel(tx, login.tenantId, request.params.id)
        await audit(tx, request, done === 'removed' ? 'channel.delete' : 'channel.release', request.params.id)
      })
      // Deliveries that follow this answer go by the new owner; other processes hear of it by the event.
      forgetRoutes()
      return reply.code(204).send()
    },
  )
}

function connectionRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/channels/test',
    { config: manage, schema: { tags, summary: 'Ask Graph whether these credentials work', body: TestChannelInput, response: { 200: ChannelTest } } },
    async (request) => {
      const { graphUrl, graphVersion } = request.body
      requireAllowedGraph(ctx, graphUrl)
      const graph = { graphUrl: graphUrl ?? ctx.config.GRAPH_URL, graphVersion: graphVersion ?? ctx.config.GRAPH_VERSION }
      return testConnection({ ...request.body, ...graph, outgoing: ctx.outgoing })
    },
  )

  app.post(
    '/api/channels/:id/test',
    { config: manage, schema: { tags, summary: 'Test with the stored credentials', params: IdParams, response: { 200: ChannelTest } } },
    async (request) => (await testStored(ctx, tenantLogin(request).tenantId, request.params.id)).test,
  )

  app.post(
    '/api/channels/:id/subscribe',
    { config: manage, schema: { tags, summary: "Let the token's app receive this account's messages", params: IdParams, response: { 200: ChannelTest } } },
    async (request) => subscribeStored(ctx, request, request.params.id),
  )

  const Emulator = z.object({ available: z.boolean(), phoneUrl: z.string().nullable() }).meta({ id: 'Emulator' })
  app.get(
    '/api/channels/emulator',
    { config: { access: 'channels.read' }, schema: { tags, summary: 'Is there an emulator?', response: { 200: Emulator } } },
    async () => describeEmulator(ctx),
  )

  app.post(
    '/api/channels/emulator',
    { config: manage, schema: { tags, summary: 'Connect a number of the emulator', response: { 201: Channel } } },
    async (request, reply) => reply.code(201).send(await connectEmulator(ctx, request)),
  )
}
