export type KnownDifference = {
  operation: string
  side: 'request' | 'answer'
  /** As the check prints it. */
  difference: string
  reason: string
}

const MESSAGES = 'POST /{Version}/{Phone-Number-ID}/messages'
const CLOSED = 'The file closes both halves of an allOf (additionalProperties: false), so that no message at all meets it. Its own examples do not either.'
const LOWER = "The file has lower-case words of its own; Meta's pages and answers have ENABLED, DISABLED, DEFAULT."
const QR = "Meta's guide and the clients in use have the single code in a data list; the file has it plain."
const NEWER = 'The file is of November 2025 and knows buttons, lists, products, catalogues and flows only.'

const INCOMING =
  'The file was put together from two: its incoming messages point to the schemas of outgoing ones of the same name (TextMessage, StickerMessage), which they cannot meet.'

const request = (difference: string, reason: string, operation = MESSAGES): KnownDifference => ({ operation, side: 'request', difference, reason })
const answer = (operation: string, difference: string, reason: string): KnownDifference => ({ operation, side: 'answer', difference, reason })

/** Where the emulator and our client differ from Meta's file, and why. One that no longer occurs has to go. */
export const KNOWN_DIFFERENCES: KnownDifference[] = [
  request('/ additionalProperties biz_opaque_callback_data', CLOSED),
  request('/ additionalProperties context', CLOSED),
  request('/ additionalProperties messaging_product', CLOSED),
  request('/ additionalProperties recipient_type', CLOSED),
  request('/ additionalProperties to', CLOSED),
  request('/contacts/*/phones/*/type enum', "The file takes HOME and WORK; Meta's page takes CELL, MAIN and others as well."),
  request('/interactive/action oneOf', NEWER),
  request('/interactive/action/parameters oneOf', NEWER),
  request('/interactive/type enum', NEWER),
  request('/interactive/body/text maxLength', 'The file limits every body to 1,024 characters; a list has 4,096.'),
  request('/location/latitude type string', "The file wants texts, with numbers in its own example; Meta's page has both, and webhooks have numbers."),
  request('/location/longitude type string', "The file wants texts, with numbers in its own example; Meta's page has both, and webhooks have numbers."),
  request('/template/language required policy', 'The policy has one value only, deterministic, and is left out everywhere on the pages.'),
  request('/ oneOf', 'The file spells ENABLED in lower case; see the answer of the same path.', 'POST /{Version}/{Phone-Number-ID}/settings'),
  request('/entry/*/changes/*/value oneOf', INCOMING, 'POST /whatsapp/webhooks'),
  request('/entry/*/changes/*/value/messages/* oneOf', INCOMING, 'POST /whatsapp/webhooks'),
  request('/entry/*/changes/*/value/messages/*/sticker oneOf', INCOMING, 'POST /whatsapp/webhooks'),
  answer('GET /{Version}/{Phone-Number-ID}/settings', '/calling/status enum', LOWER),
  answer('GET /{Version}/{Phone-Number-ID}/settings', '/calling/call_icon_visibility enum', LOWER),
  answer('GET /{Version}/{Phone-Number-ID}/settings', '/calling/callback_permission_status enum', LOWER),
  answer('GET /{Version}/{Phone-Number-ID}/settings', '/storage_configuration/status enum', LOWER),
  answer(
    'GET /{Version}/{Phone-Number-ID}/call_permissions',
    '/permission/status enum',
    "Meta's page has no_permission, temporary and permanent; the file has granted, pending, denied, expired.",
  ),
  answer('GET /{Version}/{Phone-Number-ID}/message_qrdls/{QR-Code-ID}', '/ required code', QR),
  answer('GET /{Version}/{Phone-Number-ID}/message_qrdls/{QR-Code-ID}', '/ required deep_link_url', QR),
  answer('GET /{Version}/{Phone-Number-ID}/message_qrdls/{QR-Code-ID}', '/ required prefilled_message', QR),
  answer('GET /{Version}/{WABA-ID}/phone_numbers', '/data/* required status', 'Without fields Graph answers its default fields, and status is none of them.'),
  answer('GET /{Version}/{WABA-ID}', '/business_verification_status enum', 'Graph answers verified, not_verified and so on in lower case.'),
  answer('GET /{Version}/{WABA-ID}', '/ownership_type enum', 'Graph answers SELF, CLIENT_OWNED, ON_BEHALF_OF; the file has SELF_OWNED.'),
]
