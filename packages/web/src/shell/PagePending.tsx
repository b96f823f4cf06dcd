import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './Page.module.css'

/** While a page's code loads: the shape of a page. */
export function PagePending() {
  const { t } = useTranslation('common')
  return (
    <div className={classes.page} role="status" aria-label={t('loading')}>
      <Skeleton height={26} width={220} radius="sm" />
      <Skeleton height={14} width="min(460px, 80%)" mt={14} radius="sm" />
      <Skeleton height={220} mt={32} radius="md" />
    </div>
  )
}
