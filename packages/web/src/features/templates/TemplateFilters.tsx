import { TemplateCategory } from '@atende/contracts/templates'
import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChannels } from '../channels/use-channels.ts'
import { LANGUAGES, useLanguageName } from './TemplateBadges.tsx'
import classes from './TemplateFilters.module.css'

const STATES = ['usable', 'waiting', 'problem'] as const
const TABS = ['any', ...STATES] as const

/** The filters stand in the address, so that a colleague sees the same list. */
export function TemplateFilters() {
  const { t } = useTranslation('templates')
  const search = useSearch({ from: '/app/configuracoes/modelos' })
  const navigate = useNavigate({ from: '/configuracoes/modelos' })
  const channels = useChannels().data ?? []
  const languageName = useLanguageName()
  const [word, setWord] = useState(search.q ?? '')
  const set = (change: Partial<typeof search>): void => void navigate({ search: (was) => ({ ...was, ...change }), replace: true })
  const find = useDebouncedCallback((q: string) => set({ q: q.trim() || undefined }), 250)
  return (
    <div className={classes.filters}>
      <SegmentedControl
        className={classes.tabs}
        aria-label={t('state')}
        value={search.situacao ?? 'any'}
        onChange={(tab) => set({ situacao: STATES.find((one) => one === tab) })}
        data={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
      />
      <div className={classes.fields}>
        <TextInput
          type="search"
          className={classes.search}
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<Search size={15} aria-hidden />}
          value={word}
          onChange={(event) => {
            setWord(event.currentTarget.value)
            find(event.currentTarget.value)
          }}
        />
        <Select
          aria-label={t('filterCategory')}
          placeholder={t('filterCategory')}
          clearable
          value={search.categoria ?? null}
          onChange={(value) => set({ categoria: TemplateCategory.safeParse(value).data })}
          data={TemplateCategory.options.map((value) => ({ value, label: t(`category.${value}`) }))}
        />
        <Select
          aria-label={t('filterLanguage')}
          placeholder={t('filterLanguage')}
          clearable
          value={search.idioma ?? null}
          onChange={(value) => set({ idioma: value ?? undefined })}
          data={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
        />
        {channels.length > 1 && (
          <Select
            aria-label={t('filterChannel')}
            placeholder={t('filterChannel')}
            clearable
            value={search.canal ?? null}
            onChange={(value) => set({ canal: value ?? undefined })}
            data={channels.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
      </div>
    </div>
  )
}
