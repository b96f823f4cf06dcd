import type { Channel } from '@atende/contracts/channels'
import { Archive, CircleCheck, CirclePause, Clock3, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Pill } from '../../ui/Pill.tsx'

const LOOKS = {
  pending: { tone: 'waiting', icon: Clock3 },
  connected: { tone: 'good', icon: CircleCheck },
  error: { tone: 'harm', icon: TriangleAlert },
  disabled: { tone: 'quiet', icon: CirclePause },
  released: { tone: 'quiet', icon: Archive },
} as const

export function ChannelStatus({ channel }: { channel: Pick<Channel, 'status' | 'releasedAt'> }) {
  const { t } = useTranslation('channels')
  const status = channel.releasedAt === null ? channel.status : 'released'
  const { tone, icon: Icon } = LOOKS[status]
  return (
    <Pill tone={tone} icon={<Icon size={13} aria-hidden />}>
      {t(`status.${status}`)}
    </Pill>
  )
}
