import type { Conversation } from '@atende/contracts/conversations'
import { Button } from '@mantine/core'
import { Bot, Gift, LayoutTemplate, Lock, Timer } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { formatDate, formatRemaining, formatTime, useNow } from '../../../lib/time.ts'
import { windowState } from '../../inbox/window.ts'
import classes from './Composer.module.css'

const formatDayTime = (at: string): string => `${formatDate(at)} ${formatTime(at)}`

/** How long free text is still possible, when that is soon over. */
export function WindowCountdown({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('composer')
  const now = useNow(15_000)
  const { closesSoon, expiresAt } = windowState({ ...conversation, status: 'open' }, now)
  if (!closesSoon || !expiresAt) return null
  return (
    <span className={classes.countdown} title={t('window.openHint')}>
      <Timer size={14} aria-hidden />
      <span className={classes.long}>{t('window.open', { time: formatRemaining(expiresAt, now) })}</span>
      <span className={classes.short}>{formatRemaining(expiresAt, now)}</span>
    </span>
  )
}

/** Until when WhatsApp charges nothing, because an ad brought the person. */
export function FreeEntry({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('composer')
  const now = useNow(60_000)
  const until = conversation.freeEntryUntil
  if (until === null || Date.parse(until) <= now) return null
  return (
    <span className={classes.free} title={`${t('window.free', { time: formatDayTime(until) })}. ${t('window.freeHint')}`}>
      <Gift size={14} aria-hidden />
      <span>{t('window.free', { time: formatDayTime(until) })}</span>
    </span>
  )
}

/** Before anything is sent: it would take the chat over. */
export function PassiveNotice() {
  const { t } = useTranslation('composer')
  return (
    <div className={classes.passive} role="note">
      <Bot size={16} aria-hidden />
      <span>
        <strong>{t('window.passiveTitle')}</strong> {t('window.passiveText')}
      </span>
    </div>
  )
}

/** In place of the composer: why nothing can be written, and what opens it again. */
export function WindowClosed({ conversation, onTemplate }: { conversation: Conversation; onTemplate: () => void }) {
  const { t } = useTranslation('composer')
  const mayAnswer = useCan('messages.send')
  const mayTemplate = useCan('templates.read')
  const never = conversation.windowExpiresAt === null
  return (
    <div className={classes.closed} role="note">
      <span className={classes.closedIcon}>
        <Lock size={17} aria-hidden />
      </span>
      {mayAnswer ? (
        <p>
          <strong>{never ? t('window.neverTitle') : t('window.closedTitle')}</strong> {never ? t('window.neverText') : t('window.closedText')}
        </p>
      ) : (
        <p>{t('window.noPermission')}</p>
      )}
      {mayAnswer && mayTemplate && (
        <Button className={classes.closedAction} leftSection={<LayoutTemplate size={16} aria-hidden />} onClick={onTemplate}>
          {t('window.template')}
        </Button>
      )}
    </div>
  )
}
