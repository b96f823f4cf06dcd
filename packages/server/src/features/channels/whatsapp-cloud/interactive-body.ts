import { SendInteractive } from '@atende/contracts/messages'

type ByKind<K extends SendInteractive['kind']> = Extract<SendInteractive, { kind: K }>
/** Meta's ids of our media, by our ids. */
export type Uploaded = ReadonlyMap<string, { providerMediaId: string; filename: string | null }>

function mediaObject(kind: 'image' | 'video' | 'document', id: string, uploaded: Uploaded): object {
  const found = uploaded.get(id)
  if (!found) throw new Error('interactive: a media was not uploaded')
  return { type: kind, [kind]: { id: found.providerMediaId, ...(kind === 'document' && found.filename ? { filename: found.filename } : {}) } }
}

const headerOf = (header: ByKind<'buttons'>['header'] | ByKind<'list'>['header'], uploaded: Uploaded): object =>
  header ? { header: header.kind === 'text' ? { type: 'text', text: header.text } : mediaObject(header.kind, header.media, uploaded) } : {}
const footerOf = (footer: string | undefined): object => (footer ? { footer: { text: footer } } : {})
const linkAction = (label: string, url: string) => ({ name: 'cta_url', parameters: { display_text: label, url } })

const flowAction = (m: ByKind<'flow'>) => ({
  name: 'flow',
  parameters: {
    flow_message_version: '3',
    flow_id: m.flowId,
    flow_cta: m.label,
    mode: m.draft ? 'draft' : 'published',
    ...(m.screen
      ? { flow_action: 'navigate', flow_action_payload: { screen: m.screen, ...(m.data ? { data: m.data } : {}) } }
      : { flow_action: 'data_exchange' }),
  },
})

const cardOf = (card: ByKind<'carousel'>['cards'][number], index: number, uploaded: Uploaded): object => ({
  card_index: index,
  type: card.action.kind === 'cta_url' ? 'cta_url' : 'quick_reply',
  header: mediaObject(card.header.kind, card.header.media, uploaded),
  ...(card.body ? { body: { text: card.body } } : {}),
  action:
    card.action.kind === 'cta_url'
      ? linkAction(card.action.label, card.action.url)
      : { buttons: card.action.buttons.map(({ id, title }) => ({ type: 'quick_reply', quick_reply: { id, title } })) },
})

function bodyOf(m: SendInteractive, uploaded: Uploaded): object {
  switch (m.kind) {
    case 'buttons':
      return {
        type: 'button',
        ...headerOf(m.header, uploaded),
        ...footerOf(m.footer),
        action: { buttons: m.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })) },
      }
    case 'list':
      return { type: 'list', ...headerOf(m.header, uploaded), ...footerOf(m.footer), action: { button: m.button, sections: m.sections } }
    case 'cta_url':
      return { type: 'cta_url', ...headerOf(m.header, uploaded), ...footerOf(m.footer), action: linkAction(m.action.label, m.action.url) }
    case 'location_request':
      return { type: 'location_request_message', action: { name: 'send_location' } }
    case 'contact_request':
      return { type: 'request_contact_info', action: { name: 'request_contact_info' } }
    case 'flow':
      return { type: 'flow', ...headerOf(m.header, uploaded), ...footerOf(m.footer), action: flowAction(m) }
    case 'carousel':
      return { type: 'carousel', action: { cards: m.cards.map((card, i) => cardOf(card, i, uploaded)) } }
  }
}

/** The `interactive` object of the Cloud API (send messages, interactive). */
export function interactiveBody(content: unknown, uploaded: Uploaded): object {
  const message = SendInteractive.parse(content)
  return { ...bodyOf(message, uploaded), body: { text: message.body } }
}
