import type { TemplateButton } from '@atende/contracts/templates'
import { ActionIcon, Button, Group, Input, Menu, Stack, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { ButtonFields } from './ButtonFields.tsx'
import { addButton, move, NEW_BUTTONS } from './draft.ts'
import classes from './editor.module.css'
import { PartProblem } from './problems.tsx'

type ButtonsSectionProps = {
  label: string
  description?: string
  path: string
  buttons: readonly TemplateButton[]
  most: number
  /** On cards, kinds change on all of them at once, elsewhere. */
  fixed?: boolean
  kinds?: readonly (typeof NEW_BUTTONS)[number][]
  onChange: (buttons: TemplateButton[]) => void
}

function RowTools({ buttons, index, onChange }: Pick<ButtonsSectionProps, 'buttons' | 'onChange'> & { index: number }) {
  const { t } = useTranslation('templates')
  const n = index + 1
  const icon = { variant: 'subtle', color: 'gray', size: 28 } as const
  return (
    <Group gap={0} wrap="nowrap">
      <ActionIcon {...icon} aria-label={t('form.moveUp', { n })} disabled={index === 0} onClick={() => onChange(move(buttons, index, index - 1))}>
        <ArrowUp size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon {...icon} aria-label={t('form.moveDown', { n })} disabled={n === buttons.length} onClick={() => onChange(move(buttons, index, index + 1))}>
        <ArrowDown size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon {...icon} aria-label={t('form.removeButton', { n })} onClick={() => onChange(buttons.toSpliced(index, 1))}>
        <X size={15} aria-hidden />
      </ActionIcon>
    </Group>
  )
}

export function AddButton({ kinds, onAdd }: { kinds: readonly (typeof NEW_BUTTONS)[number][]; onAdd: (kind: (typeof NEW_BUTTONS)[number]) => void }) {
  const { t } = useTranslation('templates')
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <Button variant="default" size="compact-sm" leftSection={<Plus size={14} aria-hidden />}>
          {t('form.addButton')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {t(`form.button.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

export function ButtonsSection({ label, description, path, buttons, most, fixed = false, kinds = NEW_BUTTONS, onChange }: ButtonsSectionProps) {
  const { t } = useTranslation('templates')
  return (
    <Input.Wrapper label={label} {...(description ? { description } : {})} labelElement="div">
      <Stack gap="xs" mt={6} align="stretch">
        {buttons.map((button, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no name but their place
          <div key={index} className={classes.box}>
            <Group justify="space-between" mb={6}>
              <Text size="xs" fw={600} c="dimmed">
                {t(`form.button.${button.kind}`)}
              </Text>
              {!fixed && <RowTools buttons={buttons} index={index} onChange={onChange} />}
            </Group>
            <ButtonFields path={`${path}.${index}`} button={button} onChange={(next) => onChange(buttons.with(index, next))} />
          </div>
        ))}
        {!fixed && buttons.length < most && (
          <div>
            <AddButton kinds={kinds} onAdd={(kind) => onChange(addButton(buttons, kind))} />
          </div>
        )}
      </Stack>
      <PartProblem path={path} />
    </Input.Wrapper>
  )
}
