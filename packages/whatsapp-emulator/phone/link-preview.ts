import { h, icon } from './dom.ts'

/** A card for the first link of a text. The page loads nothing from outside, so it shows where the link leads. */
export function buildLinkPreview(text: string): HTMLElement | null {
  const address = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}']/.exec(text)?.[0]
  if (!address || !URL.canParse(address)) return null
  const { hostname, pathname } = new URL(address)
  const host = hostname.replace(/^www\./, '')
  const last = (pathname.split('/').filter(Boolean).at(-1) ?? '').replace(/%[0-9a-f]{2}|[-_]+/gi, ' ').trim()
  return h(
    'a',
    { class: 'link-card', href: address, target: '_blank', rel: 'noopener noreferrer' },
    h('span', { class: 'tile', 'aria-hidden': 'true' }, icon('link', 20)),
    h('span', {}, h('b', {}, last ? `${last[0]?.toUpperCase()}${last.slice(1)}` : host), h('small', {}, host)),
  )
}
