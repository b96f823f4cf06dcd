import { Button, type ButtonProps, Group, Popover, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

type ConfirmButtonProps = ButtonProps & {
  children: ReactNode
  /** The precise question: what goes, and for whom. */
  question: string
  /** The verb of the button that does it. */
  verb: string
  onConfirm: () => void
}

/** Only for what cannot be undone. */
export function ConfirmButton({ children, question, verb, onConfirm, ...button }: ConfirmButtonProps) {
  const { t } = useTranslation('common')
  const [opened, setOpened] = useState(false)
  const confirm = (): void => {
    setOpened(false)
    onConfirm()
  }
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus returnFocus withinPortal width={300} position="bottom-end" withRoles>
      <Popover.Target>
        <Button {...button} onClick={() => setOpened((was) => !was)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={question}>
        <Text size="sm" lh={1.5}>
          {question}
        </Text>
        <Group justify="flex-end" gap="xs" mt="sm">
          <Button variant="default" size="xs" onClick={() => setOpened(false)}>
            {t('action.cancel')}
          </Button>
          <Button color="red" size="xs" onClick={confirm}>
            {verb}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
