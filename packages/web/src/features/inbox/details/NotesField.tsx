import { Textarea } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Check, CloudAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './DetailsPane.module.css'
import { useSaveContact } from './use-save-contact.ts'

type NotesFieldProps = { contactId: string; value: string; disabled: boolean }

function SaveState({ saving, failed, saved }: { saving: boolean; failed: boolean; saved: boolean }) {
  const { t } = useTranslation('inbox')
  if (failed) {
    return (
      <span className={classes.failed}>
        <CloudAlert size={13} aria-hidden />
        {t('details.notSaved')}
      </span>
    )
  }
  if (saving) return <span>{t('details.saving')}</span>
  if (!saved) return null
  return (
    <span>
      <Check size={13} aria-hidden />
      {t('details.saved')}
    </span>
  )
}

/** Keeps what is typed shortly after the typing pauses, and when the field is left. */
export function NotesField({ contactId, value, disabled }: NotesFieldProps) {
  const { t } = useTranslation('inbox')
  const id = useId()
  const [text, setText] = useState(value)
  const { mutate, isPending, isError, isSuccess } = useSaveContact(contactId)
  const save = (next: string): void => {
    if (next !== value) mutate({ notes: next.trim() === '' ? null : next })
  }
  const saveSoon = useDebouncedCallback(save, { delay: 900, flushOnUnmount: true })
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <label htmlFor={id} className={classes.heading}>
          {t('details.notes')}
        </label>
        <span className={classes.saveState} role="status">
          <SaveState saving={isPending} failed={isError} saved={isSuccess} />
        </span>
      </div>
      <Textarea
        id={id}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={5000}
        variant="filled"
        disabled={disabled}
        placeholder={t('details.notesPlaceholder')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          saveSoon(event.currentTarget.value)
        }}
        onBlur={() => saveSoon.flush()}
      />
    </section>
  )
}
