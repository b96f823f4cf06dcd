import { useSyncExternalStore } from 'react'

type Ask = { methods: readonly string[]; settle: (proven: boolean) => void }

let current: { ask: Ask; outcome: Promise<boolean> } | null = null
const listeners = new Set<() => void>()

function set(next: typeof current): void {
  current = next
  for (const listener of listeners) listener()
}

/**
 * Asks the person to prove who they are; true when they did. However many calls wait for it, there is one dialog, and all of them
 * go on together.
 */
export function askProof(methods: readonly string[]): Promise<boolean> {
  if (current !== null) return current.outcome
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const settle = (proven: boolean): void => {
    set(null)
    resolve(proven)
  }
  set({ ask: { methods, settle }, outcome: promise })
  return promise
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What is being asked at the moment, for the dialog. */
export const useProofAsk = (): Ask | null => useSyncExternalStore(subscribe, () => current?.ask ?? null)

const ENROLMENT = '/proteger-conta'
/** The company requires a second factor from now on: a fresh page, since everything that is open here has ended. */
export function goToEnrolment(): void {
  if (window.location.pathname !== ENROLMENT) window.location.assign(ENROLMENT)
}
