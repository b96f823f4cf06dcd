import { z } from 'zod'
import type { Outgoing } from '../../../platform/outgoing/outgoing.ts'
import { type CallInit, type CallResult, callGraph, classifyNetworkError, type Failure, readGraphError, readLimited } from './graph-call.ts'

export type { Failure } from './graph-call.ts'

/** A failed call, for verbs that return their value. The message carries no address and no token. */
export class GraphFailure extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(
      failure.outcome === 'refused'
        ? `graph refused: ${failure.error.code ?? failure.error.httpStatus} ${failure.error.title}`
        : `graph ${failure.outcome}: ${failure.reason}`,
    )
    this.name = 'GraphFailure'
    this.failure = failure
  }
}

export type GraphOptions = { graphUrl: string; graphVersion: string; accessToken: string; timeoutMs?: number; outgoing: Outgoing }

/** `accepted` means that Meta took it (a `failed` status may still follow); see `Failure` for the rest. */
export type SendResult = { outcome: 'accepted'; providerId: string; waId?: string; userId?: string } | Failure

const MEDIA_TIMEOUT_MS = 180_000

const NumberNode = z.looseObject({
  id: z.string(),
  display_phone_number: z.string().optional(),
  verified_name: z.string().optional(),
  status: z.string().optional(),
  platform_type: z.string().optional(),
})
export type NumberNode = z.infer<typeof NumberNode>
const TokenNode = z.looseObject({
  data: z.looseObject({
    is_valid: z.boolean(),
    /** Seconds since 1970; 0 means never. */
    expires_at: z.number().optional(),
    app_id: z.string().optional(),
    scopes: z.array(z.string()).optional(),
  }),
})
const SubscribedApps = z.looseObject({
  data: z.array(
    z.looseObject({
      whatsapp_business_api_data: z.looseObject({ id: z.string().optional(), name: z.string().optional() }).optional(),
      override_callback_uri: z.string().optional(),
    }),
  ),
})
const MediaNode = z.looseObject({
  id: z.string(),
  url: z.string(),
  mime_type: z.string().optional(),
  sha256: z.string().optional(),
  file_size: z.coerce.number().optional(),
})
const Uploaded = z.looseObject({ id: z.string() })
const Sent = z.looseObject({
  contacts: z.array(z.looseObject({ wa_id: z.string().optional(), user_id: z.string().optional() })).optional(),
  messages: z.array(z.looseObject({ id: z.string().min(1) })).min(1),
})

const NUMBER_FIELDS = 'id,display_phone_number,verified_name,status,platform_type'
/** Where Meta serves media from. The token must not travel to an address that somebody else wrote into a webhook. */
const META_HOSTS = ['fbsbx.com', 'fbcdn.net', 'facebook.com', 'whatsapp.net']

/** May the token travel to this address? */
export const isOwnHost = (url: URL, graph: URL): boolean =>
  url.origin === graph.origin || (url.protocol === 'https:' && META_HOSTS.some((h) => url.hostname === h || url.hostname.endsWith(`.${h}`)))

const refusal = (title: string, httpStatus = 0): GraphFailure =>
  new GraphFailure({ outcome: 'refused', error: { code: null, title, details: '', httpStatus, transient: false } })

async function download(url: string, o: GraphOptions, maxBytes: number): Promise<{ data: Buffer; mime: string }> {
  if (!URL.canParse(url) || !isOwnHost(new URL(url), new URL(o.graphUrl))) throw refusal('download address refused')
  const signal = AbortSignal.timeout(MEDIA_TIMEOUT_MS)
  const headers = { authorization: `Bearer ${o.accessToken}` }
  // A chunk more than may be read: the reader's own limit speaks first.
  const response = await o.outgoing.fetch(url, { headers, signal, maxBytes: maxBytes + 1_048_576 }).catch((e) => {
    throw new GraphFailure(classifyNetworkError(e))
  })
  const mime = response.headers.get('content-type') ?? 'application/octet-stream'
  if (response.status !== 200) {
    const text = await readLimited(response, 64_000).then(
      (b) => b.toString('utf8'),
      () => '',
    )
    const error = mime.includes('json') ? readGraphError(safeJson(text), response.status) : undefined
    throw error ? new GraphFailure({ outcome: 'refused', error }) : refusal(`HTTP ${response.status}`, response.status)
  }
  const data = await readLimited(response, maxBytes).catch((e) => {
    throw e instanceof TypeError || (e instanceof Error && e.name === 'TimeoutError') ? new GraphFailure(classifyNetworkError(e)) : e
  })
  return { data, mime }
}

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readSent(result: CallResult): SendResult {
  if (result.outcome !== 'answered') return result
  const sent = Sent.safeParse(result.body).data
  const providerId = sent?.messages[0]?.id
  if (!providerId) return { outcome: 'unknown', reason: 'accepted without a message id' }
  const contact = sent.contacts?.[0]
  return {
    outcome: 'accepted',
    providerId,
    ...(contact?.wa_id ? { waId: contact.wa_id } : {}),
    ...(contact?.user_id ? { userId: contact.user_id } : {}),
  }
}

