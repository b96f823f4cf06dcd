/** Does something at once and then again and again, never twice at a time. What it throws is its own affair. */
export function repeat(everyMs: number, work: () => Promise<void>): { stop: () => Promise<void> } {
  let running: Promise<void> | undefined
  const tick = () => {
    running ??= work()
      .catch(() => {})
      .finally(() => {
        running = undefined
      })
  }
  const timer = setInterval(tick, everyMs)
  timer.unref()
  tick()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
