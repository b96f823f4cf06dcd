import type { Location } from '@atende/contracts/messages'
import { ExternalLink, MapPin } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import classes from './bodies.module.css'

const mapAddress = (latitude: number, longitude: number): string =>
  `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`

/** No map is loaded by itself: that would tell a third party where the customer is. The person opens it. */
export function LocationBody({ location }: { location: z.infer<typeof Location> }) {
  const { t } = useTranslation('messages')
  const { latitude, longitude, name, address } = location
  return (
    <a className={classes.card} href={mapAddress(latitude, longitude)} target="_blank" rel="noopener noreferrer">
      <span className={classes.map} aria-hidden>
        <MapPin size={26} fill="currentColor" strokeWidth={1.4} />
      </span>
      <span className={classes.cardWords}>
        <span className={classes.cardTitle}>{name ?? t('location.title')}</span>
        {address && <span className={classes.fileFacts}>{address}</span>}
        <span className={`${classes.fileFacts} tabular`}>
          {latitude.toFixed(5)}, {longitude.toFixed(5)}
        </span>
        <span className={classes.cardAction}>
          {t('location.open')}
          <ExternalLink size={12} aria-hidden />
        </span>
      </span>
    </a>
  )
}
