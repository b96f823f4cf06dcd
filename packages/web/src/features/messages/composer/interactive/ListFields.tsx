import { ActionIcon, Button } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Draft, LIMITS, newRow, newSection, type Problems, type Section } from './draft.ts'
import classes from './Interactive.module.css'
import { LimitedField, useProblem } from './LimitedField.tsx'

type FieldsProps = { draft: Draft; problems: Problems; onChange: (patch: Partial<Draft>) => void }
type SectionProps = {
  section: Section
  place: number
  several: boolean
  full: boolean
  problems: Problems
  onChange: (section: Section) => void
  onRemove: () => void
}

function RemoveButton({ what, onClick }: { what: string; onClick: () => void }) {
  const { t } = useTranslation('interactive')
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={t('remove', { what })} onClick={onClick}>
      <X size={15} aria-hidden />
    </ActionIcon>
  )
}

function SectionFields({ section, place, several, full, problems, onChange, onRemove }: SectionProps) {
  const { t } = useTranslation('interactive')
  const rows = (next: Section['rows']): void => onChange({ ...section, rows: next })
  return (
    <div className={classes.section}>
      {several && (
        <LimitedField
          label={t('list.section', { n: place + 1 })}
          value={section.title}
          max={LIMITS.section}
          problem={problems.get(`sections.${place}.title`)}
          onChange={(title) => onChange({ ...section, title })}
          rightSection={<RemoveButton what={section.title || t('list.section', { n: place + 1 })} onClick={onRemove} />}
        />
      )}
      {section.rows.map((row, r) => (
        <div key={row.key} className={classes.row}>
          <LimitedField
            label={t('list.row', { n: r + 1 })}
            hideLabel
            placeholder={t('list.row', { n: r + 1 })}
            value={row.title}
            max={LIMITS.row}
            problem={problems.get(`sections.${place}.rows.${r}.title`) ?? problems.get(`sections.${place}.rows.${r}.id`)}
            onChange={(title) => rows(section.rows.with(r, { ...row, title }))}
            rightSection={
              section.rows.length > 1 && <RemoveButton what={row.title || t('list.row', { n: r + 1 })} onClick={() => rows(section.rows.toSpliced(r, 1))} />
            }
          />
          <LimitedField
            label={t('list.description')}
            hideLabel
            placeholder={t('list.description')}
            value={row.description}
            max={LIMITS.description}
            onChange={(description) => rows(section.rows.with(r, { ...row, description }))}
          />
        </div>
      ))}
      {!full && (
        <Button
          className={classes.add}
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => rows([...section.rows, newRow()])}
        >
          {t('list.addRow')}
        </Button>
      )}
    </div>
  )
}

/** Up to ten options in sections, behind one button. */
export function ListFields({ draft, problems, onChange }: FieldsProps) {
  const { t } = useTranslation('interactive')
  const say = useProblem()
  const { sections } = draft
  const rows = sections.reduce((sum, s) => sum + s.rows.length, 0)
  const full = rows >= LIMITS.rows
  const change = (next: Section[]): void => onChange({ sections: next })
  const whole = say(problems.get('sections'))
  return (
    <>
      <LimitedField
        label={t('list.button')}
        value={draft.listButton}
        max={LIMITS.button}
        problem={problems.get('button')}
        onChange={(listButton) => onChange({ listButton })}
      />
      <div className={classes.group}>
        <span className={classes.groupLabel}>{t('list.rows', { count: rows, most: LIMITS.rows })}</span>
        {sections.map((section, i) => (
          <SectionFields
            key={section.key}
            section={section}
            place={i}
            several={sections.length > 1}
            full={full}
            problems={problems}
            onChange={(next) => change(sections.with(i, next))}
            onRemove={() => change(sections.toSpliced(i, 1))}
          />
        ))}
        {!full && (
          <Button
            className={classes.add}
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => change([...sections, newSection()])}
          >
            {t('list.addSection')}
          </Button>
        )}
        {whole && (
          <p className={classes.wrong} role="alert">
            {whole}
          </p>
        )}
      </div>
    </>
  )
}
