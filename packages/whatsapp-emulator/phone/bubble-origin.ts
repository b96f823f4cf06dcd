import type { PhoneMessage } from '../src/control/phone-message.ts'
import { readText } from '../src/json.ts'
import { h } from './dom.ts'
import { PRODUCTS } from './send-special.ts'

/** What stands above a first message: the ad it came by, or the product it asks about. */
export function buildOrigin(message: PhoneMessage): HTMLElement | null {
  if (message.referral) {
    const { referral } = message
    const picture = readText(referral, 'image_url')
    const local = picture && URL.canParse(picture) ? new URL(picture).pathname : null
    return h(
      'div',
      { class: 'origin' },
      local ? h('img', { src: local, alt: '', loading: 'lazy' }) : null,
      h(
        'div',
        {},
        h('small', {}, referral.source_type === 'post' ? 'Pela publicação' : 'Pelo anúncio'),
        h('b', {}, readText(referral, 'headline') ?? 'Anúncio'),
        h('small', {}, readText(referral, 'body') ?? ''),
      ),
    )
  }
  if (!message.product) return null
  const id = readText(message.product, 'product_retailer_id')
  const product = PRODUCTS.find((entry) => entry.id === id)
  return h(
    'div',
    { class: 'origin product' },
    h('span', { class: 'tile', 'aria-hidden': 'true' }, product?.sign ?? '🛍️'),
    h('div', {}, h('small', {}, 'Pergunta sobre'), h('b', {}, product?.name ?? id ?? 'Produto')),
  )
}
