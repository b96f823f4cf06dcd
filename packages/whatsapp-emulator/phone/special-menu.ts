import type { CustomerMessage } from '../src/emulator-types.ts'
import type { ChatContext } from './chat-context.ts'
import { startCall } from './choice-actions.ts'
import { h } from './dom.ts'
import { openForm } from './form-sheet.ts'
import { buildAdMessage, buildProductQuestion, buildUnsupported, PRODUCTS, UNSUPPORTED } from './send-special.ts'
import { openSheet } from './sheet.ts'

const TOO_LARGE: CustomerMessage = {
  type: 'video',
  errors: [
    {
      code: 131052,
      title: 'Media download error',
      message: 'Media download error',
      error_data: { details: 'Media file size is too big. Max file size we support is 100 MB.' },
    },
  ],
}
const FORWARDED: CustomerMessage = { type: 'text', text: { body: 'Olhem que promoção boa, repassem! 🏖️' } }

/** The rarer kinds of messages: by an ad, forwarded, a product, calls, and what the API does not carry. */
export function openSpecialMenu(context: ChatContext): void {
  const item = (label: string, hint: string, work: () => void): HTMLElement => {
    const run = (): void => {
      close()
      work()
    }
    return h('button', { type: 'button', onclick: run }, label, hint ? h('small', {}, hint) : null)
  }
  const send = (message: CustomerMessage) => (): void => context.send(message)
  const [product] = PRODUCTS
  const close = openSheet(
    context.screen,
    'Mais tipos',
    h(
      'div',
      { class: 'options' },
      h('h4', {}, 'Como o cliente chegou'),
      item('Pelo anúncio', 'Abre a janela grátis de 7 dias quando o negócio responder', () => openAdForm(context, 'ad')),
      item('Por uma publicação', 'Sem o identificador do clique', () => openAdForm(context, 'post')),
      ...(product ? [item('Pergunta sobre um produto', product.name, send(buildProductQuestion(product)))] : []),
      h('h4', {}, 'Encaminhadas'),
      item('Mensagem encaminhada', '', send({ ...FORWARDED, context: { forwarded: true } })),
      item('Encaminhada muitas vezes', 'Passou por mais de cinco pessoas', send({ ...FORWARDED, context: { frequently_forwarded: true } })),
      h('h4', {}, 'Ligação e falhas'),
      item('Ligar para o negócio', 'Toca até alguém atender ou você desligar', () => startCall(context)),
      item('Vídeo grande demais', 'Chega sem arquivo, com o erro 131052', send(TOO_LARGE)),
      item('Tipo que ninguém conhece', '“hologram”', send({ type: 'hologram', hologram: { depth: 3, colour: 'azul' } })),
      h('h4', {}, 'Não suportadas pela API'),
      h('div', { class: 'examples' }, ...UNSUPPORTED.map(([type, label]) => item(label, '', send(buildUnsupported(type))))),
    ),
  )
}

function openAdForm(context: ChatContext, source: 'ad' | 'post'): void {
  openForm(context.screen, {
    title: source === 'ad' ? 'Chegar pelo anúncio' : 'Chegar por uma publicação',
    submit: 'Começar a conversa',
    fields: [
      { name: 'headline', label: 'Título do anúncio', value: 'Feriado na praia com 20% off', required: true },
      { name: 'text', label: 'Primeira mensagem', value: 'Oi! Vi o anúncio e quero saber mais.', required: true },
    ],
    done: ({ headline = '', text = '' }) => context.send(buildAdMessage(location.origin, text, headline, source)),
  })
}
