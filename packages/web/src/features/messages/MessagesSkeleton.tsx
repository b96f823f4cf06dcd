import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './Timeline.module.css'

const BUBBLES = [
  { side: 'in', width: '42%', height: 40 },
  { side: 'in', width: '58%', height: 62 },
  { side: 'out', width: '48%', height: 40 },
  { side: 'in', width: '30%', height: 40 },
  { side: 'out', width: '55%', height: 84 },
  { side: 'out', width: '36%', height: 41 },
] as const

export function MessagesSkeleton() {
  const { t } = useTranslation('common')
  return (
    <div className={classes.frame}>
      <div className={classes.skeleton} role="status" aria-label={t('loading')}>
        {BUBBLES.map(({ side, width, height }) => (
          <Skeleton key={`${width}${height}`} data-side={side} width={width} height={height} radius={14} />
        ))}
      </div>
    </div>
  )
}
