import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'

export const ChannelStatus = z.enum(['pending', 'connected', 'error', 'disabled'])
const graphId = z
  .string()
  .trim()
  .regex(/^\d{3,32}$/, 'digits only')

export const QualityRating = z.enum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN'])

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
    quality: QualityRating,
    /** The number was given up (moved elsewhere); its history stays readable here, nothing can be sent. */
    releasedAt: Time.nullable(),
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

/** Meta's states of a number; one we do not know counts as not usable (Cloud API, phone numbers). */
export const NumberStatus = z.enum([
  'CONNECTED',
  'PENDING',
  'DISCONNECTED',
  'FLAGGED',
  'RESTRICTED',
  'RATE_LIMITED',
  'BANNED',
  'MIGRATED',
  'DELETED',
  'UNKNOWN',
])
/** How a channel is, for its page. Read from Meta at `checkedAt`, and changed by account webhooks as they come. */
export const ChannelHealth = z
  .object({
    numberStatus: NumberStatus.nullable(),
    quality: QualityRating,
    nameStatus: z.string().nullable(),
    /** The name that was asked for last, while it differs from the one shown. */
    requestedName: z.string().nullable(),
    username: z.string().nullable(),
    /** People per day that may be written to outside a window; null unknown, -1 unlimited. */
    messagingLimit: z.int().nullable(),
    /** Messages per second that the number may send and receive. */
    throughput: z.int().nullable(),
    canSend: z.enum(['AVAILABLE', 'LIMITED', 'BLOCKED']).nullable(),
    healthProblems: z.array(z.object({ entity: z.string(), title: z.string(), action: z.string() })),
    reviewStatus: z.string().nullable(),
    restrictions: z.array(z.object({ kind: z.string(), title: z.string(), until: Time.nullable(), remediation: z.string().nullable() })),
    /** How many numbers the account may have; -1 unlimited. */
    maxNumbers: z.int().nullable(),
    /** The number also lives in the WhatsApp Business app. */
    coexistence: z.boolean(),
    /** Bringing contacts and chats of the Business app: once each, within 24 h after connecting (Cloud API, coexistence). */
    sync: z.object({
      until: Time.nullable(),
      contactsAt: Time.nullable(),
      historyAt: Time.nullable(),
      /** 0 to 100. */
      progress: z.int().nullable(),
      error: z.string().nullable(),
    }),
    pinEnabled: z.boolean().nullable(),
    registered: z.boolean().nullable(),
    webhook: z.object({
      subscribed: z.boolean().nullable(),
      ours: z.boolean().nullable(),
      url: z.string().nullable(),
      handshakeAt: Time.nullable(),
      lastAt: Time.nullable(),
    }),
    token: z.object({ valid: z.boolean().nullable(), expiresAt: Time.nullable(), missingScopes: z.array(z.string()) }),
    /** Failed sends of the last 24 hours by reason, most frequent first. */
    errors: z.array(z.object({ code: z.int().nullable(), title: z.string(), action: z.string(), count: z.int(), lastAt: Time })),
    /** The newest account events, for people. */
    events: z.array(z.object({ id: Id, field: z.string(), title: z.string(), understood: z.boolean(), at: Time })),
    checkedAt: Time.nullable(),
  })
  .meta({ id: 'ChannelHealth' })
export type ChannelHealth = z.infer<typeof ChannelHealth>

/** The company's profile on WhatsApp (limits: Cloud API, business profiles). */
export const BusinessProfile = z
  .object({
    about: z.string().max(139),
    address: z.string().max(256),
    description: z.string().max(512),
    email: z.string().max(128),
    websites: z.array(z.string().max(256)).max(2),
    vertical: z.string().max(40),
    pictureUrl: z.string().nullable(),
  })
  .meta({ id: 'BusinessProfile' })
export type BusinessProfile = z.infer<typeof BusinessProfile>
export const UpdateProfileInput = BusinessProfile.omit({ pictureUrl: true })
  .partial()
  .extend({ pictureMediaId: Id.optional() })
  .meta({ id: 'UpdateProfileInput' })
const Pin = z.string().regex(/^\d{6}$/, 'six digits')
export const RegisterNumberInput = z.object({ pin: Pin }).meta({ id: 'RegisterNumberInput' })
export const SetPinInput = z.object({ pin: Pin }).meta({ id: 'SetPinInput' })
export const RequestCodeInput = z.object({ method: z.enum(['SMS', 'VOICE']) }).meta({ id: 'RequestCodeInput' })
/** `contacts` and `history` of the WhatsApp Business app on the same number. */
export const SyncNumberInput = z.object({ kind: z.enum(['contacts', 'history']) }).meta({ id: 'SyncNumberInput' })
export const VerifyCodeInput = z.object({ code: z.string().regex(/^\d{4,8}$/) }).meta({ id: 'VerifyCodeInput' })

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
