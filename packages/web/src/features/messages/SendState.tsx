import type { Message } from '@atende/contracts/messages'
import { Button } from '@mantine/core'
import { CircleAlert, CircleQuestionMark, CloudOff, RotateCcw, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Bubble.module.css'
import type { OutboxEntry } from './outbox.ts'
import { retryEntry, settleEntry } from './outbox-store.ts'
import { useThread } from './thread-context.ts'

type SendStateProps = { message: Message; entry: OutboxEntry | null }
type PanelProps = { tone: 'harm' | 'waiting' | 'quiet'; icon: ReactNode; children: ReactNode }

function Panel({ tone, icon, children }: PanelProps) {
  return (
    <span className={classes.panel} data-tone={tone} role={tone === 'harm' ? 'alert' : 'status'}>
      <span className={classes.panelIcon}>{icon}</span>
      <span className={classes.panelWords}>{children}</span>
    </span>
  )
}

function AgainButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation('messages')
  return (
    <Button variant="default" size="compact-xs" leftSection={<RotateCcw size={12} aria-hidden />} onClick={onClick}>
      {t('bubble.retry')}
    </Button>
  )
}

function Failed({ message, entry }: SendStateProps) {
  const { t } = useTranslation('messages')
  const { retry } = useThread()
  const { error } = message
  return (
    <Panel tone="harm" icon={<CircleAlert size={15} aria-hidden />}>
      <strong>{error?.title ?? t('bubble.failedTitle')}</strong>
      {error?.action && <span>{error.action}</span>}
      <span className={classes.panelButtons}>
        {error?.canRetry && <AgainButton onClick={() => (entry ? retryEntry(entry.clientId) : retry(message))} />}
        {entry && (
          <Button variant="subtle" color="gray" size="compact-xs" leftSection={<Trash2 size={12} aria-hidden />} onClick={() => settleEntry(entry.clientId)}>
            {t('bubble.discard')}
          </Button>
        )}
      </span>
    </Panel>
  )
}

/** Inside the bubble: why a message of ours did not go, or may not have gone, and the one thing to do about it. */
export function SendState({ message, entry }: SendStateProps) {
  const { t } = useTranslation('messages')
  const { retry } = useThread()
  if (message.status === 'failed') return <Failed message={message} entry={entry} />
  if (message.status === 'unknown') {
    return (
      <Panel tone="waiting" icon={<CircleQuestionMark size={15} aria-hidden />}>
        <span>{t('bubble.unknown')}</span>
        <span className={classes.panelButtons}>
          <AgainButton onClick={() => retry(message)} />
        </span>
      </Panel>
    )
  }
  if (entry?.state !== 'waiting' || entry.attempts === 0) return null
  return (
    <Panel tone="quiet" icon={<CloudOff size={15} aria-hidden />}>
      <span>{entry.content === null ? t('bubble.waitingFile') : t('bubble.waiting')}</span>
    </Panel>
  )
}
