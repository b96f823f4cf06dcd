import type { ServerLimits } from '@atende/contracts/limits'
import { Button, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorSentence, fieldErrors } from '../../lib/error-text.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toastError } from '../../ui/toast.ts'
import classes from './ServerLimits.module.css'
import { useSaveLists } from './use-server-limits.ts'

type Which = 'allow' | 'block'
const EMPTY = { range: '', note: '' }

/** A fault of the entry that was just added stands at the end of the list. */
const faultOf = (error: unknown): string => Object.values(fieldErrors(error))[0] ?? errorSentence(error)

function AddForm({ limits, which }: { limits: ServerLimits; which: Which }) {
  const { t } = useTranslation('serverLimits')
  const [entry, setEntry] = useState(EMPTY)
  const save = useSaveLists()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save.mutate({ ...limits.lists, [which]: [...limits.lists[which], entry] }, { onSuccess: () => setEntry(EMPTY) })
  }
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <TextInput
        className={classes.field}
        label={t('range')}
        placeholder={t('rangeHint')}
        value={entry.range}
        onChange={(event) => setEntry({ ...entry, range: event.currentTarget.value })}
        error={save.error === null ? undefined : faultOf(save.error)}
        autoComplete="off"
        spellCheck={false}
      />
      <TextInput
        className={classes.field}
        label={t('note')}
        value={entry.note}
        maxLength={200}
        onChange={(event) => setEntry({ ...entry, note: event.currentTarget.value })}
        autoComplete="off"
      />
      <Button type="submit" className={classes.submit} variant="default" loading={save.isPending} disabled={entry.range.trim().length < 2}>
        {t('add')}
      </Button>
    </form>
  )
}

export function ListSection({ limits, which }: { limits: ServerLimits; which: Which }) {
  const { t } = useTranslation('serverLimits')
  const save = useSaveLists()
  const entries = limits.lists[which]
  const fixed = limits.fixed[which]
  const remove = (range: string): void => save.mutate({ ...limits.lists, [which]: entries.filter((entry) => entry.range !== range) }, { onError: toastError })
  return (
    <Section flush title={t(which)} text={t(`${which}Text`)}>
      {entries.length + fixed.length === 0 && (
        <Row>
          <Text size="sm" c="dimmed">
            {t(which === 'allow' ? 'noAllow' : 'noBlock')}
          </Text>
        </Row>
      )}
      {fixed.map((range) => (
        <Row key={`fixed ${range}`}>
          <div className={classes.words}>
            <span className={classes.name}>{range}</span> <Pill tone="quiet">{t('fixed')}</Pill>
          </div>
        </Row>
      ))}
      {entries.map(({ range, note }) => (
        <Row key={range}>
          <div className={classes.words}>
            <div className={classes.name}>{range}</div>
            {note !== '' && (
              <Text size="xs" c="dimmed">
                {note}
              </Text>
            )}
          </div>
          <Button variant="default" size="xs" disabled={save.isPending} onClick={() => remove(range)} aria-label={t('removeLabel', { range })}>
            {t('remove')}
          </Button>
        </Row>
      ))}
      <AddForm limits={limits} which={which} />
    </Section>
  )
}
