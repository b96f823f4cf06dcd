import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './ConversationList.module.css'

const ROWS = [78, 52, 66, 84, 45, 70, 58, 80]

export function ListSkeleton() {
  const { t } = useTranslation('common')
  return (
    <div role="status" aria-label={t('loading')}>
      {ROWS.map((width) => (
        <div key={width} className={classes.skeleton}>
          <Skeleton circle height={40} />
          <div className={classes.skeletonLines}>
            <Skeleton height={12} width={`${width * 0.7}%`} />
            <Skeleton height={10} width={`${width}%`} />
          </div>
        </div>
      ))}
    </div>
  )
}