/** The caller under every verb that asks Graph something: one base address, one token. */
export function createGraphCaller(options: GraphOptions) {
  const base = `${options.graphUrl.replace(/\/+$/, '')}/${options.graphVersion}`
  const target = { accessToken: options.accessToken, timeoutMs: options.timeoutMs ?? 15_000, outgoing: options.outgoing }
  /** The address of these parts, each encoded. */
  const at = (...parts: string[]) => [base, ...parts.map(encodeURIComponent)].join('/')
  const call = (url: string, init?: CallInit): Promise<CallResult> => callGraph(url, target, init)

  /** Calls and reads the answer by its shape. @throws GraphFailure */
  async function ask<T extends z.ZodType>(url: string, shape: T, init?: CallInit): Promise<z.infer<T>> {
    const result = await call(url, init)
    if (result.outcome !== 'answered') throw new GraphFailure(result)
    const parsed = shape.safeParse(result.body)
    if (!parsed.success) throw new GraphFailure({ outcome: 'unknown', reason: 'answer of another shape' })
    return parsed.data
  }
  return { at, call, ask }
}

/**
 * Meta's Graph API for one number's token. Every verb but `sendMessage` throws GraphFailure; `downloadMedia` also TooLarge.
 * Never call one inside a database transaction.
 */
export function createGraph(options: GraphOptions) {
  const { at, call, ask } = createGraphCaller(options)

  return {
    getNumber: (phoneNumberId: string): Promise<NumberNode> => ask(`${at(phoneNumberId)}?fields=${NUMBER_FIELDS}`, NumberNode),

    /** The token about itself. Meta documents only the query for `input_token`; this address is never logged. */
    debugToken: async () => (await ask(`${at('debug_token')}?input_token=${encodeURIComponent(options.accessToken)}`, TokenNode)).data,

    getSubscribedApps: async (wabaId: string) => (await ask(at(wabaId, 'subscribed_apps'), SubscribedApps)).data,

    /** Meta does the handshake with an override's address before it answers. */
    async subscribeApp(wabaId: string, override?: { callbackUrl: string; verifyToken: string }): Promise<void> {
      const json = override ? { override_callback_uri: override.callbackUrl, verify_token: override.verifyToken } : {}
      await ask(at(wabaId, 'subscribed_apps'), z.unknown(), { method: 'POST', json })
    },

    sendMessage: async (phoneNumberId: string, body: object): Promise<SendResult> =>
      readSent(await call(at(phoneNumberId, 'messages'), { method: 'POST', json: { messaging_product: 'whatsapp', ...body } })),

    /** Marks this message and the earlier ones of the chat as read; `typing` also shows "typing" for up to 25 s. */
    async markRead(phoneNumberId: string, providerMessageId: string, { typing = false }: { typing?: boolean } = {}): Promise<void> {
      const json = {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: providerMessageId,
        ...(typing ? { typing_indicator: { type: 'text' } } : {}),
      }
      await ask(at(phoneNumberId, 'messages'), z.unknown(), { method: 'POST', json })
    },

    uploadMedia(phoneNumberId: string, file: { data: Buffer; mime: string; filename: string }): Promise<{ id: string }> {
      const form = new FormData()
      form.set('messaging_product', 'whatsapp')
      form.set('type', file.mime)
      form.set('file', new File([new Uint8Array(file.data)], file.filename, { type: file.mime }))
      return ask(at(phoneNumberId, 'media'), Uploaded, { method: 'POST', form, timeoutMs: MEDIA_TIMEOUT_MS })
    },

    /** Its `url` works for five minutes, with the token. */
    getMedia: (mediaId: string, phoneNumberId: string) => ask(`${at(mediaId)}?phone_number_id=${encodeURIComponent(phoneNumberId)}`, MediaNode),

    downloadMedia: (url: string, maxBytes: number) => download(url, options, maxBytes),
  }
}
export type Graph = ReturnType<typeof createGraph>
