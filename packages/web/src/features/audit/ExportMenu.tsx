import { Button, Menu } from '@mantine/core'
import { ChevronDown, Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queryClient } from '../../lib/query.ts'
import { useCan } from '../../lib/session.ts'
import { toastError } from '../../ui/toast.ts'
import { downloadAudit, type Filters, useAuditBase } from './use-audit.ts'

export function ExportMenu({ filters, onAccessRecords }: { filters: Filters; onAccessRecords: () => void }) {
  const { t } = useTranslation('audit')
  const base = useAuditBase()
  const mayExportAccess = useCan('access_records.export')
  const [busy, setBusy] = useState(false)
  const download = async (format: 'csv' | 'json'): Promise<void> => {
    setBusy(true)
    await downloadAudit(base, filters, format).catch(toastError)
    setBusy(false)
    await queryClient.invalidateQueries({ queryKey: ['audit'] })
  }
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button variant="default" loading={busy} leftSection={<Download size={16} aria-hidden />} rightSection={<ChevronDown size={14} aria-hidden />}>
          {t('export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('exportNote')}</Menu.Label>
        <Menu.Item onClick={() => void download('csv')}>{t('csv')}</Menu.Item>
        <Menu.Item onClick={() => void download('json')}>{t('json')}</Menu.Item>
        {mayExportAccess && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={onAccessRecords}>{t('access.open')}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
