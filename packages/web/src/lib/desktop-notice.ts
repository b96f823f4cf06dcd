import { readStored, writeStored } from './locale.ts'

const STORED = 'atende.desktop-notices'

export const canNotifyDesktop = (): boolean => 'Notification' in window
export const isDesktopOn = (): boolean => canNotifyDesktop() && Notification.permission === 'granted' && readStored(STORED) !== 'off'

/** Asks the browser; call it only from a click. False when the person (or the browser) said no. */
export async function turnDesktopNotices(on: boolean): Promise<boolean> {
  writeStored(STORED, on ? null : 'off')
  if (!on || !canNotifyDesktop()) return false
  return (await Notification.requestPermission()) === 'granted'
}

/** Shows a notice of the system, only while nobody looks at this tab. `tag` replaces an older notice of the same thing. */
export function notifyDesktop(notice: { title: string; body: string; tag: string; onClick: () => void }): void {
  if (!isDesktopOn() || (document.visibilityState === 'visible' && document.hasFocus())) return
  const shown = new Notification(notice.title, { body: notice.body, tag: notice.tag, icon: '/icons/icon-192.png', silent: true })
  shown.onclick = () => {
    window.focus()
    notice.onClick()
    shown.close()
  }
}
