import { h, iconButton } from './dom.ts'

/** Opens a panel at the foot of a phone's screen. Escape, the button and the shade close it; focus goes back. */
export function openSheet(screen: HTMLElement, title: string, ...content: Node[]): () => void {
  const before = document.activeElement
  const close = (): void => {
    back.remove()
    if (before instanceof HTMLElement) before.focus()
  }
  const closer = iconButton('close', 'Fechar', close)
  const panel = h('section', { class: 'sheet', role: 'dialog', 'aria-label': title }, h('header', {}, h('h3', {}, title), closer), ...content)
  const back = h('div', { class: 'sheet-back', onkeydown: (event: KeyboardEvent) => event.key === 'Escape' && close() }, panel)
  back.addEventListener('click', (event) => event.target === back && close())
  screen.append(back)
  const target = panel.querySelector<HTMLElement>('header ~ * button') ?? closer
  target.focus()
  return close
}
