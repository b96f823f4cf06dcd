import { useTranslation } from 'react-i18next'
import { useThread } from '../thread-context.ts'
import { useTyping } from '../use-room.ts'
import classes from './Composer.module.css'

/** A colleague who answers at the same time matters more than the customer who types. */
export function TypingLine({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation('composer')
  const { contactName } = useThread()
  const { contact, colleague } = useTyping(conversationId)
  const text = colleague ? t('typing.user', { name: colleague }) : contact ? t('typing.contact', { name: contactName }) : null
  return (
    <div className={classes.typing} role="status" data-collision={colleague !== null || undefined}>
      {text !== null && (
        <>
          <span className={classes.dots} aria-hidden>
            <span />
            <span />
            <span />
          </span>
          <span className={classes.typingName}>{text}</span>
        </>
      )}
    </div>
  )
}
