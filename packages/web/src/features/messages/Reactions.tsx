import type { Message } from '@atende/contracts/messages'
import { useTranslation } from 'react-i18next'
import classes from './Bubble.module.css'
import { useThread } from './thread-context.ts'

/** Ours is taken back with a click. */
export function Reactions({ message }: { message: Message }) {
  const { t } = useTranslation('messages')
  const { contactName, maySend, react } = useThread()
  return (
    <span className={classes.reactions}>
      {message.reactions.map((reaction, i) => {
        const key = `${reaction.by}${i}`
        const ours = reaction.by === 'us'
        const label = t('bubble.reaction', { emoji: reaction.emoji, who: ours ? t('by.us') : contactName })
        return ours && maySend ? (
          <button
            key={key}
            type="button"
            className={classes.reaction}
            title={t('bubble.unreact')}
            aria-label={`${label}. ${t('bubble.unreact')}`}
            onClick={() => react(message, '')}
          >
            {reaction.emoji}
          </button>
        ) : (
          <span key={key} className={classes.reaction} title={label} role="img" aria-label={label}>
            {reaction.emoji}
          </span>
        )
      })}
    </span>
  )
}
