import type { Contact } from '@atende/contracts/contacts'
import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../../lib/time.ts'
import { Section } from '../../ui/Section.tsx'
import classes from './ContactIdentities.module.css'
import { formatPhone } from './format-phone.ts'

type Identity = Contact['identities'][number]

const ENDS = 6
/** Ids of WhatsApp are long and say nothing to people: country, beginning and end are enough to compare. */
const shortId = (id: string): string => (id.length > 2 * ENDS + 6 ? `${id.slice(0, ENDS + 3)}…${id.slice(-ENDS)}` : id)

function Value({ kind, value }: Identity) {
  if (kind === 'phone') return <>{formatPhone(`+${value}`)}</>
  if (kind === 'username') return <>@{value}</>
  if (kind !== 'bsuid' && kind !== 'group') return <>{value}</>
  return (
    <Tooltip label={value} multiline maw={320} style={{ overflowWrap: 'anywhere' }}>
      <code className={classes.id}>{shortId(value)}</code>
    </Tooltip>
  )
}

/** How we know who writes: now, and before. */
export function ContactIdentities({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contacts')
  if (contact.identities.length + contact.formerIdentities.length === 0) return null
  return (
    <Section flush title={t('identities')} text={t('identitiesText')}>
      <ul className={classes.list}>
        {contact.identities.map(({ kind, value }) => (
          <li key={`${kind}:${value}`} className={classes.row}>
            <span className={classes.kind}>{t(`kind.${kind}`)}</span>
            <span className={classes.value}>
              <Value kind={kind} value={value} />
            </span>
          </li>
        ))}
        {contact.formerIdentities.map(({ kind, value, until, reason }) => (
          <li key={`${kind}:${value}:${until}`} className={classes.row} data-former>
            <span className={classes.kind}>{t(`kind.${kind}`)}</span>
            <span className={classes.value}>
              <Value kind={kind} value={value} />
            </span>
            <span className={classes.until}>{t(`former.${reason}`, { date: formatDate(until) })}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
