import type { ClipboardEventHandler, KeyboardEventHandler, Ref } from 'react'
import classes from './Composer.module.css'

type GrowingTextProps = {
  ref: Ref<HTMLTextAreaElement>
  label: string
  placeholder: string
  value: string
  onChange: (text: string) => void
  onKeyDown: KeyboardEventHandler<HTMLTextAreaElement>
  onPaste: ClipboardEventHandler<HTMLTextAreaElement>
}

/** A hidden twin with the same text gives the field its height, so nothing is measured by script. */
export function GrowingText({ ref, label, placeholder, value, onChange, onKeyDown, onPaste }: GrowingTextProps) {
  return (
    <div className={classes.grow} data-text={`${value}\n`}>
      <textarea
        ref={ref}
        rows={1}
        className={classes.area}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
    </div>
  )
}
