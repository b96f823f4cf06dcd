import { variablesIn } from '@atende/contracts/template-text'
import type { TemplateButton } from '@atende/contracts/templates'
import { Group, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProblem } from './problems.tsx'

type Fields<K extends TemplateButton['kind']> = { path: string; button: Extract<TemplateButton, { kind: K }>; onChange: (button: TemplateButton) => void }

function ButtonText({ path, button, onChange }: Fields<'quick_reply' | 'url' | 'phone' | 'flow'>) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.text`)
  return (
    <TextInput
      label={t('form.buttonText')}
      value={button.text}
      maxLength={25}
      error={error}
      onChange={(e) => onChange({ ...button, text: e.currentTarget.value })}
    />
  )
}

function UrlFields({ path, button, onChange }: Fields<'url'>) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.url`)
  const sampleError = useProblem(`${path}.variable`)
  const change = (url: string): void => {
    const name = variablesIn(url)[0]
    const { variable, ...rest } = button
    onChange({ ...rest, url, ...(name === undefined ? {} : { variable: { name: /^\w+$/.test(name) ? name : '1', example: variable?.example ?? '' } }) })
  }
  return (
    <>
      <TextInput
        label={t('form.buttonUrl')}
        description={t('form.buttonUrlHint', { variable: '{{1}}' })}
        type="url"
        value={button.url}
        error={error}
        onChange={(e) => change(e.currentTarget.value)}
      />
      {button.variable && (
        <TextInput
          label={t('form.buttonUrlSample')}
          value={button.variable.example}
          error={sampleError}
          onChange={(e) => onChange({ ...button, variable: { name: button.variable?.name ?? '1', example: e.currentTarget.value } })}
        />
      )}
    </>
  )
}

function PhoneField({ path, button, onChange }: Fields<'phone'>) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.phone`)
  return (
    <TextInput
      label={t('form.buttonPhone')}
      type="tel"
      value={button.phone}
      maxLength={20}
      error={error}
      onChange={(e) => onChange({ ...button, phone: e.currentTarget.value })}
    />
  )
}

function CodeField({ path, button, onChange }: Fields<'copy_code'>) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.example`)
  return (
    <TextInput
      label={t('form.buttonCode')}
      value={button.example}
      maxLength={15}
      error={error}
      onChange={(e) => onChange({ ...button, example: e.currentTarget.value })}
    />
  )
}

function FlowFields({ path, button, onChange }: Fields<'flow'>) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.flowId`)
  return (
    <Group grow align="flex-start">
      <TextInput
        label={t('form.buttonFlow')}
        value={button.flowId ?? ''}
        error={error}
        onChange={(e) => onChange({ ...button, flowId: e.currentTarget.value })}
      />
      <TextInput label={t('form.buttonScreen')} value={button.screen ?? ''} onChange={(e) => onChange({ ...button, screen: e.currentTarget.value })} />
    </Group>
  )
}

/** The fields of one button, by its kind. */
export function ButtonFields({ path, button, onChange }: { path: string; button: TemplateButton; onChange: (button: TemplateButton) => void }) {
  const { t } = useTranslation('templates')
  switch (button.kind) {
    case 'quick_reply':
      return <ButtonText path={path} button={button} onChange={onChange} />
    case 'url':
      return (
        <Stack gap="xs">
          <ButtonText path={path} button={button} onChange={onChange} />
          <UrlFields path={path} button={button} onChange={onChange} />
        </Stack>
      )
    case 'phone':
      return (
        <Group grow align="flex-start">
          <ButtonText path={path} button={button} onChange={onChange} />
          <PhoneField path={path} button={button} onChange={onChange} />
        </Group>
      )
    case 'copy_code':
      return <CodeField path={path} button={button} onChange={onChange} />
    case 'flow':
      return (
        <Stack gap="xs">
          <ButtonText path={path} button={button} onChange={onChange} />
          <FlowFields path={path} button={button} onChange={onChange} />
        </Stack>
      )
    case 'other':
      return (
        <Text size="sm" c="dimmed">
          {t('form.buttonKept', { kind: button.text ?? button.original })}
        </Text>
      )
    default:
      return (
        <TextInput
          label={t('form.buttonText')}
          value={button.text ?? ''}
          maxLength={25}
          onChange={(e) => onChange({ ...button, text: e.currentTarget.value })}
        />
      )
  }
}
