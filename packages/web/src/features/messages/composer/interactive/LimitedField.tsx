import { Textarea, TextInput, type TextInputProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './Interactive.module.css'

type LimitedFieldProps = {
  label: string
  value: string
  max: number
  onChange: (text: string) => void
  problem?: string | undefined
  placeholder?: string
  lines?: number
  autoFocus?: boolean
  optional?: boolean
  hideLabel?: boolean
  rightSection?: TextInputProps['rightSection']
}

/** The sentence of a code; one that has none says that something is wrong. */
export const useProblem = () => {
  const { t, i18n } = useTranslation('interactive')
  return (code: string | undefined): string | undefined =>
    code === undefined ? undefined : i18n.exists(`problem.${code}`, { ns: 'interactive' }) ? t(`problem.${code as 'required'}`) : t('problem.other')
}

/** A text with WhatsApp's limit: it cannot grow beyond, and near the end it says how much is left. */
export function LimitedField({ label, value, max, onChange, problem, placeholder, lines, autoFocus, optional, hideLabel, rightSection }: LimitedFieldProps) {
  const { t } = useTranslation('interactive')
  const say = useProblem()
  const near = value.length > max * 0.7
  const shared = {
    ...(hideLabel ? { 'aria-label': label } : { label: optional ? `${label} (${t('optional')})` : label }),
    value,
    maxLength: max,
    placeholder: placeholder ?? '',
    error: say(problem),
    ...(autoFocus ? { 'data-autofocus': true } : {}),
  }
  const counter = near && (
    <span className={classes.counter} aria-live="polite">
      {t('counter', { length: value.length, max })}
    </span>
  )
  return (
    <div className={classes.limited}>
      {lines ? (
        <Textarea {...shared} autosize minRows={lines} maxRows={8} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <TextInput {...shared} rightSection={rightSection} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      {counter}
    </div>
  )
}
