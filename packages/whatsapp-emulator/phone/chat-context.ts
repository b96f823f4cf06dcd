import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { BusinessNumber, Customer, CustomerMessage, Group } from '../src/emulator-types.ts'
import { attempt, sendMessage } from './api-client.ts'
import type { PageState } from './page-state.ts'

/** What the parts of one phone share. */
export interface ChatContext {
  state: PageState
  customer: Customer
  number: BusinessNumber
  /** Set while the phone shows a group instead of the chat with the business. */
  group: Group | null
  /** The phone's screen: sheets are put into it. */
  screen: HTMLElement
  find(id: string): PhoneMessage | undefined
  send(message: CustomerMessage): void
  startReply(message: PhoneMessage): void
  startEdit(message: PhoneMessage): void
  scrollTo(id: string): void
  /** Shows a group, or with null the chat with the business again. */
  showGroup(groupId: string | null): void
}

/** Sends a message of this phone's customer; a failure is shown at the foot of the page. */
export function sendFrom(customer: Customer, number: BusinessNumber, message: CustomerMessage): void {
  attempt(sendMessage(number.phoneNumberId, customer.waId, message), 'A mensagem não foi enviada')
}

/** True for what this phone's customer wrote; in a group others write too. */
export function isMine(context: ChatContext, message: PhoneMessage): boolean {
  return message.direction === 'inbound' && (message.sender === undefined || message.sender === context.customer.waId)
}

/** Who wrote a message, as this phone would say. */
export function nameAuthor(context: ChatContext, message: PhoneMessage): string {
  if (isMine(context, message)) return 'Você'
  if (message.direction === 'outbound') return context.number.verifiedName
  return context.state.customers.find((entry) => entry.waId === message.sender)?.name ?? 'Participante'
}

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !/^(da|de|do|das|dos|e)$/i.test(word))
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0]?.toUpperCase() ?? '').join('') || '#'
}
