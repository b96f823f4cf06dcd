import { useSyncExternalStore } from 'react'

const KEY = 'atende.heard'
const KEPT = 300

const read = (): string[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

let heard: ReadonlySet<string> = new Set(read())
const listeners = new Set<() => void>()
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Which recordings were played on this device: WhatsApp keeps that on the phone, too, and tells businesses of their own ones only. */
export const useHeard = (id: string) => {
  const isHeard = useSyncExternalStore(subscribe, () => heard.has(id))
  const note = (): void => {
    if (heard.has(id)) return
    const all = [...heard, id].slice(-KEPT)
    heard = new Set(all)
    try {
      localStorage.setItem(KEY, JSON.stringify(all))
    } catch {
      // A full or forbidden store: it is known until the page is closed.
    }
    for (const listener of listeners) listener()
  }
  return { isHeard, note }
}
