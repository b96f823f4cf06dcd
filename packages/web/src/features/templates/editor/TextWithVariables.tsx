import type { TemplateVariable } from '@atende/contracts/templates'
import { Button, Group, Menu, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { Braces } from 'lucide-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { followText, nextVariable } from './draft.ts'
import { useProblem } from './problems.tsx'

const NAMES = ['nome', 'primeiro_nome', 'empresa', 'atendente', 'data', 'hora', 'valor', 'codigo'] as const
type Format = 'positional' | 'named'

function InsertVariable({ format, onInsert }: { format: Format; onInsert: (wanted: string) => void }) {
  const { t } = useTranslation('templates')
  const button = (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Braces size={14} aria-hidden />}
      {...(format === 'positional' ? { onClick: () => onInsert('') } : {})}
    >
      {t('form.insert')}
    </Button>
  )
  if (format === 'positional') return button
  return (
    <Menu position="bottom-start" width={200}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {NAMES.map((name) => (
          <Menu.Item key={name} onClick={() => onInsert(name)}>
            {t(`form.insertNamed.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function Sample({ path, variable, onChange }: { path: string; variable: TemplateVariable; onChange: (example: string) => void }) {
  const { t } = useTranslation('templates')
  const error = useProblem(`${path}.${variable.name}`)
  return (
    <TextInput
      size="sm"
      label={t('form.sampleOf', { variable: `{{${variable.name}}}` })}
      value={variable.example}
      maxLength={200}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

export function Samples({
  path,
  variables,
  onChange,
}: {
  path: string
  variables: readonly TemplateVariable[]
  onChange: (variables: TemplateVariable[]) => void
}) {
  const { t } = useTranslation('templates')
  if (variables.length === 0) return null
  return (
    <Stack gap={6}>
      <div>
        <Text size="sm" fw={550}>
          {t('form.samples')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('form.samplesHint')}
        </Text>
      </div>
      <Group gap="sm" grow preventGrowOverflow={false} align="flex-start">
        {variables.map((v) => (
          <Sample key={v.name} path={path} variable={v} onChange={(example) => onChange(variables.map((o) => (o.name === v.name ? { ...o, example } : o)))} />
        ))}
      </Group>
    </Stack>
  )
}

type TextWithVariablesProps = {
  label: string
  description?: string
  path: string
  samplesPath: string
  text: string
  variables: readonly TemplateVariable[]
  format: Format
  limit: number
  rows: number
  onChange: (text: string, variables: TemplateVariable[]) => void
}

/** A text, a way to put variables where the cursor is, and a sample for each of them. */
export function TextWithVariables({ label, description, path, samplesPath, text, variables, format, limit, rows, onChange }: TextWithVariablesProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const error = useProblem(path)
  const length = [...text].length
  const insert = (wanted: string): void => {
    const at = field.current?.selectionStart ?? text.length
    const end = field.current?.selectionEnd ?? at
    const variable = `{{${nextVariable(text, format, wanted)}}}`
    const next = text.slice(0, at) + variable + text.slice(end)
    onChange(next, followText(next, variables))
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(at + variable.length, at + variable.length)
    })
  }
  return (
    <Stack gap="xs">
      <Textarea
        ref={field}
        label={label}
        {...(description ? { description } : {})}
        autosize
        minRows={rows}
        maxRows={14}
        value={text}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value, followText(event.currentTarget.value, variables))}
      />
      <Group justify="space-between">
        <InsertVariable format={format} onInsert={insert} />
        <Text size="xs" c={length > limit ? 'red' : 'dimmed'} className="tabular">
          {length}/{limit}
        </Text>
      </Group>
      <Samples path={samplesPath} variables={variables} onChange={(next) => onChange(text, next)} />
    </Stack>
  )
}
