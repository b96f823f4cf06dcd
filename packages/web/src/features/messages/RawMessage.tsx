import { RawMessage as Raw } from '@atende/contracts/messages'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import './bodies/late-texts.ts'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import classes from './bodies/rich.module.css'

/** For who looks after the channels: what WhatsApp really sent. */
export function RawMessage({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('rich')
  // Each look is written down on the server: no second one by itself.
  const query = useQuery({ queryKey: ['raw-message', id], queryFn: () => api(Raw, 'GET', `/api/messages/${id}/raw`), staleTime: Number.POSITIVE_INFINITY })
  const text = query.data?.raw ? JSON.stringify(query.data.raw, null, 2) : ''
  return (
    <Dialog title={t('raw.title')} size={640} onClose={onClose}>
      {query.isPending && <Skeleton height={180} radius={9} />}
      {query.isError && <ErrorState error={query.error} retry={() => void query.refetch()} compact />}
      {query.isSuccess && (
        <div className={classes.raw}>
          <p className={classes.faint}>{text === '' ? t('raw.plain') : t('raw.about')}</p>
          {text !== '' && (
            <>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre tabIndex={0}>{text}</pre>
              <CopyButton value={text} label={t('raw.title')} withText />
            </>
          )}
        </div>
      )}
    </Dialog>
  )
}
