import type { Message } from '@atende/contracts/messages'
import { useTranslation } from 'react-i18next'
import classes from './Bubble.module.css'
import { TypeIcon } from './TypeIcon.tsx'
import { useThread } from './thread-context.ts'
import { usePreview } from './use-preview.ts'

type QuotedProps = { quoted: NonNullable<Message['quoted']> }

export function QuotedWords({ quoted }: QuotedProps) {
  const { t } = useTranslation('messages')
  const { contactName } = useThread()
  const { typeName } = usePreview()
  const who = quoted.direction === 'in' ? contactName : quoted.direction === 'out' ? t('by.us') : null
  return (
    <>
      {who && <span className={classes.quotedName}>{who}</span>}
      <span className={classes.quotedText}>
        <TypeIcon type={quoted.type} size={13} />
        <span className={classes.quotedLine}>{quoted.preview || (quoted.id ? typeName(quoted.type) : t('bubble.quotedGone'))}</span>
      </span>
    </>
  )
}

/** What the message answers; a click goes there, when we have it. */
export function Quoted({ quoted }: QuotedProps) {
  const { t } = useTranslation('messages')
  const { jumpTo } = useThread()
  const { id } = quoted
  if (id === null) {
    return (
      <span className={classes.quoted} data-by={quoted.direction}>
        <QuotedWords quoted={quoted} />
      </span>
    )
  }
  return (
    <button type="button" className={classes.quoted} data-by={quoted.direction} title={t('bubble.goToQuoted')} onClick={() => jumpTo(id)}>
      <QuotedWords quoted={quoted} />
    </button>
  )
}
