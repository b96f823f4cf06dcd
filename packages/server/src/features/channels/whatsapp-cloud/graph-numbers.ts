import { z } from 'zod'
import { createGraphCaller, GraphFailure, type GraphOptions } from './graph.ts'
import { classifyNetworkError, type Failure, readGraphError, readLimited } from './graph-call.ts'

/** Reads what is there and of the right kind; a field of another shape counts as absent. */
const text = z.string().optional().catch(undefined)
const flag = z.boolean().optional().catch(undefined)
const HealthError = z.looseObject({ error_code: z.number().optional().catch(undefined), error_description: text, possible_solution: text })
const HealthStatus = z
  .looseObject({
    can_send_message: text,
    entities: z.array(z.looseObject({ entity_type: text, id: text, can_send_message: text, errors: z.array(HealthError).catch([]) })).catch([]),
  })
  .optional()
  .catch(undefined)

const NumberNode = z.looseObject({
  id: z.string(),
  display_phone_number: text,
  verified_name: text,
  status: text,
  quality_rating: text,
  name_status: text,
  new_name_status: text,
  platform_type: text,
  throughput: z.looseObject({ level: text }).optional().catch(undefined),
  whatsapp_business_manager_messaging_limit: text,
  messaging_limit_tier: text,
  is_pin_enabled: flag,
  is_on_biz_app: flag,
  username: text,
  last_onboarded_time: text,
  health_status: HealthStatus,
  webhook_configuration: z.looseObject({ phone_number: text, whatsapp_business_account: text, application: text }).optional().catch(undefined),
})
export type NumberDetails = z.infer<typeof NumberNode>
const AccountNode = z.looseObject({ id: z.string(), account_review_status: text, health_status: HealthStatus })
export type AccountDetails = z.infer<typeof AccountNode>
const Profile = z.looseObject({
  about: text,
  address: text,
  description: text,
  email: text,
  websites: z.array(z.string()).optional().catch(undefined),
  vertical: text,
  profile_picture_url: text,
})
export type ProfileNode = z.infer<typeof Profile>
const Profiles = z.looseObject({ data: z.array(Profile) })
const Upload = z.looseObject({ id: z.string() })
const Handle = z.looseObject({ h: z.string() })

const NUMBER_FIELDS =
  'id,display_phone_number,verified_name,status,quality_rating,name_status,new_name_status,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_pin_enabled,is_on_biz_app,last_onboarded_time,health_status,webhook_configuration'
/** What every version and every token may read. */
const PLAIN_NUMBER_FIELDS = 'id,display_phone_number,verified_name,status,quality_rating,platform_type,throughput'
const ACCOUNT_FIELDS = 'id,account_review_status,health_status'
const PROFILE_FIELDS = 'about,address,description,email,websites,vertical,profile_picture_url'
const UPLOAD_TIMEOUT_MS = 60_000
const ONLY_ANSWER = 64_000

const refusedFields = (e: unknown) => e instanceof GraphFailure && e.failure.outcome === 'refused' && e.failure.error.code === 100

/** Sends the bytes of a resumable upload; this one call wants `OAuth` instead of `Bearer` (Graph API, resumable uploads). */
async function sendBytes(url: string, { accessToken, outgoing }: GraphOptions, bytes: Buffer): Promise<string> {
  const fail = (failure: Failure): never => {
    throw new GraphFailure(failure)
  }
  const response = await outgoing
    .fetch(url, {
      method: 'POST',
      headers: { authorization: `OAuth ${accessToken}`, file_offset: '0', 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
      signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
    })
    .catch((e) => fail(classifyNetworkError(e)))
  const answer = await readLimited(response, ONLY_ANSWER).then(
    (b) => b.toString('utf8'),
    () => '',
  )
  const body = await Promise.resolve(answer)
    .then(JSON.parse)
    .catch(() => undefined)
  const handle = Handle.safeParse(body)
  if (response.ok && handle.success) return handle.data.h
  const error = readGraphError(body, response.status)
  return fail(error ? { outcome: 'refused', error } : { outcome: 'unknown', reason: `HTTP ${response.status}` })
}

/** The part of Graph that is about a number itself: how it is, its profile, its registration. @throws GraphFailure in every verb */
export function createNumberGraph(options: GraphOptions) {
  const { at, ask } = createGraphCaller(options)
  const post = async (url: string, json: object): Promise<void> => {
    await ask(url, z.unknown(), { method: 'POST', json })
  }
  const product = { messaging_product: 'whatsapp' }

  return {
    /** Fields that this version or token does not know are left out, rather than knowing nothing. */
    readNumber: (phoneNumberId: string): Promise<NumberDetails> =>
      ask(`${at(phoneNumberId)}?fields=${NUMBER_FIELDS}`, NumberNode).catch((e) => {
        if (!refusedFields(e)) throw e
        return ask(`${at(phoneNumberId)}?fields=${PLAIN_NUMBER_FIELDS}`, NumberNode)
      }),
    readAccount: (wabaId: string): Promise<AccountDetails> => ask(`${at(wabaId)}?fields=${ACCOUNT_FIELDS}`, AccountNode),

    readProfile: async (phoneNumberId: string): Promise<ProfileNode> =>
      (await ask(`${at(phoneNumberId, 'whatsapp_business_profile')}?fields=${PROFILE_FIELDS}`, Profiles)).data[0] ?? {},
    changeProfile: (phoneNumberId: string, change: object) => post(at(phoneNumberId, 'whatsapp_business_profile'), { ...product, ...change }),

    /** Answers the handle that a profile takes as its picture. */
    async uploadPicture(appId: string, file: { data: Buffer; mime: string }): Promise<string> {
      const query = new URLSearchParams({ file_name: 'profile', file_length: String(file.data.length), file_type: file.mime })
      const { id } = await ask(`${at(appId, 'uploads')}?${query}`, Upload, { method: 'POST', json: {} })
      // The id is a path of its own kind (`upload:…?sig=…`) and goes as it is.
      return sendBytes(`${at('')}${id}`, options, file.data)
    },

    requestCode: (phoneNumberId: string, method: 'SMS' | 'VOICE') => post(at(phoneNumberId, 'request_code'), { code_method: method, language: 'pt_BR' }),
    verifyCode: (phoneNumberId: string, code: string) => post(at(phoneNumberId, 'verify_code'), { code }),
    register: (phoneNumberId: string, pin: string) => post(at(phoneNumberId, 'register'), { ...product, pin }),
    deregister: (phoneNumberId: string) => post(at(phoneNumberId, 'deregister'), {}),
    setPin: (phoneNumberId: string, pin: string) => post(at(phoneNumberId), { pin }),
    /** Once each, within 24 hours after the number was connected (Cloud API, coexistence). */
    startSync: (phoneNumberId: string, kind: 'smb_app_state_sync' | 'history') => post(at(phoneNumberId, 'smb_app_data'), { ...product, sync_type: kind }),
  }
}
