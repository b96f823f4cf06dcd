import type { TemplateCard } from '@atende/contracts/templates'
import { Button, Group, Input, SegmentedControl, Stack, Tabs, Text } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AddButton, ButtonsSection } from './ButtonsSection.tsx'
import { newButton, newCard } from './draft.ts'
import { PartProblem } from './problems.tsx'
import { SampleFile } from './SampleFile.tsx'
import { TextWithVariables } from './TextWithVariables.tsx'

const KINDS = ['quick_reply', 'url', 'phone'] as const
type CardsProps = { cards: readonly TemplateCard[]; format: 'positional' | 'named'; onChange: (cards: TemplateCard[]) => void }

/** What all cards share: the kind of their media and of their buttons. */
function Shared({ cards, onChange }: Pick<CardsProps, 'cards' | 'onChange'>) {
  const { t } = useTranslation('templates')
  const first = cards[0]
  if (!first) return null
  const all = (change: (card: TemplateCard) => TemplateCard): void => onChange(cards.map(change))
  return (
    <Stack gap="xs">
      <Input.Wrapper label={t('form.cardMedia')} labelElement="div">
        <div>
          <SegmentedControl
            size="xs"
            mt={4}
            aria-label={t('form.cardMedia')}
            value={first.header.kind}
            onChange={(value) => all((card) => ({ ...card, header: { kind: value === 'video' ? 'video' : 'image' } }))}
            data={(['image', 'video'] as const).map((value) => ({ value, label: t(`form.headerOf.${value}`) }))}
          />
        </div>
      </Input.Wrapper>
      <Group gap="xs">
        {first.buttons.map((b, i) => (
          <Button
            // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no name but their place
            key={i}
            size="compact-sm"
            variant="light"
            rightSection={<X size={12} aria-hidden />}
            aria-label={`${t(`form.button.${b.kind}`)}: ${t('form.removeButton', { n: i + 1 })}`}
            onClick={() => all((card) => ({ ...card, buttons: card.buttons.toSpliced(i, 1) }))}
          >
            {t(`form.button.${b.kind}`)}
          </Button>
        ))}
        {first.buttons.length < 2 && <AddButton kinds={KINDS} onAdd={(kind) => all((card) => ({ ...card, buttons: [...card.buttons, newButton(kind)] }))} />}
      </Group>
    </Stack>
  )
}

function CardFields({
  card,
  index,
  format,
  onChange,
}: {
  card: TemplateCard
  index: number
  format: CardsProps['format']
  onChange: (card: TemplateCard) => void
}) {
  const { t } = useTranslation('templates')
  const path = `parts.cards.${index}`
  return (
    <Stack gap="sm" pt="sm">
      <SampleFile
        label={t('form.sampleFile')}
        path={`${path}.header.exampleMediaId`}
        kind={card.header.kind}
        mediaId={card.header.exampleMediaId}
        kept={card.header.example !== undefined}
        onChange={(exampleMediaId) => onChange({ ...card, header: { ...card.header, exampleMediaId } })}
      />
      <TextWithVariables
        label={t('form.cardText')}
        path={`${path}.body`}
        samplesPath={`${path}.variables`}
        text={card.body ?? ''}
        variables={card.variables}
        format={format}
        limit={160}
        rows={2}
        onChange={(body, variables) => onChange({ ...card, body, variables })}
      />
      <ButtonsSection
        label={t('form.buttons')}
        path={`${path}.buttons`}
        buttons={card.buttons}
        most={2}
        fixed
        onChange={(buttons) => onChange({ ...card, buttons })}
      />
    </Stack>
  )
}

export function CardsSection({ cards, format, onChange }: CardsProps) {
  const { t } = useTranslation('templates')
  const [shown, setShown] = useState(0)
  const at = Math.min(shown, cards.length - 1)
  const card = cards[at]
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={550}>
          {t('form.cards')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('form.cardsHint')}
        </Text>
      </div>
      <Shared cards={cards} onChange={onChange} />
      <Tabs value={String(at)} onChange={(value) => setShown(Number(value))}>
        <Tabs.List>
          {cards.map((_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cards have no name but their place
            <Tabs.Tab key={i} value={String(i)}>
              {t('form.card', { n: i + 1 })}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={String(at)}>
          {card && <CardFields key={at} card={card} index={at} format={format} onChange={(next) => onChange(cards.with(at, next))} />}
        </Tabs.Panel>
      </Tabs>
      <Group gap="xs">
        {cards.length < 10 && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => {
              onChange([...cards, newCard(cards[0])])
              setShown(cards.length)
            }}
          >
            {t('form.addCard')}
          </Button>
        )}
        {cards.length > 2 && (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(cards.toSpliced(at, 1))}>
            {t('form.removeCard')}
          </Button>
        )}
      </Group>
      <PartProblem path="parts.cards" />
    </Stack>
  )
}
