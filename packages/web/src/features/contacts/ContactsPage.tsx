import { Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Contact as ContactIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { useShortcut } from '../../lib/shortcuts.ts'
import { usePageTitle } from '../../lib/use-page-title.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { NoPermission } from '../../ui/NoPermission.tsx'
import { ContactDetail } from './ContactDetail.tsx'
import { ContactForm } from './ContactForm.tsx'
import { ContactList } from './ContactList.tsx'
import classes from './ContactsPage.module.css'

/** List and detail side by side; on a phone one at a time. */
function Contacts() {
  const { t } = useTranslation(['contacts', 'common'])
  const { contactId } = useParams({ strict: false })
  const { q = '' } = useSearch({ from: '/app/contatos' })
  const navigate = useNavigate()
  const mayWrite = useCan('contacts.write')
  const [adding, add] = useDisclosure(false)
  useShortcut(mayWrite ? 'c' : null, add.open, t('add'), t('title'))
  const show = (id: string): void => void navigate({ to: '/contatos/$contactId', params: { contactId: id }, search: { q: q || undefined } })
  return (
    <div className={classes.page} data-detail={contactId !== undefined || undefined}>
      <div className={classes.list}>
        <ContactList q={q} selected={contactId} onAdd={mayWrite ? add.open : undefined} />
      </div>
      <div className={classes.detail}>
        {contactId === undefined ? (
          <div className={classes.nobody}>
            <EmptyState icon={<ContactIcon size={24} aria-hidden />} title={t('pickTitle')} text={t('pickText')} />
          </div>
        ) : (
          <ContactDetail key={contactId} id={contactId} />
        )}
      </div>
      <Drawer
        opened={adding}
        onClose={add.close}
        position="right"
        size={460}
        title={t('form.newTitle')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <ContactForm
          contact={null}
          onSaved={(contact) => {
            add.close()
            show(contact.id)
          }}
        />
      </Drawer>
    </div>
  )
}

export function ContactsPage() {
  const { t } = useTranslation('contacts')
  usePageTitle(t('title'))
  return useCan('contacts.read') ? <Contacts /> : <NoPermission />
}
