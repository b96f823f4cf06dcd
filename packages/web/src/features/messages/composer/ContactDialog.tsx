import { pageOf } from '@atende/contracts/common'
import { Contact } from '@atende/contracts/contacts'
import type { ContactCard } from '@atende/contracts/messages'
import { ScrollArea, Skeleton, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { api } from '../../../lib/api.ts'
import { keys } from '../../../lib/query.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { formatPhone } from '../../contacts/format-phone.ts'
import classes from './ContactDialog.module.css'

type Card = z.infer<typeof ContactCard>
type ContactDialogProps = { onSend: (card: Card) => void; onClose: () => void }

const ContactsPage = pageOf(Contact)

const asCard = ({ name, phone, email }: Contact): Card => ({
  name,
  phones: phone ? [{ phone, waId: phone.replace(/\D/g, '') }] : [],
  ...(email ? { emails: [{ email }] } : {}),
})

export function ContactDialog({ onSend, onClose }: ContactDialogProps) {
  const { t } = useTranslation('composer')
  const [find, setFind] = useState('')
  const [q] = useDebouncedValue(find.trim(), 250)
  const { data, isPending, isError, error, refetch } = useQuery({
    queryKey: [...keys.contacts(q), 'to-send'],
    queryFn: ({ signal }) => api(ContactsPage, 'GET', '/api/contacts', { query: { q: q === '' ? undefined : q, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <Dialog onClose={onClose} title={t('contactForm.title')} size={420}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          aria-label={t('contactForm.search')}
          placeholder={t('contactForm.search')}
          leftSection={<Search size={15} aria-hidden />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        <ScrollArea h={300} type="auto">
          {isPending && <Skeleton height={52} />}
          {isError && <ErrorState compact error={error} retry={() => void refetch()} />}
          {data?.items.length === 0 && <p className={classes.none}>{t('contactForm.none')}</p>}
          {data?.items.map((contact) => (
            <UnstyledButton key={contact.id} className={classes.contact} onClick={() => onSend(asCard(contact))}>
              <Avatar name={contact.name} seed={contact.id} size={36} />
              <span className={classes.words}>
                <span className={classes.name}>{contact.name}</span>
                <span className={classes.phone}>{contact.phone ? formatPhone(contact.phone) : t('contactForm.noPhone')}</span>
              </span>
            </UnstyledButton>
          ))}
        </ScrollArea>
      </Stack>
    </Dialog>
  )
}
