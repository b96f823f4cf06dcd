import { ClipboardList, Copy, ExternalLink, List, MapPin, Phone, Reply, UserRound } from 'lucide-react'
import classes from './rich.module.css'

const ICONS = { reply: Reply, link: ExternalLink, list: List, phone: Phone, copy: Copy, location: MapPin, contact: UserRound, form: ClipboardList }
export type Choice = { key: string; kind: keyof typeof ICONS; label: string; href?: string | null; hint?: string | null }

const safeHref = (address: string | null | undefined): string | null => {
  const url = address ? URL.parse(address) : null
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

/** What the customer can press on the phone. Here it only shows; links may be opened. */
export function Choices({ choices }: { choices: readonly Choice[] }) {
  return (
    <span className={classes.choices}>
      {choices.map(({ key, kind, label, href, hint }) => {
        const Icon = ICONS[kind]
        const address = safeHref(href)
        const inside = (
          <>
            <Icon size={14} aria-hidden />
            <span className={classes.choiceWords}>
              <span>{label}</span>
              {hint && <span className={classes.faint}>{hint}</span>}
            </span>
          </>
        )
        return address ? (
          <a key={key} className={classes.choice} href={address} target="_blank" rel="noopener noreferrer nofollow" title={address}>
            {inside}
          </a>
        ) : (
          <span key={key} className={classes.choice}>
            {inside}
          </span>
        )
      })}
    </span>
  )
}
