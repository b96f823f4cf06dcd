import type { Channel } from '@atende/contracts/channels'
import { Link } from '@tanstack/react-router'
import { ChevronRight, MessageCircle, Smartphone } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import rows from '../../ui/rows.module.css'
import { formatPhone } from '../contacts/format-phone.ts'
import classes from './ChannelLink.module.css'
import { ChannelStatus } from './ChannelStatus.tsx'

export function ChannelLink({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels')
  const Icon = channel.emulator ? Smartphone : MessageCircle
  const delivered = channel.lastWebhookAt === null ? t('noWebhook') : t('lastWebhook', { when: formatRelative(channel.lastWebhookAt) })
  return (
    <Link to="/configuracoes/canais/$channelId" params={{ channelId: channel.id }} className={`${rows.link} ${classes.link}`}>
      <span className={classes.icon}>
        <Icon size={19} aria-hidden />
      </span>
      <span className={`${rows.words} ${classes.words}`}>
        <span className={classes.name}>
          {channel.name}
          {channel.emulator && channel.name !== t('emulator') && <Pill tone="quiet">{t('emulator')}</Pill>}
        </span>
        <span className={classes.text}>
          {[channel.displayPhoneNumber ? formatPhone(channel.displayPhoneNumber) : channel.phoneNumberId, channel.verifiedName, delivered]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {channel.status === 'error' && channel.lastError !== null && <span className={classes.problem}>{channel.lastError}</span>}
      </span>
      <ChannelStatus channel={channel} />
      <ChevronRight size={17} className={`${rows.arrow} ${classes.arrow}`} aria-hidden />
    </Link>
  )
}
