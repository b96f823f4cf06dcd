import { attempt, sendTyping } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'

const AGAIN_MS = 5_000
const ENDS_MS = 3_500

/** Tells the business that the customer is typing: at the start, now and then, and at the end. */
export function createTypingReporter(context: ChatContext): { typed(empty: boolean): void; end(): void } {
  let since = 0
  let timer = 0
  const report = (state: 'start' | 'stop'): void =>
    attempt(sendTyping(context.number.phoneNumberId, context.customer.waId, state), 'Sem ligação com o emulador')
  function end(): void {
    clearTimeout(timer)
    if (since > 0) report('stop')
    since = 0
  }
  return {
    end,
    typed(empty) {
      clearTimeout(timer)
      if (empty) {
        end()
        return
      }
      if (Date.now() - since > AGAIN_MS) {
        since = Date.now()
        report('start')
      }
      timer = window.setTimeout(end, ENDS_MS)
    },
  }
}
