import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Row } from './Section.tsx'

/** Rows of the same size as those to come. */
export function ListSkeleton({ rows = 4, avatar = false }: { rows?: number; avatar?: boolean }) {
  const { t } = useTranslation('common')
  return (
    <div role="status" aria-label={t('loading')}>
      {Array.from({ length: rows }, (_, index) => index).map((index) => (
        <Row key={index}>
          {avatar && <Skeleton circle height={36} />}
          <div style={{ flex: 1 }}>
            <Skeleton height={13} width={`${52 - (index % 3) * 9}%`} radius="sm" />
            <Skeleton height={11} width={`${34 - (index % 2) * 8}%`} mt={8} radius="sm" />
          </div>
        </Row>
      ))}
    </div>
  )
}
