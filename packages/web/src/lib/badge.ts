let shown = 0

/** How many unread conversations: in the tab's title and as a dot on its icon. */
export function setUnreadBadge(count: number): void {
  shown = Math.max(0, count)
  applyBadge()
}

let title = 'Atende'

/** The page's own title; the count is put before it. */
export function setPageTitle(next: string): void {
  title = next === '' ? 'Atende' : `${next} · Atende`
  applyBadge()
}

export const titleWithCount = (count: number, text: string): string => (count > 0 ? `(${count > 99 ? '99+' : count}) ${text}` : text)

function applyBadge(): void {
  document.title = titleWithCount(shown, title)
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const address = shown > 0 ? '/favicon-unread.svg' : '/favicon.svg'
  if (icon !== null && icon.getAttribute('href') !== address) icon.setAttribute('href', address)
  const app: { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> } = navigator
  void (shown > 0 ? app.setAppBadge?.(shown) : app.clearAppBadge?.())?.catch(() => undefined)
}
