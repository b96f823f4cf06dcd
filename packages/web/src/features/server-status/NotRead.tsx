import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Row } from '../../ui/Section.tsx'

/** One part is missing, the others are there. */
export function NotRead() {
  const { t } = useTranslation('serverStatus')
  return (
    <Row>
      <Text size="sm" c="dimmed">
        {t('notRead')}
      </Text>
    </Row>
  )
}
