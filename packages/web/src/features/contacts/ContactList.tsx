import { ActionIcon, CloseButton, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { Plus, Search, Users } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShortcut } from '../../lib/shortcuts.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import classes from './ContactList.module.css'
import { ContactRows } from './ContactRows.tsx'
import { useContactList } from './contact-queries.ts'

const TYPING_MS = 250

function SearchField({ q }: { q: string }) {
  const { t } = useTranslation(['contacts', 'common'])
  const navigate = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [word, setWord] = useState(q)
  const look = useDebouncedCallback((next: string) => {
    void navigate({ to: '.', search: (was) => ({ ...was, q: next.trim() || undefined }), replace: true })
  }, TYPING_MS)
  const change = (next: string): void => {
    setWord(next)
    look(next)
  }
  useShortcut('/', () => input.current?.focus(), t('common:action.search'), t('title'))
  return (
    <TextInput
      ref={input}
      type="text"
      role="searchbox"
      value={word}
      onChange={(event) => change(event.currentTarget.value)}
      placeholder={t('search')}
      aria-label={t('search')}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={word !== '' && <CloseButton size="sm" aria-label={t('common:action.clear')} onClick={() => change('')} />}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}

type ContactListProps = { q: string; selected: string | undefined; onAdd: (() => void) | undefined }

export function ContactList({ q, selected, onAdd }: ContactListProps) {
  const { t } = useTranslation('contacts')
  const list = useContactList(q)
  const contacts = list.data?.pages.flatMap((page) => page.items)
  const loadMore = (): void => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
  }
  return (
    <>
      <header className={classes.head}>
        <div className={classes.line}>
          <h1 className={classes.title}>{t('title')}</h1>
          {onAdd !== undefined && (
            <Tooltip label={t('add')}>
              <ActionIcon size="lg" aria-label={t('add')} onClick={onAdd}>
                <Plus size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
        <SearchField q={q} />
        {contacts !== undefined && contacts.length > 0 && <p className={classes.order}>{t('newestFirst')}</p>}
      </header>
      {list.isPending && <ListSkeleton avatar rows={9} />}
      {list.isError && contacts === undefined && <ErrorState error={list.error} retry={() => void list.refetch()} />}
      {contacts?.length === 0 && q === '' && <EmptyState icon={<Users size={24} aria-hidden />} title={t('emptyTitle')} text={t('emptyText')} />}
      {contacts?.length === 0 && q !== '' && <EmptyState icon={<Search size={24} aria-hidden />} title={t('nothingTitle', { q })} text={t('nothingText')} />}
      {contacts !== undefined && contacts.length > 0 && (
        <ContactRows contacts={contacts} q={q} selected={selected} onEnd={loadMore} loadingMore={list.isFetchingNextPage} />
      )}
    </>
  )
}
