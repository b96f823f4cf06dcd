import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Draft, LIMITS, type Problems } from './draft.ts'
import classes from './Interactive.module.css'
import { LimitedField } from './LimitedField.tsx'
import { MediaField } from './MediaField.tsx'

type HeaderFieldProps = { draft: Draft; problems: Problems; onChange: (patch: Partial<Draft>) => void }

const ALL = ['none', 'text', 'image', 'video', 'document'] as const
/** A list takes only words above its text (Cloud API, interactive list). */
const WORDS = ['none', 'text'] as const

export function HeaderField({ draft, problems, onChange }: HeaderFieldProps) {
  const { t } = useTranslation('interactive')
  const choices = draft.kind === 'list' ? WORDS : ALL
  return (
    <div className={classes.group}>
      <span className={classes.groupLabel}>{t('header.label')}</span>
      <SegmentedControl
        size="xs"
        aria-label={t('header.label')}
        value={draft.header}
        data={choices.map((value) => ({ value, label: t(`header.${value}`) }))}
        onChange={(header) => onChange({ header, media: null })}
      />
      {draft.header === 'text' && (
        <LimitedField
          label={t('header.text')}
          hideLabel
          placeholder={t('header.textPlaceholder')}
          value={draft.headerText}
          max={LIMITS.header}
          problem={problems.get('header.text')}
          onChange={(headerText) => onChange({ headerText })}
        />
      )}
      {draft.header !== 'none' && draft.header !== 'text' && (
        <MediaField kind={draft.header} media={draft.media} problem={problems.get('header.media')} onChange={(media) => onChange({ media })} />
      )}
    </div>
  )
}
