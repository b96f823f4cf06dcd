type Child = Node | string | null | undefined | false
type Props = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>

/** Makes an element. `on…` functions become listeners, `class` and other texts attributes, `true` an empty attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child) element.append(child)
  return element
}

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.2c.9 1.3 2.1 2 3.5 2s2.6-.7 3.5-2M9 9.6v.1M15 9.6v.1',
  mic: 'M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21',
  send: 'M4.5 12 3.5 4.5 21 12 3.5 19.5zM4.5 12H12',
  reply: 'M9 6 4 11l5 5M4 11h9a7 7 0 0 1 7 7',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M12 5.5v.1M12 12v.1M12 18.5v.1',
  check: 'M4 12.5 9 17.5 20 6.5',
  checks: 'M1 12.5 5.5 17 15 7M10.5 15.8 11.8 17 21.5 7',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  file: 'M7 3h7l5 5v13H7zM14 3v5h5',
  pin: 'M12 21c4-4.5 6.5-7.8 6.5-11a6.5 6.5 0 0 0-13 0c0 3.2 2.5 6.5 6.5 11zM12 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  image: 'M4 5h16v14H4zM4 16l4.5-5 4 4.5 2.5-2.5 5 5M15.5 9.5v.1',
  video: 'M4 6.5h11v11H4zM15 11l5-3v8l-5-3z',
  sticker: 'M5 4h14v9l-7 7H5zM12 20v-7h7',
  list: 'M8 7h12M8 12h12M8 17h12M4 7v.1M4 12v.1M4 17v.1',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  stop: 'M7 7h10v10H7z',
  back: 'M15 5l-7 7 7 7',
  minus: 'M5 12h14',
  ban: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.8 5.8l12.4 12.4',
  forward: 'M15 6l5 5-5 5M20 11h-9a7 7 0 0 0-7 7',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.1',
  phone: 'M5 4h4l1.5 5-2.3 1.6a12 12 0 0 0 5.2 5.2L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5A16 16 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  people: 'M9 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 5.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  tools: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  cart: 'M3 4h3l2.5 11h9L20 7H7M9.5 19.5v.1M16.5 19.5v.1',
  music: 'M9 18V5l10-2v13M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  spark: 'M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2z',
} as const

export type IconName = keyof typeof ICONS

/** A line icon, 24 by 24, in the colour of the text; hidden from screen readers. */
export function icon(name: IconName, size = 20): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24',
    width: size,
    height: size,
    fill: name === 'play' || name === 'stop' ? 'currentColor' : 'none',
    stroke: 'currentColor',
    'stroke-width': name === 'more' ? 3 : 1.8,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    'aria-hidden': 'true',
  })) {
    svg.setAttribute(key, String(value))
  }
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', ICONS[name])
  svg.append(path)
  return svg
}

/** A round button with only an icon. */
export function iconButton(name: IconName, label: string, onclick: (event: MouseEvent) => void, className = ''): HTMLButtonElement {
  return h('button', { type: 'button', class: `icon-button ${className}`, 'aria-label': label, title: label, onclick }, icon(name))
}

const MOST_NOTICES = 3

/** A short line at the foot of the page that goes away by itself. */
export function showNotice(text: string): void {
  const notice = h('p', { class: 'notice' }, text)
  const place = document.getElementById('notices')
  place?.append(notice)
  while (place && place.childElementCount > MOST_NOTICES) place.firstElementChild?.remove()
  setTimeout(() => notice.remove(), 5000)
}
