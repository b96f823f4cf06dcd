import type { WebhookEvent } from '@atende/contracts/channels'
import { CircleCheck, CircleHelp, Clock3, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Pill } from '../../ui/Pill.tsx'

const LOOKS = {
  waiting: { tone: 'quiet', icon: Clock3 },
  processed: { tone: 'good', icon: CircleCheck },
  not_understood: { tone: 'waiting', icon: CircleHelp },
  failed: { tone: 'harm', icon: TriangleAlert },
} as const

export function EventStatus({ status }: { status: WebhookEvent['status'] }) {
  const { t } = useTranslation('events')
  const { tone, icon: Icon } = LOOKS[status]
  return (
    <Pill tone={tone} icon={<Icon size={13} aria-hidden />}>
      {t(`status.${status}`)}
    </Pill>
  )
}
