import type { BusinessNumber, ChatMessage, Customer, CustomerMessage } from '../src/emulator-types.ts'
import { attempt, sendMessage } from './api-client.ts'
import type { PageState } from './page-state.ts'

/** What the parts of one phone share. */
export interface ChatContext {
  state: PageState
  customer: Customer
  number: BusinessNumber
  /** The phone's screen: sheets are put into it. */
  screen: HTMLElement
  find(id: string): ChatMessage | undefined
  send(message: CustomerMessage): void
  startReply(message: ChatMessage): void
  scrollTo(id: string): void
}

/** Sends a message of this phone's customer; a failure is shown at the foot of the page. */
export function sendFrom(customer: Customer, number: BusinessNumber, message: CustomerMessage): void {
  attempt(sendMessage(number.phoneNumberId, customer.waId, message), 'A mensagem não foi enviada')
}

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !/^(da|de|do|das|dos|e)$/i.test(word))
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0]?.toUpperCase() ?? '').join('') || '#'
}
