import type { Target } from './load.ts'
import { MEDIA_KINDS } from './media-host.ts'

/** What one delivery carried, to check later that it is there, once. */
export type Fact = { kind: 'message'; id: string } | { kind: 'status'; id: string; status: string } | { kind: 'media'; id: string }
export type Delivery = { fact: Fact; body: string }
/** Makes the `i`th delivery of a run. */
export type Traffic = (i: number) => Delivery

const TEXTS = [
  'Oi, bom dia! Vocês têm vaga para o próximo fim de semana? Somos dois adultos e uma criança de 4 anos 😊',
  'ok',
  'Obrigada!',
  'Qual o valor da diária com café da manhã?',
  'Boa tarde. Fiz o pagamento agora pelo Pix, segue o comprovante. Poderia confirmar por favor? Reserva em nome de João Antônio de Souza, entrada dia 12/12 e saída dia 15/12. Chegaremos por volta das 22h por causa do voo, tem problema?',
  'Sim, pode ser às 15h',
  'Não consegui abrir o link que vocês mandaram 😕 pode enviar de novo?',
  'kkkkk perfeito, até sexta então 👍🏽',
]
const STATUSES = ['sent', 'delivered', 'read'] as const

/** As Meta writes it: non-ASCII characters escaped, `/` too (Cloud API, webhooks). */
const escaped = (value: unknown) =>
  JSON.stringify(value)
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('/', '\\/')

export const customer = (i: number, people: number) => `55119${String(10_000_000 + (i % people)).padStart(8, '0')}`
const seconds = () => String(Math.floor(Date.now() / 1000))
const idOf = (run: string, i: number) => `wamid.HBgNNTUxMTk${run}${String(i).padStart(10, '0')}AA==`

function envelope(target: Target, value: object): string {
  const metadata = { display_phone_number: '551140022026', phone_number_id: target.phoneNumberId }
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }
  return escaped({ object: 'whatsapp_business_account', entry: [{ id: target.wabaId, changes: [change] }] })
}

function fromCustomer(target: Target, from: string, message: object): string {
  const userId = `BR.${from}0001`
  return envelope(target, {
    contacts: [{ profile: { name: `Cliente ${from.slice(-4)}` }, wa_id: from, user_id: userId }],
    messages: [{ from, from_user_id: userId, timestamp: seconds(), ...message }],
  })
}

export function textDelivery(target: Target, id: string, from: string, text: string): string {
  return fromCustomer(target, from, { id, type: 'text', text: { body: text } })
}

/** Every delivery a text. */
export const onlyTexts =
  (target: Target, run: string, people = 2000): Traffic =>
  (i) => {
    const id = idOf(run, i)
    return { fact: { kind: 'message', id }, body: textDelivery(target, id, customer(i, people), TEXTS[i % TEXTS.length] ?? '') }
  }

/** Half pictures, a quarter voice notes, a quarter PDFs, as `mediaHost` serves them. */
export function mediaDelivery(target: Target, id: string, from: string, n: number, mediaUrl: string): string {
  const place = n % MEDIA_KINDS.length
  const kind = MEDIA_KINDS[place] ?? MEDIA_KINDS[0]
  const media = { id: `9${String(n).padStart(14, '0')}`, mime_type: kind.mime, url: `${mediaUrl}/media/${place}/${n}` }
  const more = kind.type === 'audio' ? { voice: true } : kind.type === 'document' ? { filename: kind.file } : n % 3 === 0 ? { caption: 'comprovante' } : {}
  return fromCustomer(target, from, { id, type: kind.type, [kind.type]: { ...media, ...more } })
}

export function statusDelivery(target: Target, id: string, status: (typeof STATUSES)[number], to: string): string {
  const pricing = { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' }
  const contact = { wa_id: to, user_id: `BR.${to}0001` }
  return envelope(target, {
    contacts: [contact],
    statuses: [{ id, status, timestamp: seconds(), recipient_id: to, recipient_user_id: contact.user_id, ...(status === 'read' ? {} : { pricing }) }],
  })
}

/**
 * 70 % texts, 20 % statuses, 10 % media, interleaved. Statuses are those of `sent`, each message's three in order, then of the
 * next; so they never repeat while there are three times as many deliveries of statuses as messages.
 */
export const mixed =
  (target: Target, run: string, sent: readonly { id: string; to: string }[], mediaUrl: string, people = 2000): Traffic =>
  (i) => {
    const slot = i % 10
    const id = idOf(run, i)
    const from = customer(i, people)
    if (slot === 3 || slot === 7) {
      const n = Math.floor(i / 10) * 2 + (slot === 3 ? 0 : 1)
      const message = sent[Math.floor(n / 3)]
      const status = STATUSES[n % 3]
      if (!message || !status) throw new Error('too few sent messages for this many statuses')
      return { fact: { kind: 'status', id: message.id, status }, body: statusDelivery(target, message.id, status, message.to) }
    }
    if (slot === 5) return { fact: { kind: 'media', id }, body: mediaDelivery(target, id, from, Math.floor(i / 10), mediaUrl) }
    return { fact: { kind: 'message', id }, body: textDelivery(target, id, from, TEXTS[i % TEXTS.length] ?? '') }
  }
