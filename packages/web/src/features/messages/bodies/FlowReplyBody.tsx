import { ClipboardList } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './rich.module.css'

/** `screen_0_Nome_completo_2` is how forms name their fields; people read "Nome completo". */
const labelOf = (name: string): string => {
  const words = name
    .replace(/^screen_\d+_/i, '')
    .replace(/_\d+$/, '')
    .replaceAll(/[_.]+/g, ' ')
    .trim()
  return words === '' ? name : words.charAt(0).toLocaleUpperCase() + words.slice(1)
}
/** Choices carry their place in front: `0_Sim`. */
const plainValue = (value: string): string => value.replaceAll(/(^|, )\d+_(?=\S)/g, '$1').replaceAll('_', ' ')

/** What the customer entered into a form, field by field. */
export function FlowReplyBody({ fields }: { fields: readonly { name: string; value: string }[] }) {
  const { t } = useTranslation('rich')
  return (
    <div className={classes.sheet}>
      <div className={classes.sheetHead}>
        <ClipboardList size={16} aria-hidden />
        <strong>{t('flow.title')}</strong>
      </div>
      {fields.length === 0 && <span className={classes.faint}>{t('flow.empty')}</span>}
      <dl className={classes.fields}>
        {fields.map((field, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the answers of a form never change
          <div key={i}>
            <dt>{labelOf(field.name)}</dt>
            <dd>{plainValue(field.value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
