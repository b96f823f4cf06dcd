import './late-texts.ts'
import { Button, Center, SegmentedControl } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { BellOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { NoticeCard } from './NoticeCard.tsx'
import { type NoticeFilter, useNotices } from './use-notices.ts'

function NoticeList({ filter }: { filter: NoticeFilter }) {
  const { t } = useTranslation(['notices', 'common'])
  const notices = useNotices(filter)
  const list = notices.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <Section flush>
        {notices.isPending && <ListSkeleton rows={4} />}
        {notices.isError && list === undefined && <ErrorState compact error={notices.error} retry={() => void notices.refetch()} />}
        {list?.length === 0 && (
          <EmptyState icon={<BellOff size={24} aria-hidden />} title={filter === 'open' ? t('emptyTitle') : t('neverTitle')} text={t('emptyText')} />
        )}
        {list?.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </Section>
      {notices.hasNextPage && (
        <Center>
          <Button variant="default" loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
            {t('common:action.more')}
          </Button>
        </Center>
      )}
    </>
  )
}

export function NoticesPage() {
  const { t } = useTranslation('notices')
  const { filtro = 'open' } = useSearch({ from: '/app/avisos' })
  const navigate = useNavigate()
  return (
    <Page>
      <RequirePermission permission="channels.manage">
        <PageHeader
          title={t('title')}
          text={t('text')}
          actions={
            <SegmentedControl
              aria-label={t('filter')}
              value={filtro}
              onChange={(value) => void navigate({ to: '/avisos', search: value === 'any' ? { filtro: 'any' } : {}, replace: true })}
              data={[
                { value: 'open', label: t('open') },
                { value: 'any', label: t('any') },
              ]}
            />
          }
        />
        <NoticeList filter={filtro} />
      </RequirePermission>
    </Page>
  )
}
