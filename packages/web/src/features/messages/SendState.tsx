import type { Message } from '@atende/contracts/messages'
import { Button } from '@mantine/core'
import { CircleAlert, CircleQuestionMark, CloudOff, Hourglass, LayoutTemplate, RotateCcw, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatRemaining, useNow } from '../../lib/time.ts'
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

function AgainButton({ onClick, label }: { onClick: () => void; label?: string }) {
  const { t } = useTranslation('messages')
  if (!useCan('messages.send')) return null
  return (
    <Button variant="default" size="compact-xs" leftSection={<RotateCcw size={12} aria-hidden />} onClick={onClick}>
      {label ?? t('bubble.retry')}
    </Button>
  )
}

/** Cloud API, errors: more than 24 hours since the customer wrote; only a template gets through. */
const WINDOW_CLOSED = 131047

function TemplateButton() {
  const { t } = useTranslation('composer')
  const { chooseTemplate } = useThread()
  return (
    <Button variant="default" size="compact-xs" leftSection={<LayoutTemplate size={12} aria-hidden />} onClick={chooseTemplate}>
      {t('window.template')}
    </Button>
  )
}

function Failed({ message, entry }: SendStateProps) {
  const { t } = useTranslation('messages')
  const { retry } = useThread()
  const mayAnswer = useCan('messages.send')
  const mayTemplate = useCan('templates.read') && mayAnswer
  const { error } = message
  return (
    <Panel tone="harm" icon={<CircleAlert size={15} aria-hidden />}>
      <strong>{error?.title ?? t('bubble.failedTitle')}</strong>
      {error?.action && <span>{error.action}</span>}
      <span className={classes.panelButtons}>
        {error?.code === WINDOW_CLOSED && mayTemplate && <TemplateButton />}
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

/** A status may still tell what became of it; only when none comes, a person may send it again. */
function Unknown({ message }: { message: Message }) {
  const { t } = useTranslation('composer')
  const { retry } = useThread()
  const now = useNow(1000)
  const until = message.error?.retryAt
  const waits = until !== undefined && Date.parse(until) > now
  return (
    <Panel tone="waiting" icon={<CircleQuestionMark size={15} aria-hidden />}>
      <span>{waits ? t('sendState.unknownWait', { time: formatRemaining(until, now) }) : t('sendState.unknownNow')}</span>
      {!waits && (
        <span className={classes.panelButtons}>
          <AgainButton label={t('sendState.again')} onClick={() => retry(message)} />
        </span>
      )}
    </Panel>
  )
}

/** It waits here because the number cannot send right now. */
function Held({ error }: { error: NonNullable<Message['error']> }) {
  const { t } = useTranslation('composer')
  return (
    <Panel tone="waiting" icon={<Hourglass size={15} aria-hidden />}>
      <strong>{error.title}</strong>
      {error.action && <span>{error.action}</span>}
      <span>{t('sendState.held')}</span>
    </Panel>
  )
}

/** Inside the bubble: why a message of ours did not go, or may not have gone, and the one thing to do about it. */
export function SendState({ message, entry }: SendStateProps) {
  const { t } = useTranslation('messages')
  if (message.status === 'failed') return <Failed message={message} entry={entry} />
  if (message.status === 'unknown') return <Unknown message={message} />
  if (message.status === 'queued' && message.error) return <Held error={message.error} />
  if (entry?.state !== 'waiting' || entry.attempts === 0) return null
  return (
    <Panel tone="quiet" icon={<CloudOff size={15} aria-hidden />}>
      <span>{entry.content === null ? t('bubble.waitingFile') : t('bubble.waiting')}</span>
    </Panel>
  )
}
