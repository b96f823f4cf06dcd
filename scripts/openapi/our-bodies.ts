import { messageBody, type Outgoing } from '../../packages/server/src/features/channels/whatsapp-cloud/message-body.ts'

const media = (filename: string | null = null, voice = false) => ({ providerMediaId: '1000000000', filename, voice })
const outgoing = (type: string, more: Partial<Outgoing> = {}): Outgoing => ({
  id: '0199aaaa-0000-7000-8000-000000000000',
  type,
  body: null,
  content: {},
  quotedProviderId: null,
  media: null,
  inside: new Map(),
  ...more,
})

const INTERACTIVE = [
  { kind: 'buttons', body: 'Quando?', buttons: [{ id: '1', title: 'Hoje' }] },
  { kind: 'list', body: 'Quartos', button: 'Ver', sections: [{ title: 'Casal', rows: [{ id: 'a', title: 'Vista mar' }] }] },
  { kind: 'cta_url', body: 'O site', action: { kind: 'cta_url', label: 'Abrir', url: 'https://example.com' } },
  { kind: 'location_request', body: 'Onde?' },
]

/** Messages as our server's Graph client writes them. */
export function listOurBodies(): object[] {
  const messages = [
    outgoing('text', { body: 'Olá https://example.com', quotedProviderId: 'wamid.x' }),
    outgoing('image', { body: 'praia', media: media() }),
    outgoing('video', { media: media() }),
    outgoing('document', { media: media('conta.pdf') }),
    outgoing('audio', { media: media(null, true) }),
    outgoing('sticker', { media: media() }),
    outgoing('location', { content: { location: { latitude: -23, longitude: -45, name: 'Pousada', address: 'Rua 1' } } }),
    outgoing('contacts', { content: { contacts: [{ name: 'Ana Lima', phones: [{ phone: '+5511900000000' }] }] } }),
    outgoing('reaction', { content: { emoji: '👍' }, quotedProviderId: 'wamid.x' }),
    ...INTERACTIVE.map((interactive) => outgoing('interactive', { content: { interactive } })),
  ]
  return messages.map((message) => ({ messaging_product: 'whatsapp', ...messageBody({ phone: '5511987654321', bsuid: null, group: null }, message) }))
}
