import { Button } from '@mantine/core'
import { Coffee, Inbox, SearchX, Smartphone, Timer } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../../lib/session.ts'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import type { InboxSearch } from '../filter.ts'
import { useEmulatorPhone } from '../queries.ts'

type ListEmptyProps = { search: InboxSearch; onChange: (patch: Partial<InboxSearch>) => void }

function SearchEmpty({ search, onChange }: ListEmptyProps) {
  const { t } = useTranslation('inbox')
  const other = search.status === 'open' ? 'resolved' : 'open'
  return (
    <EmptyState
      icon={<SearchX size={24} aria-hidden />}
      title={t('empty.search', { q: search.q ?? '' })}
      text={t('empty.searchText')}
      action={
        <Button variant="default" size="xs" onClick={() => onChange({ status: other, view: 'all' })}>
          {t(other === 'resolved' ? 'empty.seeResolved' : 'empty.seeOpen')}
        </Button>
      }
    />
  )
}

function EmulatorLink() {
  const { t } = useTranslation('inbox')
  const { data } = useEmulatorPhone(useCan('channels.read'))
  if (!data?.available || !data.phoneUrl) return null
  return (
    <Button component="a" href={data.phoneUrl} target="_blank" rel="noreferrer" variant="light" size="xs" leftSection={<Smartphone size={14} aria-hidden />}>
      {t('empty.emulator')}
    </Button>
  )
}

/** What would be here, and the next step. */
export function ListEmpty({ search, onChange }: ListEmptyProps) {
  const { t } = useTranslation('inbox')
  const composer = useTranslation('composer').t
  const { sees } = useMe().user
  if (search.q) return <SearchEmpty search={search} onChange={onChange} />
  if (search.soon) {
    return (
      <EmptyState
        icon={<Timer size={24} aria-hidden />}
        title={composer('window.soonEmpty')}
        text={composer('window.soonEmptyText')}
        action={
          <Button variant="default" size="xs" onClick={() => onChange({ soon: undefined })}>
            {t('filters.clear')}
          </Button>
        }
      />
    )
  }
  if (search.tag || search.channel) {
    return (
      <EmptyState
        icon={<SearchX size={24} aria-hidden />}
        title={t('empty.filtered')}
        text={t('empty.filteredText')}
        action={
          <Button variant="default" size="xs" onClick={() => onChange({ tag: undefined, channel: undefined })}>
            {t('filters.clear')}
          </Button>
        }
      />
    )
  }
  if (search.status === 'resolved') {
    return <EmptyState icon={<Inbox size={24} aria-hidden />} title={t('empty.resolved')} text={t('empty.resolvedText')} />
  }
  const toUnassigned = (
    <Button variant="default" size="xs" onClick={() => onChange({ view: 'unassigned' })}>
      {t('empty.seeUnassigned')}
    </Button>
  )
  return (
    <EmptyState
      icon={<Coffee size={24} aria-hidden />}
      title={t(`empty.${search.view}`)}
      text={t(`empty.${search.view}Text`)}
      action={search.view === 'mine' && sees !== 'own' ? toUnassigned : <EmulatorLink />}
    />
  )
}
