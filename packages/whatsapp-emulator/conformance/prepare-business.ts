import { expect } from 'vitest'
import { DEFAULT_NUMBER } from '../src/default-number.ts'
import type { ChatMessage } from '../src/emulator-types.ts'
import type { JsonObject } from '../src/json.ts'
import { prepareSamples } from '../src/testing/prepare-samples.ts'
import type { SampleIds } from '../src/testing/sample-messages.ts'
import { MARINA, type Pair, startPair } from '../src/testing/start-pair.ts'
import { waitFor } from '../src/testing/start-receiver.ts'

export const PNID = DEFAULT_NUMBER.phoneNumberId
export const WABA = DEFAULT_NUMBER.wabaId
export const CATALOG = '1234567890'

/** The emulator looks at the declared type, and so does Meta at first. */
export const FILES = { image: { bytes: Buffer.from('iVBORw0KGgo=', 'base64'), type: 'image/png' } } as const

export interface Business extends Pair {
  /** Media id of each kind. */
  media: SampleIds
  flowId: string
  /** A message of the customer, to answer, to react to and to mark as read. */
  inboundId: string
  /** A file that can be sent by link. */
  link: string
  /** Checks that the phone has the message and that the three statuses came; gives what the phone has. */
  arrives(id: string | undefined, type: string): Promise<ChatMessage>
}

/** An emulator with an open chat, files, an approved template and a published flow: everything a client can use. */
export async function prepareBusiness(): Promise<Business> {
  const pair = await startPair({ scenario: { autoRead: true, templateReviewMs: 1 } })
  const { emulator, graph, receiver } = pair
  const ids = await prepareSamples(pair)
  const created = await graph('POST', `${WABA}/message_templates`, BOOKING)
  expect(created.status).toBe(200)
  await waitFor(() => JSON.stringify(receiver.changes()).includes('"APPROVED"'))
  return {
    ...pair,
    media: ids,
    flowId: ids.flow,
    inboundId: ids.inbound,
    link: `${emulator.url}/phone/samples/praia.jpg`,
    async arrives(id, type) {
      expect(id).toMatch(/^wamid\./)
      await waitFor(() => receiver.statuses(id).length === (type === 'reaction' ? 1 : 3))
      expect(receiver.statuses(id).map((status) => status.status)).toEqual(type === 'reaction' ? ['sent'] : ['sent', 'delivered', 'read'])
      const message = emulator.control.listMessages(MARINA).find((entry) => entry.id === id)
      expect(message?.type).toBe(type)
      if (!message) throw new Error(`message ${id} is not on the phone`)
      return message
    },
  }
}

/** Calling is switched on and the customer allowed calls for good. */
export async function allowCalls({ emulator, graph }: Business): Promise<void> {
  await graph('POST', `${PNID}/settings`, { calling: { status: 'ENABLED' } })
  const call_permission_reply = { response: 'accept', is_permanent: true, response_source: 'user_action' }
  emulator.control.sendAs(MARINA, { type: 'interactive', interactive: { type: 'call_permission_reply', call_permission_reply } })
}

/** A template with a header, two variables and two buttons. */
export const BOOKING: JsonObject = {
  name: 'reserva_confirmada',
  language: 'pt_BR',
  category: 'UTILITY',
  components: [
    { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW1hZ2U='] } },
    { type: 'BODY', text: 'Olá {{1}}, a sua reserva {{2}} está confirmada.', example: { body_text: [['Marina', '42']] } },
    { type: 'FOOTER', text: 'Pousada Recanto do Mar' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Obrigada' },
        { type: 'URL', text: 'Ver reserva', url: 'https://example.com/r/{{1}}', example: ['https://example.com/r/42'] },
      ],
    },
  ],
}

/** Components of a send of `BOOKING`, as the API wants them. */
export function bookingParameters(imageId: string): JsonObject[] {
  return [
    { type: 'header', parameters: [{ type: 'image', image: { id: imageId } }] },
    {
      type: 'body',
      parameters: [
        { type: 'text', text: 'Marina' },
        { type: 'text', text: '42' },
      ],
    },
    { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'thanks' }] },
    { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: '42' }] },
  ]
}
