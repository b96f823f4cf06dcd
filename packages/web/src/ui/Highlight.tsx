import classes from './Highlight.module.css'

type HighlightProps = { text: string; ranges: readonly (readonly [number, number])[] }

/** A text with what a search meant in it. Ranges that overlap or leave the text are cut. */
export function Highlight({ text, ranges }: HighlightProps) {
  const pieces: { from: number; to: number; marked: boolean }[] = []
  let end = 0
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const start = Math.max(from, end)
    if (to <= start || start >= text.length) continue
    if (start > end) pieces.push({ from: end, to: start, marked: false })
    pieces.push({ from: start, to, marked: true })
    end = to
  }
  if (end < text.length) pieces.push({ from: end, to: text.length, marked: false })
  return pieces.map(({ from, to, marked }) =>
    marked ? (
      <mark key={from} className={classes.mark}>
        {text.slice(from, to)}
      </mark>
    ) : (
      <span key={from}>{text.slice(from, to)}</span>
    ),
  )
}

/** All of it is what a search meant. */
export const whole = (text: string): [number, number][] => [[0, text.length]]
