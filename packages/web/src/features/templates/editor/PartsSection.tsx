import type { TemplateParts } from '@atende/contracts/templates'
import { Input, SegmentedControl, Stack, Switch, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { AuthSection } from './AuthSection.tsx'
import { ButtonsSection } from './ButtonsSection.tsx'
import { CardsSection } from './CardsSection.tsx'
import { type Draft, withLayout } from './draft.ts'
import { HeaderSection } from './HeaderSection.tsx'
import { PartProblem, useProblem } from './problems.tsx'
import { TextWithVariables } from './TextWithVariables.tsx'

type PartsProps = { draft: Draft; onChange: (parts: TemplateParts) => void }

function Offer({ parts, onChange }: { parts: TemplateParts; onChange: (parts: TemplateParts) => void }) {
  const { t } = useTranslation('templates')
  const error = useProblem('parts.offer.text')
  const { offer } = parts
  return (
    <Stack gap="xs">
      <Switch
        label={t('form.offer')}
        checked={offer !== null}
        onChange={(e) =>
          onChange({
            ...parts,
            footer: e.currentTarget.checked ? null : parts.footer,
            offer: e.currentTarget.checked ? { text: '', hasExpiration: true } : null,
          })
        }
      />
      {offer !== null && (
        <>
          <TextInput
            label={t('form.offerText')}
            maxLength={16}
            value={offer.text}
            error={error}
            onChange={(e) => onChange({ ...parts, offer: { ...offer, text: e.currentTarget.value } })}
          />
          <Switch
            label={t('form.offerEnds')}
            checked={offer.hasExpiration}
            onChange={(e) => onChange({ ...parts, offer: { ...offer, hasExpiration: e.currentTarget.checked } })}
          />
        </>
      )}
    </Stack>
  )
}

function Layout({ parts, onChange }: { parts: TemplateParts; onChange: (parts: TemplateParts) => void }) {
  const { t } = useTranslation('templates')
  return (
    <Input.Wrapper label={t('form.layout')} labelElement="div">
      <div>
        <SegmentedControl
          size="xs"
          mt={4}
          aria-label={t('form.layout')}
          value={parts.cards ? 'carousel' : 'message'}
          onChange={(value) => onChange(withLayout(parts, value === 'carousel'))}
          data={(['message', 'carousel'] as const).map((value) => ({ value, label: t(`form.layoutOf.${value}`) }))}
        />
      </div>
    </Input.Wrapper>
  )
}

/** The message itself, part by part, as it stands on the phone. */
export function PartsSection({ draft, onChange }: PartsProps) {
  const { t } = useTranslation('templates')
  const { parts, category, parameterFormat: format } = draft
  const footerError = useProblem('parts.footer')
  if (category === 'AUTHENTICATION') return <AuthSection parts={parts} onChange={onChange} />
  const { cards } = parts
  return (
    <Stack gap="lg">
      <Layout parts={parts} onChange={onChange} />
      {!cards && <HeaderSection parts={parts} onChange={onChange} />}
      {!cards && category === 'MARKETING' && <Offer parts={parts} onChange={onChange} />}
      <TextWithVariables
        label={t('form.body')}
        description={t('form.bodyHint')}
        path="parts.body"
        samplesPath="parts.variables"
        text={parts.body}
        variables={parts.variables}
        format={format}
        limit={1024}
        rows={4}
        onChange={(body, variables) => onChange({ ...parts, body, variables })}
      />
      {!cards && parts.offer === null && (
        <TextInput
          label={t('form.footer')}
          description={t('form.footerHint')}
          maxLength={60}
          value={parts.footer ?? ''}
          error={footerError}
          onChange={(e) => onChange({ ...parts, footer: e.currentTarget.value === '' ? null : e.currentTarget.value })}
        />
      )}
      {cards ? (
        <CardsSection cards={cards} format={format} onChange={(next) => onChange({ ...parts, cards: next })} />
      ) : (
        <ButtonsSection
          label={t('form.buttons')}
          description={t('form.buttonsHint')}
          path="parts.buttons"
          buttons={parts.buttons}
          most={10}
          onChange={(buttons) => onChange({ ...parts, buttons })}
        />
      )}
      <PartProblem path="parts" />
    </Stack>
  )
}
