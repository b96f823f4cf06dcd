import type { Conversation } from '@atende/contracts/conversations'
import { Button, Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../../lib/time.ts'
import { usePreview } from '../../messages/use-preview.ts'
import { useEarlierConversations } from '../queries.ts'
import classes from './DetailsPane.module.css'

function Earlier({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const { typeName } = usePreview()
  const last = conversation.lastMessage
  return (
    <li>
      <Link
        to="/conversas/$conversationId"
        params={{ conversationId: conversation.id }}
        search={(was) => ({ ...was, m: undefined })}
        className={classes.earlier}
      >
        <span className={classes.earlierTop}>
          <span>{formatRelative(conversation.lastActivityAt)}</span>
          <span className={classes.earlierStatus}>{t(`status.${conversation.status}`)}</span>
        </span>
        <span className={classes.earlierLast}>{last ? last.preview || typeName(last.type) : t('row.noMessage')}</span>
      </Link>
    </li>
  )
}

export function EarlierConversations({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const common = useTranslation('common').t
  const { data, isPending, isError, refetch } = useEarlierConversations(conversation.contact.id)
  const earlier = data?.items.filter((one) => one.id !== conversation.id) ?? []
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>{t('details.earlier')}</h3>
      {isPending && <Skeleton height={44} />}
      {isError && (
        <p className={classes.quiet}>
          {t('details.blockFailed')}{' '}
          <Button variant="default" size="compact-xs" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </p>
      )}
      {data && earlier.length === 0 && <p className={classes.quiet}>{t('details.noEarlier')}</p>}
      <ul className={classes.earlierList}>
        {earlier.map((one) => (
          <Earlier key={one.id} conversation={one} />
        ))}
      </ul>
    </section>
  )
}
