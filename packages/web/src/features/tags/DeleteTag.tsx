import type { Tag } from '@atende/contracts/tags'
import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export function DeleteTag({ tag, onCancel, onConfirm }: { tag: Tag; onCancel: () => void; onConfirm: () => void }) {
  const { t } = useTranslation(['tags', 'common'])
  return (
    <>
      <Text size="sm" lh={1.5}>
        {t('removeQuestion', { name: tag.name })}
      </Text>
      <Group justify="flex-end" gap="xs" mt="sm">
        <Button variant="default" size="xs" onClick={onCancel}>
          {t('common:action.cancel')}
        </Button>
        <Button color="red" size="xs" onClick={onConfirm}>
          {t('common:action.remove')}
        </Button>
      </Group>
    </>
  )
}
