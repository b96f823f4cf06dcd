import type { Media } from '@atende/contracts/media'
import { Button, Loader } from '@mantine/core'
import { Clock, FileX2, RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatTime } from '../../../lib/time.ts'
import classes from './media.module.css'
import { isLater, useFetchAgain } from './use-fetch-again.ts'

type MediaPlaceholderProps = { media: Media; broken: boolean; onRetry: () => void; wide?: boolean }
type State = Exclude<Media['reason'], null> | 'broken'

const stateOf = (media: Media, broken: boolean): State => (media.status === 'stored' && broken ? 'broken' : (media.reason ?? 'not_yet'))

function Help({ media, state, fetching }: { media: Media; state: State; fetching: boolean }) {
  const { t } = useTranslation('media')
  const when = media.retryAt !== null && isLater(media.retryAt) ? media.retryAt : null
  const lines = [
    state === 'token' || state === 'expired' || state === 'too_large' || (state === 'refused' && when === null) ? t(`help.${state}`) : '',
    fetching ? t('help.fetching') : '',
    when === null || fetching ? '' : t('help.next', { time: formatTime(when) }),
  ].filter((line) => line !== '')
  return lines.length === 0 ? null : <span className={classes.help}>{lines.join(' ')}</span>
}

/** In place of a file that cannot be shown (yet): says truthfully why, and offers what can help. */
export function MediaPlaceholder({ media, broken, onRetry, wide = false }: MediaPlaceholderProps) {
  const { t } = useTranslation('media')
  const { offered, fetching, fetchNow } = useFetchAgain(media)
  const state = stateOf(media, broken)
  const waiting = state !== 'broken' && media.status === 'pending'
  const retry = state === 'broken' ? { act: onRetry, label: t('again') } : offered ? { act: fetchNow, label: t('now') } : null
  return (
    <span className={classes.placeholder} data-wide={wide || undefined} role="status">
      {fetching && state !== 'broken' ? <Loader size={18} color="gray" /> : waiting ? <Clock size={20} aria-hidden /> : <FileX2 size={20} aria-hidden />}
      <span className={classes.placeholderWords}>
        <span className={classes.state}>{t(`state.${state}`)}</span>
        {state !== 'broken' && <Help media={media} state={state} fetching={fetching} />}
      </span>
      {retry && (
        <Button variant="default" size="compact-xs" leftSection={<RefreshCw size={12} aria-hidden />} onClick={retry.act}>
          {retry.label}
        </Button>
      )}
    </span>
  )
}
