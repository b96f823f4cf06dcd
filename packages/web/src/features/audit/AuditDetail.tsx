import type { AuditLine } from '@atende/contracts/audit'
import { Alert, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDateTime } from '../../lib/time.ts'
import { CopyField } from '../../ui/CopyField.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { deviceName } from '../access/device-name.ts'
import { OutcomePill } from './AuditList.tsx'
import { actionName } from './action-name.ts'
import { useWho } from './use-who.ts'

const KEYS = ['reason', 'fields', 'changed', 'role', 'active', 'status', 'route', 'method', 'by', 'format', 'from', 'to', 'name', 'lines', 'account'] as const
const VALUES = ['wrong_password', 'unknown_account', 'tenant_suspended'] as const

function useDetails(details: AuditLine['details']): [string, string][] {
  const { t } = useTranslation('audit')
  const word = (value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no')
    if (Array.isArray(value)) return value.map(word).join(', ')
    if (typeof value === 'object' && value !== null) return JSON.stringify(value)
    const known = VALUES.find((one) => one === value)
    return known ? t(`value.${known}`) : String(value ?? '')
  }
  return Object.entries(details ?? {}).map(([key, value]) => {
    const known = KEYS.find((one) => one === key)
    return [known ? t(`key.${known}`) : key, value === null || JSON.stringify(value) === '{}' ? '' : word(value)]
  })
}

const OBJECTS = [
  'user',
  'tag',
  'contact',
  'conversation',
  'channel',
  'template',
  'tenant',
  'session',
  'invitation',
  'message',
  'notice',
  'price',
  'quota',
  'webhook_event',
  'route',
] as const
function useObject(object: AuditLine['object']): string | null {
  const { t } = useTranslation('audit')
  if (object === null) return null
  const known = OBJECTS.find((one) => one === object.type)
  return [known ? t(`object.${known}`) : object.type, object.name ?? object.id].filter((part) => part !== null).join(' ')
}

/** Everything that a line says. */
export function AuditDetail({ line }: { line: AuditLine }) {
  const { t } = useTranslation('audit')
  const who = useWho(line)
  const details = useDetails(line.details)
  const object = useObject(line.object)
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          [t('fact.what'), actionName(line.action)],
          [t('fact.result'), <OutcomePill key="outcome" outcome={line.outcome} />],
          [t('fact.who'), who],
          [t('fact.when'), formatDateTime(line.at)],
          [t('fact.ip'), line.ip],
          [t('fact.device'), deviceName(line.userAgent)],
          [t('fact.object'), object],
          [t('fact.seq'), line.seq],
        ]}
      />
      {line.details === null && <Alert color="amber">{t('gone')}</Alert>}
      {details.length > 0 && <Facts facts={details} />}
      {line.requestId !== null && <CopyField label={t('fact.request')} value={line.requestId} />}
      <CopyField label={t('fact.hash')} value={line.hash} />
    </Stack>
  )
}
