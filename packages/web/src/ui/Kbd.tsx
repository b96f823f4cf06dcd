import classes from './Kbd.module.css'

const NAMES: Record<string, string> = { Escape: 'Esc', Enter: '↵', ArrowUp: '↑', ArrowDown: '↓' }
const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent)

function nameOf(key: string): string {
  if (key === 'mod') return isMac() ? '⌘' : 'Ctrl'
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)
}

/** `keys` as in `useShortcut`: "g i", "mod+k", "?". */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={classes.keys}>
      {keys.split(' ').map((step) => (
        <span key={step} className={classes.step}>
          {step.split('+').map((key) => (
            <kbd key={key} className={classes.key}>
              {nameOf(key)}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  )
}
