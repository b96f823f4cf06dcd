import { defineCounter, defineTimes } from '../../../platform/counters.ts'

/** What the way in and the way out count. Another kind of channel is another value of `channel`. */
const channel = ['whatsapp_cloud'] as const
export const CHANNEL = { channel: 'whatsapp_cloud' } as const

export const deliveriesCounted = defineCounter('webhook_deliveries', 'Deliveries of the provider: durable, signature refused, or not stored.', {
  channel,
  outcome: ['accepted', 'refused', 'failed'],
})
export const understandingCounted = defineCounter(
  'webhook_understood',
  'Stored deliveries that were worked off: whole, with unknown parts, or failed (tried again).',
  {
    channel,
    outcome: ['whole', 'partly', 'failed'],
  },
)
export const receivedCounted = defineCounter('messages_received', 'New messages of customers.', { channel })
export const sentCounted = defineCounter('messages_sent', 'Tries to send a message, by how they ended.', {
  channel,
  outcome: ['accepted', 'refused', 'unreached', 'unknown'],
})
export const callTimes = defineTimes('send_call', 'How long the provider took to answer a try to send.', { channel }, [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30])
export const sendTimes = defineTimes(
  'send_latency',
  'From the moment at which a message was accepted from its writer until the provider took it; waiting for a pace included.',
  { channel },
  [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
)
