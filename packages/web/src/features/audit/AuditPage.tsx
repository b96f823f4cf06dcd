import './late-texts.ts'
import type { AuditLine } from '@atende/contracts/audit'
import { Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { AccessRecordsDialog } from './AccessRecordsDialog.tsx'
import { AuditDetail } from './AuditDetail.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import { AuditList } from './AuditList.tsx'
import { AuditProof } from './AuditProof.tsx'
import { ExportMenu } from './ExportMenu.tsx'

export function AuditPage() {
  const { t } = useTranslation(['audit', 'common'])
  const filters = useSearch({ from: '/app/configuracoes/auditoria' })
  const server = useMe().tenant === null
  const permission = server ? 'server.manage' : 'audit.read'
  const mayRead = useCan(permission)
  const [line, setLine] = useState<AuditLine | null>(null)
  const [accessOpen, access] = useDisclosure(false)
  return (
    <SettingsFrame
      title={t('title')}
      text={t(server ? 'serverText' : 'text')}
      actions={mayRead && <ExportMenu filters={filters} onAccessRecords={access.open} />}
      permission={permission}
    >
      <AuditProof />
      <AuditFilters />
      <AuditList filters={filters} onOpen={setLine} />
      <Drawer
        opened={line !== null}
        onClose={() => setLine(null)}
        position="right"
        size={560}
        title={t('detail')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        {line !== null && <AuditDetail line={line} />}
      </Drawer>
      {accessOpen && <AccessRecordsDialog onClose={access.close} />}
    </SettingsFrame>
  )
}
