import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'

export const ChannelStatus = z.enum(['pending', 'connected', 'error', 'disabled'])
const graphId = z
  .string()
  .trim()
  .regex(/^\d{3,32}$/, 'digits only')

export const Channel = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.literal('whatsapp_cloud'),
    status: ChannelStatus,
    phoneNumberId: z.string(),
    wabaId: z.string(),
    displayPhoneNumber: z.string().nullable(),
    verifiedName: z.string().nullable(),
    graphUrl: z.string(),
    graphVersion: z.string(),
    /** True when it talks to the emulator. */
    emulator: z.boolean(),
    /** When Meta (or the emulator) last shook hands with our webhook using this channel's verify token. */
    handshakeAt: Time.nullable(),
    lastWebhookAt: Time.nullable(),
    lastError: z.string().nullable(),
    createdAt: Time,
  })
  .meta({ id: 'Channel' })
export type Channel = z.infer<typeof Channel>

/** Shown to who may manage channels: what to paste at Meta. Secrets are never sent back. */
export const ChannelSetup = z
  .object({ webhookUrl: z.string(), verifyToken: z.string(), hasAccessToken: z.boolean(), hasAppSecret: z.boolean() })
  .meta({ id: 'ChannelSetup' })

export const CloudCredentials = z.object({
  phoneNumberId: graphId,
  wabaId: graphId,
  accessToken: z.string().trim().min(10).max(1000),
  graphUrl: z.url().max(300).optional(),
  graphVersion: z
    .string()
    .regex(/^v\d{2}\.\d$/)
    .optional(),
})
export const CreateChannelInput = CloudCredentials.extend({
  name: z.string().trim().min(1).max(80),
  appSecret: z.string().trim().min(8).max(200).optional(),
  /** Made by us when absent. */
  verifyToken: z.string().trim().min(8).max(200).optional(),
}).meta({ id: 'CreateChannelInput' })
export const UpdateChannelInput = z
  .object({
    name: z.string().trim().min(1).max(80).optional(),
    accessToken: z.string().trim().min(10).max(1000).optional(),
    appSecret: z.string().trim().min(8).max(200).optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'UpdateChannelInput' })
export const TestChannelInput = CloudCredentials.meta({ id: 'TestChannelInput' })
/** Answer of Graph to the credentials; each check says what to do when it fails. */
export const ChannelTest = z
  .object({
    ok: z.boolean(),
    displayPhoneNumber: z.string().nullable(),
    verifiedName: z.string().nullable(),
    checks: z.array(z.object({ name: z.enum(['number', 'token', 'subscription']), ok: z.boolean(), message: z.string() })),
  })
  .meta({ id: 'ChannelTest' })
export type ChannelTest = z.infer<typeof ChannelTest>

/** A delivery as it came; `body` only in the detail, for admins. */
export const WebhookEvent = z
  .object({
    id: Id,
    channelId: Id.nullable(),
    receivedAt: Time,
    processedAt: Time.nullable(),
    status: z.enum(['waiting', 'processed', 'not_understood', 'failed']),
    summary: z.string(),
    error: z.string().nullable(),
    attempts: z.int(),
  })
  .meta({ id: 'WebhookEvent' })
export type WebhookEvent = z.infer<typeof WebhookEvent>
export const WebhookEventDetail = WebhookEvent.extend({ body: z.string() }).meta({ id: 'WebhookEventDetail' })
export const WebhookEventsQuery = PageQuery.extend({ status: z.enum(['any', 'problem']).default('any') })
