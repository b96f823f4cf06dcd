import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'

type Undo = { label: string; run: () => void }

/** A quiet word that something is done; with a way back where there is one. */
export const sayDone = (text: string, undo?: Undo): void => {
  const id = notifications.show({
    // Not over the composer, where the next answer is being written.
    position: 'top-center',
    withBorder: true,
    color: 'sea',
    autoClose: undo ? 6_000 : 2_500,
    withCloseButton: false,
    message: undo ? (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <span>{text}</span>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            notifications.hide(id)
            undo.run()
          }}
        >
          {undo.label}
        </Button>
      </Group>
    ) : (
      text
    ),
  })
}

/** A colleague was faster: what happened, and what may still be done. */
export const sayTaken = (title: string, message: string): void => {
  notifications.show({ position: 'top-center', color: 'amber', autoClose: 8_000, withBorder: true, title, message, role: 'alert' })
}
