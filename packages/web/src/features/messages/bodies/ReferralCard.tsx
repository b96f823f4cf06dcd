import type { Message } from '@atende/contracts/messages'
import './late-texts.ts'
import { ExternalLink, Megaphone } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useFreshMedia } from '../use-fresh-media.ts'
import classes from './rich.module.css'

type Referral = NonNullable<Message['referral']>

/** Only what we have fetched ourselves: no picture is loaded from anywhere else. */
function Picture({ picture }: { picture: NonNullable<Referral['picture']> }) {
  const { t } = useTranslation('rich')
  const { media, broken, onError } = useFreshMedia(picture)
  const address = media.thumbnailUrl ?? media.url
  if (media.status !== 'stored' || !address || broken) return null
  return <img className={classes.adPicture} src={address} alt={t('referral.picture')} decoding="async" draggable={false} onError={onError} />
}

/** The ad or post that brought the person here. */
export function ReferralCard({ referral }: { referral: Referral }) {
  const { t } = useTranslation('rich')
  const { source, headline, body, url, picture, welcome } = referral
  const address = url ? URL.parse(url) : null
  return (
    <span className={classes.ad}>
      {picture && <Picture picture={picture} />}
      <span className={classes.adWords}>
        <span className={classes.label}>
          <Megaphone size={12} aria-hidden />
          {t(`referral.${source}`)}
        </span>
        {headline && <strong className={classes.headline}>{headline}</strong>}
        {body && <span className={classes.adText}>{body}</span>}
        {welcome && (
          <span className={classes.adText}>
            <span className={classes.faint}>{t('referral.welcome')}:</span> {welcome}
          </span>
        )}
        {address && (address.protocol === 'https:' || address.protocol === 'http:') && (
          <a className={classes.adLink} href={address.href} target="_blank" rel="noopener noreferrer nofollow">
            {t('referral.open')}
            <ExternalLink size={12} aria-hidden />
          </a>
        )}
      </span>
    </span>
  )
}
