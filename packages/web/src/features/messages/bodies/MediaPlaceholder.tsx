import type { Media } from '@atende/contracts/media'
import { Button, Loader } from '@mantine/core'
import { FileX2, RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './bodies.module.css'

type MediaPlaceholderProps = { media: Media; broken: boolean; onRetry: () => void; wide?: boolean }

/** In place of a file that cannot be shown (yet): says truthfully why. */
export function MediaPlaceholder({ media, broken, onRetry, wide = false }: MediaPlaceholderProps) {
  const { t } = useTranslation('messages')
  const state = media.status === 'stored' ? (broken ? 'broken' : 'pending') : media.status
  return (
    <span className={classes.placeholder} data-wide={wide || undefined} role="status">
      {state === 'pending' ? <Loader size={18} color="gray" /> : <FileX2 size={20} aria-hidden />}
      <span>{t(`media.${state}`)}</span>
      {state === 'broken' && (
        <Button variant="default" size="compact-xs" leftSection={<RefreshCw size={12} aria-hidden />} onClick={onRetry}>
          {t('media.retry')}
        </Button>
      )}
    </span>
  )
}
