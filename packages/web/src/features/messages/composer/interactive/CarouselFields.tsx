import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Card, type Draft, LIMITS, newCard, type Problems } from './draft.ts'
import classes from './Interactive.module.css'
import { LimitedField, useProblem } from './LimitedField.tsx'
import { MediaField } from './MediaField.tsx'
import { TitlesField } from './TitlesField.tsx'

type FieldsProps = { draft: Draft; problems: Problems; onChange: (patch: Partial<Draft>) => void }

function CardFields({ draft, problems, place, onCard }: Omit<FieldsProps, 'onChange'> & { place: number; onCard: (card: Card | null) => void }) {
  const { t } = useTranslation('interactive')
  const say = useProblem()
  const card = draft.cards[place]
  if (!card) return null
  const at = `cards.${place}`
  const whole = say(problems.get(at))
  return (
    <div className={classes.section}>
      <div className={classes.cardHead}>
        <span className={classes.groupLabel}>{t('carousel.card', { n: place + 1 })}</span>
        {draft.cards.length > 2 && (
          <ActionIcon variant="subtle" color="gray" aria-label={t('remove', { what: t('carousel.card', { n: place + 1 }) })} onClick={() => onCard(null)}>
            <X size={15} aria-hidden />
          </ActionIcon>
        )}
      </div>
      <MediaField kind={draft.cardMedia} media={card.media} problem={problems.get(`${at}.header.media`)} onChange={(media) => onCard({ ...card, media })} />
      <LimitedField label={t('carousel.body')} optional lines={2} value={card.body} max={LIMITS.cardBody} onChange={(body) => onCard({ ...card, body })} />
      {draft.cardAction === 'cta_url' ? (
        <div className={classes.pair}>
          <LimitedField
            label={t('link.label')}
            value={card.label}
            max={LIMITS.button}
            problem={problems.get(`${at}.action.label`)}
            onChange={(label) => onCard({ ...card, label })}
          />
          <LimitedField
            label={t('link.url')}
            value={card.url}
            max={2000}
            placeholder="https://"
            problem={problems.get(`${at}.action.url`)}
            onChange={(url) => onCard({ ...card, url })}
          />
        </div>
      ) : (
        <TitlesField
          titles={card.buttons}
          most={LIMITS.cardButtons}
          path={`${at}.action.buttons`}
          problems={problems}
          onChange={(buttons) => onCard({ ...card, buttons })}
        />
      )}
      {whole && (
        <p className={classes.wrong} role="alert">
          {whole}
        </p>
      )}
    </div>
  )
}

/** Two to ten cards that look alike. */
export function CarouselFields({ draft, problems, onChange }: FieldsProps) {
  const { t } = useTranslation('interactive')
  const { cards } = draft
  return (
    <>
      <div className={classes.pair}>
        <SegmentedControl
          size="xs"
          aria-label={t('carousel.media')}
          value={draft.cardMedia}
          data={(['image', 'video'] as const).map((value) => ({ value, label: t(`header.${value}`) }))}
          onChange={(cardMedia) => onChange({ cardMedia, cards: cards.map((c) => ({ ...c, media: null })) })}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('carousel.action')}
          value={draft.cardAction}
          data={(['cta_url', 'buttons'] as const).map((value) => ({ value, label: t(`carousel.actions.${value}`) }))}
          onChange={(cardAction) => onChange({ cardAction })}
        />
      </div>
      {cards.map((card, i) => (
        <CardFields
          key={card.key}
          draft={draft}
          problems={problems}
          place={i}
          onCard={(next) => onChange({ cards: next ? cards.with(i, next) : cards.toSpliced(i, 1) })}
        />
      ))}
      {cards.length < LIMITS.cards && (
        <Button
          className={classes.add}
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => onChange({ cards: [...cards, newCard(cards.at(-1))] })}
        >
          {t('carousel.add')}
        </Button>
      )}
    </>
  )
}
