import { onSessionEnd } from './access-token.ts'

let cursor: string | undefined

/** How far this page knows the events of the company. Apart from the socket, which the pages before a login do not load. */
export const eventCursor = (): string | undefined => cursor

export const moveEventCursor = (next: string): void => {
  cursor = next
}

/** Screens are filled from what stood there at `start` or later: what happens from then on is asked for once the socket stands. */
export const startEventsAt = (start: string): void => {
  cursor ??= start
}

// After a logout: the next login starts from the present.
onSessionEnd(() => {
  cursor = undefined
})
