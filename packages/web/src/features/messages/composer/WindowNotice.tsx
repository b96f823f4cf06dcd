import type { Conversation } from '@atende/contracts/conversations'
import { Lock, Timer } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { formatRemaining, useNow } from '../../../lib/time.ts'
import { windowState } from '../../inbox/window.ts'
import classes from './Composer.module.css'

/** How long free text is still possible, when that is soon over. */
export function WindowCountdown({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('composer')
  const now = useNow(15_000)
  const { closesSoon, expiresAt } = windowState({ ...conversation, status: 'open' }, now)
  if (!closesSoon || !expiresAt) return null
  return (
    <span className={classes.countdown} title={t('window.openHint')}>
      <Timer size={14} aria-hidden />
      {t('window.open', { time: formatRemaining(expiresAt, now) })}
    </span>
  )
}

/** In place of the composer: why nothing can be written, and what opens it again. */
export function WindowClosed({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('composer')
  const mayAnswer = useCan('messages.send')
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
    </div>
  )
}
