/** Collects a burst and hands it over once per frame. Frames stop in a hidden tab, where notices must still work: a timer steps in. */
export const createBatch = <T>(flush: (items: T[]) => void) => {
  let waiting: T[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const run = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    timer = undefined
    const items = waiting
    waiting = []
    if (items.length > 0) flush(items)
  }
  const push = (item: T): void => {
    waiting.push(item)
    if (timer !== undefined) return
    frame = requestAnimationFrame(run)
    timer = setTimeout(run, 120)
  }
  return { push, stop: run }
}
