import type { EmulatorState } from '../src/control/control-types.ts'
import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { ChatMessage, CustomerMessage, MediaFile } from '../src/emulator-types.ts'
import { showNotice } from './dom.ts'

/** One request to the control API; throws with the emulator's own words when it is refused. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData
  const answer = await fetch(`/control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    ...(body === undefined || form ? {} : { headers: { 'content-type': 'application/json' } }),
  })
  const parsed = (await answer.json()) as T & { error?: { message: string } }
  if (!answer.ok) throw new Error(parsed.error?.message ?? `HTTP ${answer.status}`)
  return parsed
}

/** Runs a request and says so when it fails; the page goes on. */
export function attempt(work: Promise<unknown>, what: string): void {
  work.catch((error: unknown) => showNotice(`${what}: ${error instanceof Error ? error.message : String(error)}`))
}

/** Runs a POST and says so when it fails. */
export function post(path: string, body: object, what: string): void {
  attempt(call('POST', path, body), what)
}

export const readState = (): Promise<EmulatorState> => call('GET', 'state')

export const readMessages = (phoneNumberId: string, customer: string): Promise<{ messages: PhoneMessage[] }> =>
  call('GET', `messages?${new URLSearchParams({ phoneNumberId, customer, limit: '300' })}`)

export const sendMessage = (phoneNumberId: string, from: string, message: CustomerMessage): Promise<ChatMessage> =>
  call('POST', 'messages', { phoneNumberId, from, message })

export const sendTyping = (phoneNumberId: string, from: string, state: 'start' | 'stop'): Promise<unknown> =>
  call('POST', 'typing', { phoneNumberId, from, state })

export const openChat = (phoneNumberId: string, from: string, open: boolean): Promise<unknown> =>
  call('POST', 'open', { phoneNumberId, from, open, by: 'page' })

export const setOnline = (from: string, online: boolean): Promise<unknown> => call('POST', 'online', { from, online })

export const markPlayed = (id: string): Promise<unknown> => call('POST', `messages/${encodeURIComponent(id)}/played`, {})

export const saveCustomer = (customer: {
  name: string
  phone: string
  waId?: string
  phoneNumberId?: string
  readReceipts?: boolean
  onDesk?: boolean
}): Promise<unknown> => call('POST', 'customers', customer)

export const removeCustomer = (waId: string): Promise<unknown> => call('DELETE', `customers/${waId}`)

/** Uploads a file of the customer and gives its media id. */
export async function uploadMedia(phoneNumberId: string, file: Blob, filename: string, mimeType: string): Promise<MediaFile> {
  const form = new FormData()
  form.append('phoneNumberId', phoneNumberId)
  form.append('type', mimeType)
  form.append('file', new Blob([file], { type: mimeType.split(';')[0] }), filename)
  return call('POST', 'media', form)
}

/** Path of something a customer does, e.g. `block`. */
export const customerPath = (waId: string, what: string): string => `customers/${encodeURIComponent(waId)}/${what}`

/** Path of something done to a message, e.g. `edit`. */
export const messagePath = (id: string, what: string): string => `messages/${encodeURIComponent(id)}/${what}`
