import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

/** `keys`: one key (`j`, `?`, `Escape`), two after one another (`g i`), or with Ctrl/Cmd (`mod+k`). Never Alt: ABNT2 types with it. */
export type Shortcut = { keys: string; label: string; group: string; run: (event: KeyboardEvent) => void }

const SEQUENCE_MS = 1_200

let registered: readonly Shortcut[] = []
const listeners = new Set<() => void>()

function change(next: readonly Shortcut[]): void {
  registered = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Everything that can be pressed right now, for the help. */
export const useShortcutList = (): readonly Shortcut[] => useSyncExternalStore(subscribe, () => registered)

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** The name of a key press as shortcuts write it; null for what is never a shortcut. */
export function keyName(event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean }): string | null {
  if (event.altKey || event.key === 'Dead') return null
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key
}

let firstKey: { name: string; at: number } | null = null

function onKeyDown(event: KeyboardEvent): void {
  const name = keyName(event)
  if (name === null || event.isComposing || event.defaultPrevented) return
  if (isTyping(event.target) && !name.startsWith('mod+')) return
  // A dialog owns the keyboard while it is open.
  if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return
  const before = firstKey !== null && event.timeStamp - firstKey.at < SEQUENCE_MS ? firstKey.name : null
  firstKey = null
  const found = registered.findLast((one) => one.keys === (before === null ? name : `${before} ${name}`))
  if (found !== undefined) {
    event.preventDefault()
    found.run(event)
  } else if (registered.some((one) => one.keys.startsWith(`${name} `))) {
    firstKey = { name, at: event.timeStamp }
  }
}

let listening = false

/** Works while the component is mounted (or while `keys` is not null); the help shows `label` under `group`. */
export function useShortcut(keys: string | null, handler: (event: KeyboardEvent) => void, label: string, group = ''): void {
  const run = useEffectEvent(handler)
  useEffect(() => {
    if (keys === null) return undefined
    if (!listening) {
      listening = true
      window.addEventListener('keydown', onKeyDown)
    }
    const mine: Shortcut = { keys, label, group, run: (event) => run(event) }
    change([...registered, mine])
    return () => change(registered.filter((one) => one !== mine))
  }, [keys, label, group])
}
