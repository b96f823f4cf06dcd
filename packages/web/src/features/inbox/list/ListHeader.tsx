import { SegmentedControl } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useShortcut } from '../../../lib/shortcuts.ts'
import type { InboxSearch } from '../filter.ts'
import { ClosesSoon } from './ClosesSoon.tsx'
import { ListFilters } from './ListFilters.tsx'
import classes from './ListHeader.module.css'
import { ListTabs } from './ListTabs.tsx'
import { SearchField } from './SearchField.tsx'

type ListHeaderProps = { search: InboxSearch; onChange: (patch: Partial<InboxSearch>) => void }

export function ListHeader({ search, onChange }: ListHeaderProps) {
  const { t } = useTranslation('inbox')
  const input = useRef<HTMLInputElement>(null)
  useShortcut('/', () => input.current?.focus(), t('shortcuts.search'), t('shortcuts.group'))
  return (
    <header className={classes.header}>
      <div className={classes.line}>
        <h2 className={classes.title}>{t('title')}</h2>
        <SegmentedControl
          size="xs"
          radius="md"
          aria-label={t('status.label')}
          value={search.status}
          data={[
            { value: 'open', label: t('status.open') },
            { value: 'resolved', label: t('status.resolved') },
          ]}
          onChange={(status) => onChange({ status, soon: undefined })}
        />
      </div>
      <div className={classes.line}>
        <SearchField value={search.q ?? ''} onChange={(q) => onChange({ q })} inputRef={input} />
        <ListFilters search={search} onChange={onChange} />
      </div>
      <ListTabs view={search.view} counted={search.status === 'open'} onChange={(view) => onChange({ view })} />
      {search.status === 'open' && <ClosesSoon on={search.soon === true} onChange={(on) => onChange({ soon: on || undefined })} />}
    </header>
  )
}
