import type { BusinessNumber, Customer } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { keyOfChat } from '../state/world.ts'
import { buildMetadata, identifyCustomer } from '../webhooks/build-webhook-values.ts'

/** Queues the emulator-only webhook that a customer is typing. Meta has nothing like it. */
export function queueTyping(engine: Engine, number: BusinessNumber, customer: Customer, state: 'start' | 'stop'): void {
  const { world, webhooks } = engine
  if (!world.scenario.typingWebhook) return
  const shown = identifyCustomer(world, number, customer.waId)
  webhooks.queue({
    phoneNumberId: number.phoneNumberId,
    wabaId: number.wabaId,
    field: 'emulator_typing',
    value: {
      messaging_product: 'whatsapp',
      metadata: buildMetadata(number),
      typing: { ...(shown.phone ? { from: shown.phone } : {}), ...(shown.userId ? { from_user_id: shown.userId } : {}), state },
    },
    inboundIds: [],
    lane: keyOfChat(number.phoneNumberId, customer.waId),
  })
}
