import type { Contact } from '@atende/contracts/contacts'
import { Button, Drawer, Group, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronLeft, Merge, Pencil } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatDate } from '../../lib/time.ts'
import { usePageTitle } from '../../lib/use-page-title.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { ContactConversations } from './ContactConversations.tsx'
import classes from './ContactDetail.module.css'
import { ContactForm } from './ContactForm.tsx'
import { ContactIdentities } from './ContactIdentities.tsx'
import { ContactMerges } from './ContactMerges.tsx'
import { useContact, useDeleteContact } from './contact-queries.ts'
import { formatPhone, shownName } from './format-phone.ts'
import { TalkButton } from './TalkButton.tsx'

function DeleteContact({ contact }: { contact: Contact }) {
  const { t } = useTranslation(['contacts', 'common'])
  const navigate = useNavigate()
  const remove = useDeleteContact(contact.id)
  const { name } = contact
  const removed = (): void => {
    toast(t('removed', { name }))
    void navigate({ to: '/contatos', search: {} })
  }
  return (
    <ConfirmButton
      variant="subtle"
      color="red"
      loading={remove.isPending}
      question={t('removeQuestion', { name })}
      verb={t('common:action.remove')}
      onConfirm={() => remove.mutate(undefined, { onSuccess: removed })}
    >
      {t('remove')}
    </ConfirmButton>
  )
}

const MergeDialog = lazy(() => import('./MergeDialog.tsx').then((m) => ({ default: m.MergeDialog })))

function Head({ contact, onEdit }: { contact: Contact; onEdit: () => void }) {
  const { t } = useTranslation('contacts')
  const mayWrite = useCan('contacts.write')
  const mayTalk = useCan('conversations.write')
  const mayMerge = useCan('contacts.merge')
  const mayDelete = useCan('contacts.delete')
  const [merging, merge] = useDisclosure(false)
  return (
    <header className={classes.head}>
      <Avatar name={contact.name} seed={contact.id} size={60} />
      <div className={classes.words}>
        <h2 className={classes.name}>{shownName(contact.name)}</h2>
        {contact.profileName !== null && contact.profileName !== contact.name && (
          <p className={classes.profile}>{t('onWhatsApp', { name: contact.profileName })}</p>
        )}
      </div>
      <Group gap="xs">
        {mayTalk && <TalkButton contact={contact} />}
        {mayWrite && (
          <Button variant="default" leftSection={<Pencil size={15} aria-hidden />} onClick={onEdit}>
            {t('edit')}
          </Button>
        )}
        {mayMerge && contact.kind === 'person' && (
          <Button variant="default" leftSection={<Merge size={15} aria-hidden />} onClick={merge.open}>
            {t('merge.open')}
          </Button>
        )}
        {mayDelete && <DeleteContact contact={contact} />}
      </Group>
      {merging && (
        <Suspense fallback={null}>
          <MergeDialog contact={contact} onClose={merge.close} />
        </Suspense>
      )}
    </header>
  )
}

function Parts({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contacts')
  const mayRead = useCan('conversations.read')
  return (
    <>
      <Section title={t('about')}>
        <Facts
          facts={[
            [t('phone'), contact.kind === 'group' ? null : contact.phone === null ? t('noPhone') : formatPhone(contact.phone)],
            [t('email'), contact.email],
            [t('optOut'), contact.marketingOptOutAt === null ? null : t('optOutSince', { date: formatDate(contact.marketingOptOutAt) })],
            [t('since'), formatDate(contact.createdAt)],
          ]}
        />
      </Section>
      <Section title={t('notes')} text={t('notesHint')}>
        <p className={classes.notes} data-empty={contact.notes === null || undefined}>
          {contact.notes ?? t('noNotes')}
        </p>
      </Section>
      {mayRead && <ContactConversations contactId={contact.id} />}
      <ContactIdentities contact={contact} />
      <ContactMerges contact={contact} />
    </>
  )
}

/** The address of a contact that became part of another leads to that one. */
function useKeptAddress(id: string, keptId: string | undefined, q: string | undefined): void {
  const navigate = useNavigate()
  useEffect(() => {
    if (keptId !== undefined && keptId !== id) void navigate({ to: '/contatos/$contactId', params: { contactId: keptId }, search: { q }, replace: true })
  }, [id, keptId, q, navigate])
}

export function ContactDetail({ id }: { id: string }) {
  const { t } = useTranslation(['contacts', 'common'])
  const { q } = useSearch({ from: '/app/contatos' })
  const { data: contact, error, refetch } = useContact(id)
  const [editing, edit] = useDisclosure(false)
  usePageTitle(contact?.name ?? t('title'))
  useKeptAddress(id, contact?.id, q)
  return (
    <div className={classes.detail}>
      <Link to="/contatos" search={{ q }} className={classes.back}>
        <ChevronLeft size={16} aria-hidden />
        {t('backToList')}
      </Link>
      {contact === undefined && error !== null && <ErrorState error={error} retry={() => void refetch()} />}
      {contact === undefined && error === null && <Skeleton height={300} radius="md" />}
      {contact !== undefined && (
        <>
          <Head contact={contact} onEdit={edit.open} />
          <Parts contact={contact} />
          <Drawer
            opened={editing}
            onClose={edit.close}
            position="right"
            size={460}
            title={t('form.editTitle')}
            closeButtonProps={{ 'aria-label': t('common:action.close') }}
          >
            <ContactForm contact={contact} onSaved={edit.close} />
          </Drawer>
        </>
      )}
    </div>
  )
}
