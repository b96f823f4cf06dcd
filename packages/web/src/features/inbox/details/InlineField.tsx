import { TextInput } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import { toastError } from '../../../ui/toast.ts'
import { shownName } from '../../contacts/format-phone.ts'
import classes from './DetailsPane.module.css'

type InlineFieldProps = {
  value: string
  label: string
  placeholder: string
  disabled: boolean
  className?: string | undefined
  /** A sentence when the text cannot be taken; null when it can. */
  check: (text: string) => string | null
  save: (text: string) => Promise<unknown>
}

/** Text that turns into a field when it is clicked. Enter or leaving keeps it, Esc takes it back. */
export function InlineField({ value, label, placeholder, disabled, className, check, save }: InlineFieldProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const problem = draft === null ? null : check(draft.trim())
  const finish = async (): Promise<void> => {
    const text = draft?.trim() ?? value
    if (problem !== null) return
    if (text !== value) {
      try {
        await save(text)
      } catch (error) {
        toastError(error)
        return
      }
    }
    setDraft(null)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') void finish()
    if (event.key === 'Escape') setDraft(null)
  }
  if (draft === null) {
    return (
      <button type="button" className={`${classes.inline} ${className ?? ''}`} title={label} disabled={disabled} onClick={() => setDraft(value)}>
        {value === '' ? <span className={classes.placeholder}>{placeholder}</span> : shownName(value)}
      </button>
    )
  }
  return (
    <TextInput
      size="sm"
      autoFocus
      aria-label={label}
      value={draft}
      error={problem}
      maxLength={254}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => void finish()}
      onKeyDown={onKeyDown}
    />
  )
}
