const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))

/** Long enough for a tab in the background, whose timers the browser slows down to one a second. */
const HOLD_MS = 2_500
const COURTESY_MS = 80

/**
 * Several tabs hear of the same message: only one of them may make a noise about it, and none when one of them shows it already
 * (`seen`). The tab that shows it goes first.
 */
export async function takeNoticeTurn(subject: string, seen: boolean, announce: () => void): Promise<void> {
  if (!('locks' in navigator)) {
    if (!seen) announce()
    return
  }
  if (!seen) await pause(COURTESY_MS)
  await navigator.locks.request(`atende-notice-${subject}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) return
    if (!seen) announce()
    await pause(HOLD_MS)
  })
}
