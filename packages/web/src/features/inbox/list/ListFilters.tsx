import { ActionIcon, Button, Indicator, Popover, Select, Stack, Tooltip } from '@mantine/core'
import { ListFilter } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useChannels } from '../../channels/use-channels.ts'
import { useTags } from '../../tags/use-tags.ts'
import type { InboxSearch } from '../filter.ts'

type ListFiltersProps = { search: InboxSearch; onChange: (patch: Partial<InboxSearch>) => void }

function FilterFields({ search, onChange }: ListFiltersProps) {
  const { t } = useTranslation('inbox')
  const tags = useTags()
  const channels = useChannels()
  const asOptions = (items: { id: string; name: string }[] = []) => items.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <Stack gap="sm">
      <Select
        label={t('filters.tag')}
        placeholder={t('filters.anyTag')}
        data={asOptions(tags.data)}
        value={search.tag ?? null}
        onChange={(tag) => onChange({ tag: tag ?? undefined })}
        searchable
        openOnFocus={false}
        clearable
        withScrollArea={false}
        styles={{ options: { maxHeight: 220, overflowY: 'auto' } }}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t('filters.channel')}
        placeholder={t('filters.anyChannel')}
        data={asOptions(channels.data)}
        value={search.channel ?? null}
        onChange={(channel) => onChange({ channel: channel ?? undefined })}
        clearable
        withScrollArea={false}
        styles={{ options: { maxHeight: 220, overflowY: 'auto' } }}
        comboboxProps={{ withinPortal: false }}
      />
      {(search.tag || search.channel) && (
        <Button variant="default" size="xs" onClick={() => onChange({ tag: undefined, channel: undefined })}>
          {t('filters.clear')}
        </Button>
      )}
    </Stack>
  )
}

export function ListFilters(props: ListFiltersProps) {
  const { t } = useTranslation('inbox')
  const active = [props.search.tag, props.search.channel].filter(Boolean).length
  const label = active === 0 ? t('filters.label') : t('filters.active', { count: active })
  return (
    <Popover position="bottom-end" width={260} trapFocus withRoles>
      <Popover.Target>
        <Tooltip label={label}>
          <Indicator disabled={active === 0} size={8} offset={5} color="sea">
            <ActionIcon variant={active > 0 ? 'light' : 'subtle'} color={active > 0 ? 'sea' : 'gray'} size={34} aria-label={label}>
              <ListFilter size={17} aria-hidden />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filters.label')}>
        <FilterFields {...props} />
      </Popover.Dropdown>
    </Popover>
  )
}
