import { useSyncExternalStore } from 'react'

export type Connection = 'online' | 'connecting' | 'offline'

let state: Connection = 'connecting'
const listeners = new Set<() => void>()

export const getConnection = (): Connection => state

export function setConnection(next: Connection): void {
  if (next === state) return
  state = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether news reach this tab right now. */
export const useConnection = (): Connection => useSyncExternalStore(subscribe, getConnection)
