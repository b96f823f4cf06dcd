import type { Conversation } from '@atende/contracts/conversations'
import { variablesIn } from '@atende/contracts/template-text'
import type { Template, TemplateButton, TemplateParts, TemplateValues } from '@atende/contracts/templates'
import { Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProblem } from '../editor/problems.tsx'
import { SampleFile } from '../editor/SampleFile.tsx'
import { FromContact } from './FromContact.tsx'
import { LocationFields } from './LocationFields.tsx'
import { asksForNothing, asksForValue, buttonValue, withBody, withButton, withCard } from './values.ts'

type ValueProps = { path: string; label: string; value: string; conversation: Conversation; maxLength?: number; onChange: (value: string) => void }

function ValueField({ path, label, value, conversation, maxLength = 1024, onChange }: ValueProps) {
  const error = useProblem(path)
  return (
    <TextInput
      label={label}
      value={value}
      maxLength={maxLength}
      error={error}
      rightSection={<FromContact conversation={conversation} onPick={onChange} />}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

type Fields = { conversation: Conversation; values: TemplateValues; onChange: (values: TemplateValues) => void }
const spoken = (name: string): string => (/^\d+$/.test(name) ? `{{${name}}}` : name.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()))

function HeaderFields({ parts, conversation, values, onChange }: Fields & { parts: TemplateParts }) {
  const { t } = useTranslation('templates')
  const { header } = parts
  const given = values.header
  if (!header || header.kind === 'gif') return null
  if (header.kind === 'location') return <LocationFields given={given} onChange={(place) => onChange({ ...values, header: place })} />
  if (header.kind === 'text') {
    return header.variable ? (
      <ValueField
        path="header"
        label={t('picker.title1')}
        conversation={conversation}
        value={given?.kind === 'text' ? given.value : ''}
        maxLength={60}
        onChange={(value) => onChange({ ...values, header: { kind: 'text', value } })}
      />
    ) : null
  }
  return (
    <SampleFile
      label={t(`picker.file.${header.kind}`)}
      path="header"
      kind={header.kind}
      mediaId={given?.kind === 'media' ? given.mediaId : undefined}
      onChange={(mediaId) => onChange({ ...values, header: { kind: 'media', mediaId } })}
    />
  )
}

type ButtonsProps = {
  path: string
  buttons: readonly TemplateButton[]
  given: TemplateValues['buttons']
  conversation: Conversation
  onChange: (given: TemplateValues['buttons']) => void
}
function ButtonValues({ path, buttons, given, conversation, onChange }: ButtonsProps) {
  const { t } = useTranslation('templates')
  return buttons.map((b, i) =>
    asksForValue(b) ? (
      <ValueField
        // biome-ignore lint/suspicious/noArrayIndexKey: buttons stand by their place
        key={i}
        path={`${path}.${i}`}
        label={b.kind === 'url' ? t('picker.url', { text: b.text }) : t('picker.coupon')}
        conversation={conversation}
        value={buttonValue(given, i)}
        maxLength={b.kind === 'copy_code' ? 15 : 500}
        onChange={(value) => onChange(withButton(given, i, value))}
      />
    ) : null,
  )
}

function CardFields({ index, parts, conversation, values, onChange }: Fields & { index: number; parts: TemplateParts }) {
  const { t } = useTranslation('templates')
  const card = parts.cards?.[index]
  const given = values.cards[index]
  if (!card || !given) return null
  const set = (change: Partial<typeof given>): void => onChange(withCard(values, index, change))
  return (
    <Stack gap="xs">
      <SampleFile
        label={t('picker.cardFile', { n: index + 1 })}
        path={`cards.${index}.mediaId`}
        kind={card.header.kind}
        mediaId={given.mediaId}
        onChange={(mediaId) => set({ mediaId })}
      />
      {variablesIn(card.body ?? '').map((name) => (
        <ValueField
          key={name}
          path={`cards.${index}.body.${name}`}
          label={spoken(name)}
          conversation={conversation}
          value={given.body[name] ?? ''}
          maxLength={160}
          onChange={(value) => set({ body: { ...given.body, [name]: value } })}
        />
      ))}
      <ButtonValues
        path={`cards.${index}.buttons`}
        buttons={card.buttons}
        given={given.buttons}
        conversation={conversation}
        onChange={(buttons) => set({ buttons })}
      />
    </Stack>
  )
}

function OfferEnd({ values, onChange }: Omit<Fields, 'conversation'>) {
  const { t } = useTranslation('templates')
  const error = useProblem('offerEndsAt')
  const change = (text: string): void => {
    const at = new Date(text)
    const { offerEndsAt: _was, ...rest } = values
    onChange(Number.isNaN(at.getTime()) ? rest : { ...rest, offerEndsAt: at.toISOString() })
  }
  return <TextInput type="datetime-local" label={t('picker.offerEnds')} error={error} onChange={(event) => change(event.currentTarget.value)} />
}

/** Everything that this template waits for, in the order of the message. */
export function ValueFields({ template, conversation, values, onChange }: Fields & { template: Template }) {
  const { t } = useTranslation('templates')
  const { parts } = template
  if (asksForNothing(parts)) {
    return (
      <Text size="sm" c="dimmed">
        {t('picker.nothingToFill')}
      </Text>
    )
  }
  return (
    <Stack gap="sm">
      <HeaderFields parts={parts} conversation={conversation} values={values} onChange={onChange} />
      {parts.auth && (
        <ValueField
          path="body.1"
          label={t('picker.code')}
          conversation={conversation}
          value={values.body['1'] ?? ''}
          maxLength={15}
          onChange={(value) => onChange(withBody(values, '1', value))}
        />
      )}
      {!parts.auth &&
        variablesIn(parts.body).map((name) => (
          <ValueField
            key={name}
            path={`body.${name}`}
            label={spoken(name)}
            conversation={conversation}
            value={values.body[name] ?? ''}
            onChange={(value) => onChange(withBody(values, name, value))}
          />
        ))}
      <ButtonValues
        path="buttons"
        buttons={parts.buttons}
        given={values.buttons}
        conversation={conversation}
        onChange={(buttons) => onChange({ ...values, buttons })}
      />
      {(parts.cards ?? []).map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards stand by their place
        <CardFields key={i} index={i} parts={parts} conversation={conversation} values={values} onChange={onChange} />
      ))}
      {parts.offer?.hasExpiration && <OfferEnd values={values} onChange={onChange} />}
    </Stack>
  )
}
