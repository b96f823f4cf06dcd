import type { TemplateHeader, TemplateParts } from '@atende/contracts/templates'
import { Input, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { followText } from './draft.ts'
import { PartProblem, useProblem } from './problems.tsx'
import { SampleFile } from './SampleFile.tsx'
import { Samples } from './TextWithVariables.tsx'

const KINDS = ['none', 'text', 'image', 'video', 'document', 'location'] as const
type Kind = (typeof KINDS)[number] | 'gif'

const newHeader = (kind: Kind): TemplateHeader | null => {
  if (kind === 'none') return null
  if (kind === 'text') return { kind, text: '' }
  return { kind }
}

function TitleFields({ header, onChange }: { header: Extract<TemplateHeader, { kind: 'text' }>; onChange: (header: TemplateHeader) => void }) {
  const { t } = useTranslation('templates')
  const error = useProblem('parts.header.text')
  const change = (text: string): void => {
    const variable = followText(text, header.variable ? [header.variable] : [])[0]
    onChange({ kind: 'text', text, ...(variable ? { variable } : {}) })
  }
  return (
    <>
      <TextInput label={t('form.headerText')} value={header.text} error={error} onChange={(event) => change(event.currentTarget.value)} />
      <Samples
        path="parts.header.variable"
        variables={header.variable ? [header.variable] : []}
        onChange={([variable]) => onChange({ ...header, ...(variable ? { variable } : {}) })}
      />
    </>
  )
}

export function HeaderSection({ parts, onChange }: { parts: TemplateParts; onChange: (parts: TemplateParts) => void }) {
  const { t } = useTranslation('templates')
  const { header } = parts
  const set = (next: TemplateHeader | null): void => onChange({ ...parts, header: next })
  const kinds: readonly Kind[] = header?.kind === 'gif' ? [...KINDS, 'gif'] : KINDS
  return (
    <Stack gap="sm">
      <Input.Wrapper label={t('form.header')} labelElement="div">
        <SegmentedControl
          fullWidth
          mt={4}
          size="xs"
          aria-label={t('form.header')}
          value={header?.kind ?? 'none'}
          onChange={(value) => {
            const kind = kinds.find((k) => k === value)
            if (kind) set(newHeader(kind))
          }}
          data={kinds.map((value) => ({ value, label: t(`form.headerOf.${value}`) }))}
        />
      </Input.Wrapper>
      {header?.kind === 'text' && <TitleFields header={header} onChange={set} />}
      {header?.kind === 'location' && (
        <Text size="sm" c="dimmed">
          {t('form.headerLocation')}
        </Text>
      )}
      {header !== null && header.kind !== 'text' && header.kind !== 'location' && (
        <SampleFile
          label={t('form.sampleFile')}
          description={t('form.sampleFileHint')}
          path="parts.header.exampleMediaId"
          kind={header.kind}
          mediaId={header.exampleMediaId}
          kept={header.example !== undefined}
          onChange={(exampleMediaId) => set({ ...header, exampleMediaId })}
        />
      )}
      <PartProblem path="parts.header" />
    </Stack>
  )
}
