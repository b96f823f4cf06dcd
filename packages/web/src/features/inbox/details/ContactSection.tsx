import type { Contact } from '@atende/contracts/contacts'
import type { Conversation } from '@atende/contracts/conversations'
import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { AtSign, Mail, MegaphoneOff, Phone } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { z } from 'zod'
import { useCan } from '../../../lib/session.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { CopyButton } from '../../../ui/CopyButton.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { formatPhone } from '../../contacts/format-phone.ts'
import { useContact } from '../queries.ts'
import classes from './DetailsPane.module.css'
import { InlineField } from './InlineField.tsx'
import { NotesField } from './NotesField.tsx'
import { useSaveContact } from './use-save-contact.ts'

const isEmail = (text: string) => z.email().safeParse(text).success

/** How the person is reached; a group has none of these. */
function Addresses({ contact }: { contact: Contact }) {
  const { t } = useTranslation('inbox')
  const locked = !useCan('contacts.write')
  const { mutateAsync: save } = useSaveContact(contact.id)
  const username = contact.identities.find((identity) => identity.kind === 'username')
  return (
    <section className={classes.section}>
      {username && (
        <div className={classes.fact}>
          <AtSign size={15} aria-hidden />
          <span className={classes.phone}>{username.value}</span>
          <CopyButton value={`@${username.value}`} label={t('details.username')} />
        </div>
      )}
      <div className={classes.fact}>
        <Phone size={15} aria-hidden />
        <span className={classes.phone}>{contact.phone ? formatPhone(contact.phone) : t('header.noPhone')}</span>
        {contact.phone && <CopyButton value={contact.phone} label={t('details.phone')} />}
      </div>
      <div className={classes.fact}>
        <Mail size={15} aria-hidden />
        <InlineField
          value={contact.email ?? ''}
          label={t('details.email')}
          placeholder={t('details.addEmail')}
          disabled={locked}
          check={(text) => (text === '' || isEmail(text) ? null : t('details.emailInvalid'))}
          save={(email) => save({ email: email === '' ? null : email })}
        />
      </div>
      {contact.marketingOptOutAt !== null && (
        <div className={classes.fact} data-waiting>
          <MegaphoneOff size={15} aria-hidden />
          <span>{t('details.optedOut')}</span>
        </div>
      )}
    </section>
  )
}

function ContactFields({ contact }: { contact: Contact }) {
  const { t } = useTranslation('inbox')
  const locked = !useCan('contacts.write')
  const { mutateAsync: save } = useSaveContact(contact.id)
  return (
    <>
      <div className={classes.person}>
        <Avatar name={contact.name} seed={contact.id} size={64} />
        <InlineField
          className={classes.personName}
          value={contact.name}
          label={t('details.editName')}
          placeholder={t('details.name')}
          disabled={locked}
          check={(text) => (text === '' ? t('details.name') : null)}
          save={(name) => save({ name })}
        />
        {contact.profileName && contact.profileName !== contact.name && (
          <p className={classes.profile}>{t('details.profile', { name: contact.profileName })}</p>
        )}
        <Link to="/contatos/$contactId" params={{ contactId: contact.id }} className={classes.record}>
          {t('details.open')}
        </Link>
      </div>
      {contact.kind === 'person' && <Addresses contact={contact} />}
      <NotesField contactId={contact.id} value={contact.notes ?? ''} disabled={locked} />
    </>
  )
}

export function ContactSection({ conversation }: { conversation: Conversation }) {
  return useCan('contacts.read') ? <WholeContact conversation={conversation} /> : <OnlyName contact={conversation.contact} />
}

/** What the conversation itself tells. */
function OnlyName({ contact }: { contact: Conversation['contact'] }) {
  return (
    <div className={classes.person}>
      <Avatar name={contact.name} seed={contact.id} size={64} />
      <strong>{contact.name}</strong>
      {contact.phone && <span className={classes.phone}>{formatPhone(contact.phone)}</span>}
    </div>
  )
}

function WholeContact({ conversation }: { conversation: Conversation }) {
  const { data: contact, isError, error, refetch } = useContact(conversation.contact.id)
  if (contact) return <ContactFields key={contact.id} contact={contact} />
  if (isError) return <ErrorState compact error={error} retry={() => void refetch()} />
  return (
    <div className={classes.person} aria-busy>
      <Skeleton circle height={64} />
      <Skeleton height={16} width="60%" />
      <Skeleton height={12} width="40%" />
    </div>
  )
}
