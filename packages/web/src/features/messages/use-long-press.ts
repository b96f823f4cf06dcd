import { type PointerEvent, useRef } from 'react'

const HOLD_MS = 420
const SLOP = 10

/** A finger that stays: what hovering is for a mouse. Moving away means scrolling. */
export const useLongPress = (onHold: () => void) => {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const from = useRef({ x: 0, y: 0 })
  const cancel = (): void => clearTimeout(timer.current)
  return {
    onPointerDown: (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') return
      from.current = { x: event.clientX, y: event.clientY }
      cancel()
      timer.current = setTimeout(onHold, HOLD_MS)
    },
    onPointerMove: (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - from.current.x, event.clientY - from.current.y) > SLOP) cancel()
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
  }
}
