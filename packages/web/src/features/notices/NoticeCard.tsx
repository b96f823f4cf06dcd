import type { Notice } from '@atende/contracts/notices'
import { Button, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Bell, Check, CircleAlert, Info, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { toast } from '../../ui/toast.ts'
import classes from './NoticeCard.module.css'
import { useResolveNotice } from './use-notices.ts'

const LOOKS = {
  critical: { tone: 'harm', icon: TriangleAlert },
  warning: { tone: 'waiting', icon: CircleAlert },
  info: { tone: 'quiet', icon: Info },
} as const

function Resolution({ notice }: { notice: Notice }) {
  const { t } = useTranslation('notices')
  if (notice.resolvedAt === null) return null
  const when = formatRelative(notice.resolvedAt)
  return (
    <p className={classes.done}>
      <Check size={14} aria-hidden />
      {notice.resolvedBy === null ? t('resolvedItself', { when }) : t('resolvedBy', { name: notice.resolvedBy, when })}
    </p>
  )
}

/** What happened, what to do, and the way there. */
export function NoticeCard({ notice }: { notice: Notice }) {
  const { t } = useTranslation('notices')
  const resolve = useResolveNotice()
  const { tone, icon: Icon } = LOOKS[notice.severity]
  const open = notice.resolvedAt === null
  const Sign = open ? Icon : Bell
  return (
    <article className={classes.card} data-severity={open ? notice.severity : undefined}>
      <span className={classes.sign}>
        <Sign size={19} aria-hidden />
      </span>
      <div className={classes.words}>
        <div className={classes.head}>
          <h2 className={classes.title}>{notice.title}</h2>
          {open && <Pill tone={tone}>{t(`severity.${notice.severity}`)}</Pill>}
        </div>
        {notice.action !== '' && <p className={classes.action}>{notice.action}</p>}
        <Group gap="xs" mt={open ? 'sm' : 4}>
          {open && notice.link !== null && (
            <Button component={Link} to={notice.link} size="xs" variant="default">
              {t('go')}
            </Button>
          )}
          {open && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              loading={resolve.isPending}
              onClick={() => resolve.mutate(notice.id, { onSuccess: () => toast(t('resolved')) })}
            >
              {t('resolve')}
            </Button>
          )}
          <Resolution notice={notice} />
          <time className={classes.when} dateTime={notice.createdAt} title={formatDateTime(notice.createdAt)}>
            {formatRelative(notice.createdAt)}
          </time>
        </Group>
      </div>
    </article>
  )
}
