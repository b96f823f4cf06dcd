import { ActionIcon, Button } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { LIMITS, newTitled, type Problems, type Titled } from './draft.ts'
import classes from './Interactive.module.css'
import { LimitedField } from './LimitedField.tsx'

type TitlesFieldProps = { titles: Titled[]; most: number; path: string; problems: Problems; onChange: (titles: Titled[]) => void }

/** The reply buttons, one field each. */
export function TitlesField({ titles, most, path, problems, onChange }: TitlesFieldProps) {
  const { t } = useTranslation('interactive')
  return (
    <div className={classes.group}>
      <span className={classes.groupLabel}>{t('buttons.label', { most })}</span>
      {titles.map((one, i) => (
        <LimitedField
          key={one.key}
          label={t('buttons.one', { n: i + 1 })}
          hideLabel
          placeholder={t('buttons.one', { n: i + 1 })}
          value={one.title}
          max={LIMITS.button}
          problem={problems.get(`${path}.${i}.title`) ?? problems.get(`${path}.${i}.id`)}
          onChange={(title) => onChange(titles.with(i, { ...one, title }))}
          rightSection={
            titles.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('remove', { what: one.title || t('buttons.one', { n: i + 1 }) })}
                onClick={() => onChange(titles.toSpliced(i, 1))}
              >
                <X size={15} aria-hidden />
              </ActionIcon>
            )
          }
        />
      ))}
      {titles.length < most && (
        <Button
          className={classes.add}
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...titles, newTitled()])}
        >
          {t('buttons.add')}
        </Button>
      )}
    </div>
  )
}
