import './late-texts.ts'
import { Button, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Plus, RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useChannels } from '../channels/use-channels.ts'
import { TemplateFilters } from './TemplateFilters.tsx'
import { TemplateList } from './TemplateList.tsx'
import { useSyncTemplates } from './use-templates.ts'

/** One number of each account is enough to read its templates. */
const oneOfEach = (channels: readonly { id: string; wabaId: string; releasedAt: string | null }[]): string[] => [
  ...new Map(channels.filter((c) => c.releasedAt === null).map((c) => [c.wabaId, c.id])).values(),
]

function Actions() {
  const { t } = useTranslation('templates')
  const channels = useChannels()
  const sync = useSyncTemplates()
  const ids = oneOfEach(channels.data ?? [])
  if (ids.length === 0) return null
  return (
    <>
      <Tooltip label={t('syncHint')}>
        <Button
          variant="default"
          leftSection={<RefreshCw size={15} aria-hidden />}
          loading={sync.isPending}
          onClick={() => sync.mutate(ids, { onSuccess: (found) => toast(t('synced', { count: found })), onError: toastError })}
        >
          {t('sync')}
        </Button>
      </Tooltip>
      <Button leftSection={<Plus size={16} aria-hidden />} component={Link} to="/configuracoes/modelos/novo">
        {t('new')}
      </Button>
    </>
  )
}

export function TemplatesPage() {
  const { t } = useTranslation('templates')
  const mayManage = useCan('templates.manage')
  return (
    <SettingsFrame title={t('title')} text={t('text')} actions={mayManage && <Actions />} permission="templates.read">
      <TemplateFilters />
      <TemplateList mayManage={mayManage} />
    </SettingsFrame>
  )
}
