import { Drawer, SegmentedControl } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { EventDetail } from './EventDetail.tsx'
import { EventList } from './EventList.tsx'

const FILTERS = ['any', 'problem'] as const

export function WebhookEventsPage() {
  const { t } = useTranslation(['events', 'common'])
  const { filtro = 'any', evento } = useSearch({ from: '/app/configuracoes/eventos' })
  const navigate = useNavigate({ from: '/configuracoes/eventos' })
  const open = (id: string | undefined): void => void navigate({ search: (was) => ({ ...was, evento: id }) })
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="webhooks.read">
      <SegmentedControl
        mb="md"
        aria-label={t('filter')}
        value={filtro}
        onChange={(next) => void navigate({ search: { filtro: next === 'any' ? undefined : next }, replace: true })}
        data={FILTERS.map((value) => ({ value, label: t(value) }))}
      />
      <EventList filter={filtro} onOpen={open} />
      <Drawer
        opened={evento !== undefined}
        onClose={() => open(undefined)}
        position="right"
        size={640}
        title={t('detail')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        {evento !== undefined && <EventDetail id={evento} />}
      </Drawer>
    </SettingsFrame>
  )
}
