import { Contact, CreateContactInput } from '@atende/contracts/contacts'
import type { ContactCard } from '@atende/contracts/messages'
import { useMutation } from '@tanstack/react-query'
import { Check, UserRoundPlus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { api } from '../../../lib/api.ts'
import { isApiError } from '../../../lib/api-error.ts'
import { keys, queryClient } from '../../../lib/query.ts'
import { useCan } from '../../../lib/session.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { toastError } from '../../../ui/toast.ts'
import { formatPhone } from '../../contacts/format-phone.ts'
import classes from './bodies.module.css'

type Card = z.infer<typeof ContactCard>

const asInput = (card: Card) =>
  CreateContactInput.parse({
    name: card.name.slice(0, 120),
    ...(card.phones[0] ? { phone: card.phones[0].waId ? `+${card.phones[0].waId}` : card.phones[0].phone } : {}),
    ...(card.emails?.[0] ? { email: card.emails[0].email } : {}),
  })

const isKnown = (error: unknown): boolean => isApiError(error) && (error.code === 'phone_taken' || error.code === 'already_exists')

function SaveCard({ card }: { card: Card }) {
  const { t } = useTranslation('messages')
  const save = useMutation({
    mutationFn: () => api(Contact, 'POST', '/api/contacts', { body: asInput(card) }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keys.allContacts }),
    onError: (error) => {
      if (!isKnown(error)) toastError(error)
    },
  })
  const known = save.isError && isKnown(save.error)
  if (save.isSuccess || known) {
    return (
      <span className={classes.cardAction} role="status">
        <Check size={13} aria-hidden />
        {known ? t('contact.exists') : t('contact.saved')}
      </span>
    )
  }
  return (
    <button type="button" className={classes.cardButton} disabled={save.isPending} onClick={() => save.mutate()}>
      <UserRoundPlus size={13} aria-hidden />
      {t('contact.save')}
    </button>
  )
}

type ContactsBodyProps = {
  contacts: readonly Card[]
  /** The person answered our question for their number. */
  shared: boolean
  /** Our own card needs no saving, it came from our contacts. */
  mine: boolean
}

export function ContactsBody({ contacts, shared, mine }: ContactsBodyProps) {
  const { t } = useTranslation('messages')
  const maySave = useCan('contacts.write')
  return (
    <span className={classes.cards}>
      {shared && <span className={classes.fileFacts}>{t('contact.shared')}</span>}
      {contacts.map((card) => (
        <span key={`${card.name}${card.phones[0]?.phone ?? ''}`} className={classes.person}>
          <Avatar name={card.name} size={40} />
          <span className={classes.cardWords}>
            <span className={classes.cardTitle}>{card.name}</span>
            {card.organization && <span className={classes.fileFacts}>{card.organization}</span>}
            {card.phones[0] && <span className={`${classes.fileFacts} tabular`}>{formatPhone(card.phones[0].phone)}</span>}
            {card.phones.length > 1 && <span className={classes.fileFacts}>{t('contact.more', { count: card.phones.length - 1 })}</span>}
            {maySave && !mine && !shared && <SaveCard card={card} />}
          </span>
        </span>
      ))}
    </span>
  )
}
