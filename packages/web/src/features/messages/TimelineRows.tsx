import { useTranslation } from 'react-i18next'
import { formatDay } from '../../lib/time.ts'
import { ActivityLine } from './ActivityLine.tsx'
import { Album } from './Album.tsx'
import { Bubble } from './Bubble.tsx'
import classes from './Timeline.module.css'
import type { TimelineRow } from './timeline.ts'

type RowProps = { row: TimelineRow; flash: boolean; focusable: boolean }

export function Row({ row, flash, focusable }: RowProps) {
  const { t } = useTranslation('messages')
  switch (row.kind) {
    case 'day':
      return (
        <div className={classes.day}>
          <span>{formatDay(row.at)}</span>
        </div>
      )
    case 'unread':
      return (
        <div className={classes.unread} data-unread-mark>
          {t('list.unread')}
        </div>
      )
    case 'activity':
      return <ActivityLine message={row.message} />
    case 'album':
      return <Album row={row} />
    case 'message':
      return <Bubble message={row.message} entry={row.entry} first={row.first} last={row.last} flash={flash} focusable={focusable} />
  }
}

const CHARS_PER_LINE = 58
const textHeight = (text: string | undefined): number =>
  text ? text.split('\n').reduce((sum, line) => sum + 22 * Math.max(1, Math.ceil(line.length / CHARS_PER_LINE)), 0) : 0

/** A good guess keeps the scroll bar calm until the row is really measured. */
export const estimateRow = (row: TimelineRow | undefined): number => {
  if (row?.kind === 'album') return (row.messages.length === 3 ? 348 : 336) + 26 + (row.last ? 8 : 0)
  if (row?.kind !== 'message') return row?.kind === 'activity' ? 31 : 48
  const { content, quoted, referral, revokedAt } = row.message
  const around = 26 + (row.last ? 8 : 0) + (quoted ? 52 : 0) + (referral ? 110 : 0)
  if (revokedAt) return around + 24
  switch (content.type) {
    case 'text':
      return around + textHeight(content.text)
    case 'image':
    case 'video':
      return around + 260 + textHeight(content.caption)
    case 'document':
      return around + 70 + textHeight(content.caption)
    case 'audio':
      return around + 62
    case 'sticker':
      return around + 152
    case 'location':
      return around + 180
    case 'contacts':
      return around + 90 * content.contacts.length
    case 'order':
      return around + 74 + 26 * content.order.items.length
    case 'flow_reply':
      return around + 44 + 46 * content.fields.length
    case 'interactive':
      return around + 60 + textHeight(content.interactive.body)
    case 'template':
      return around + 60 + textHeight(content.template.body) + 38 * content.template.buttons.length
    default:
      return around + 24
  }
}
