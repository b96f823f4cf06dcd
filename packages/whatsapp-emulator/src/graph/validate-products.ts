import type { JsonObject } from '../json.ts'
import { messagingError } from './graph-error.ts'
import { optionalText, requireList, requireObject, requireText } from './require-value.ts'

const MOST_PRODUCTS = 30

/** A single product (Cloud API, send messages). */
export function validateProduct(action: JsonObject): void {
  requireText(action.catalog_id, 'interactive.action.catalog_id', 100)
  requireText(action.product_retailer_id, 'interactive.action.product_retailer_id', 200)
}

/** Up to 30 products in up to 10 sections. */
export function validateProductList(action: JsonObject): void {
  requireText(action.catalog_id, 'interactive.action.catalog_id', 100)
  const sections = requireList(action.sections, 'interactive.action.sections', 1, 10)
  let products = 0
  sections.forEach((value, index) => {
    const section = requireObject(value, `sections[${index}]`)
    if (sections.length > 1) requireText(section.title, `sections[${index}].title`, 24)
    else optionalText(section.title, `sections[${index}].title`, 24)
    const items = requireList(section.product_items, `sections[${index}].product_items`, 1, MOST_PRODUCTS)
    for (const item of items) requireText(requireObject(item, 'product_items').product_retailer_id, 'product_retailer_id', 200)
    products += items.length
  })
  if (products > MOST_PRODUCTS) throw messagingError(131009, `Parameter value is not valid: at most ${MOST_PRODUCTS} products`)
}

/** The whole catalogue. */
export function validateCatalog(action: JsonObject): void {
  if (requireText(action.name, 'interactive.action.name', 64) !== 'catalog_message') {
    throw messagingError(131009, 'Parameter value is not valid: interactive.action.name must be catalog_message')
  }
  if (action.parameters !== undefined) requireObject(action.parameters, 'interactive.action.parameters')
}

/** Two to ten cards side by side, all of one kind with the same buttons. */
export function validateCarousel(action: JsonObject): void {
  const cards = requireList(action.cards, 'interactive.action.cards', 2, 10)
  const shapes = new Set<string>()
  cards.forEach((value, index) => {
    const card = requireObject(value, `cards[${index}]`)
    if (Number(card.card_index) !== index) throw messagingError(131009, `Parameter value is not valid: cards[${index}].card_index must be ${index}`)
    shapes.add(card.type === 'product' ? checkProductCard(card, index) : checkMediaCard(card, index))
  })
  if (shapes.size > 1) throw messagingError(131009, 'Parameter value is not valid: all cards of a carousel are of one kind')
}

function checkProductCard(card: JsonObject, index: number): string {
  const action = requireObject(card.action, `cards[${index}].action`)
  requireText(action.product_retailer_id, `cards[${index}].action.product_retailer_id`, 200)
  requireText(action.catalog_id, `cards[${index}].action.catalog_id`, 100)
  return 'product'
}

function checkMediaCard(card: JsonObject, index: number): string {
  const header = requireObject(card.header, `cards[${index}].header`)
  if (header.type !== 'image' && header.type !== 'video')
    throw messagingError(131009, `Parameter value is not valid: cards[${index}].header.type must be image or video`)
  requireObject(header[header.type], `cards[${index}].header.${header.type}`)
  if (card.body !== undefined) requireText(requireObject(card.body, `cards[${index}].body`).text, `cards[${index}].body.text`, 160)
  const action = requireObject(card.action, `cards[${index}].action`)
  if (card.type === 'cta_url' || action.name === 'cta_url') {
    const parameters = requireObject(action.parameters, `cards[${index}].action.parameters`)
    requireText(parameters.display_text, `cards[${index}].action.parameters.display_text`, 20)
    requireText(parameters.url, `cards[${index}].action.parameters.url`, 2000)
    return `${header.type} cta_url`
  }
  const buttons = requireList(action.buttons, `cards[${index}].action.buttons`, 1, 2)
  for (const value of buttons) {
    const button = requireObject(value, `cards[${index}].buttons`)
    const reply = requireObject(button.quick_reply ?? button.reply, `cards[${index}].buttons.quick_reply`)
    requireText(reply.id, `cards[${index}].buttons.id`, 256)
    requireText(reply.title, `cards[${index}].buttons.title`, 20)
  }
  return `${header.type} quick_reply ${buttons.length}`
}
