import { PhoneCall, PhoneOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime } from '../../../lib/time.ts'
import type { RichContent } from './RichBody.tsx'
import classes from './rich.module.css'

type Permission = Extract<RichContent, { type: 'call_permission' }>

export function CallPermissionBody({ permission }: { permission: Permission }) {
  const { t } = useTranslation('rich')
  const { response, permanent, expiresAt } = permission
  if (response === 'reject') {
    return (
      <span className={classes.note}>
        <PhoneOff size={16} aria-hidden />
        <span>{t('call.no')}</span>
      </span>
    )
  }
  const words = permanent ? t('call.always') : expiresAt ? t('call.until', { when: formatDateTime(expiresAt) }) : t('call.once')
  return (
    <span className={classes.note}>
      <PhoneCall size={16} aria-hidden />
      <span>{words}</span>
    </span>
  )
}
