import type { AuditLine } from '@atende/contracts/audit'
import { Button, Center, UnstyledButton } from '@mantine/core'
import { Ban, Check, ScrollText } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Pill } from '../../ui/Pill.tsx'
import rows from '../../ui/rows.module.css'
import { Section } from '../../ui/Section.tsx'
import classes from './AuditList.module.css'
import { actionName } from './action-name.ts'
import { type Filters, useAuditLines } from './use-audit.ts'
import { useWho } from './use-who.ts'

export function OutcomePill({ outcome }: { outcome: AuditLine['outcome'] }) {
  const { t } = useTranslation('audit')
  const Icon = outcome === 'success' ? Check : Ban
  return (
    <Pill tone={outcome === 'success' ? 'quiet' : 'harm'} icon={<Icon size={13} aria-hidden />}>
      {t(`outcome.${outcome}`)}
    </Pill>
  )
}

/** The person that it is about, when somebody else did it. */
const otherPerson = ({ object, actor }: AuditLine): string | null => (object !== null && object.id !== actor?.id ? object.name : null)

/** What an administration call called. */
const routeOf = ({ action, details }: AuditLine): string | null =>
  action === 'admin.call' && details !== null ? `${String(details.method)} ${String(details.route)}` : null

function LineRow({ line, onOpen }: { line: AuditLine; onOpen: () => void }) {
  const who = useWho(line)
  const { t } = useTranslation('audit')
  const route = routeOf(line)
  const other = otherPerson(line)
  const onto = other === null ? null : t('onto', { name: other })
  return (
    <UnstyledButton className={`${rows.row} ${classes.row}`} onClick={onOpen}>
      <span className={rows.words}>
        <span className={classes.action}>
          {actionName(line.action)}
          {route !== null && <span className={classes.route}> {route}</span>}
        </span>
        <span className={classes.text}>
          {who} · {onto !== null && `${onto} · `}
          <time dateTime={line.at} title={formatDateTime(line.at)}>
            {formatRelative(line.at)}
          </time>
          {line.ip !== null && ` · ${line.ip}`}
        </span>
      </span>
      <OutcomePill outcome={line.outcome} />
    </UnstyledButton>
  )
}

export function AuditList({ filters, onOpen }: { filters: Filters; onOpen: (line: AuditLine) => void }) {
  const { t } = useTranslation(['audit', 'common'])
  const lines = useAuditLines(filters)
  const list = lines.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <Section flush>
        {lines.isPending && <ListSkeleton rows={8} />}
        {lines.isError && list === undefined && <ErrorState compact error={lines.error} retry={() => void lines.refetch()} />}
        {list?.length === 0 && <EmptyState icon={<ScrollText size={24} aria-hidden />} title={t('emptyTitle')} text={t('emptyText')} />}
        {list?.map((line) => (
          <LineRow key={line.id} line={line} onOpen={() => onOpen(line)} />
        ))}
      </Section>
      {lines.hasNextPage && (
        <Center>
          <Button variant="default" loading={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
            {t('common:action.more')}
          </Button>
        </Center>
      )}
    </>
  )
}
