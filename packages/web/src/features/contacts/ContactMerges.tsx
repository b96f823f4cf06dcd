import type { Contact } from '@atende/contracts/contacts'
import { Button, Group, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatDate } from '../../lib/time.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import classes from './ContactMerges.module.css'
import { usePartContacts } from './contact-queries.ts'
import { shownName } from './format-phone.ts'

type Merge = Contact['merges'][number]

function PartDialog({ contact, merge, onClose }: { contact: Contact; merge: Merge; onClose: () => void }) {
  const { t } = useTranslation(['contacts', 'common'])
  const part = usePartContacts(contact.id)
  const other = shownName(merge.name)
  const navigate = useNavigate()
  const parted = (id: string): void => {
    onClose()
    toast(t('merge.parted', { other }))
    void navigate({ to: '/contatos/$contactId', params: { contactId: id }, search: {} })
  }
  return (
    <Dialog title={t('merge.partTitle', { other })} size={460} onClose={onClose}>
      <Text size="sm" lh={1.55}>
        {t('merge.partText', { other, name: shownName(contact.name) })}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('common:action.cancel')}
        </Button>
        <Button loading={part.isPending} data-autofocus onClick={() => part.mutate(merge.id, { onSuccess: (both) => parted(both.other.id) })}>
          {t('merge.part')}
        </Button>
      </Group>
    </Dialog>
  )
}

/** Which records became this one; each can be split off again. */
export function ContactMerges({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contacts')
  const mayMerge = useCan('contacts.merge')
  const [parting, setParting] = useState<Merge | null>(null)
  if (contact.merges.length === 0) return null
  return (
    <Section flush title={t('merge.list')} text={t('merge.listText')}>
      {contact.merges.map((merge) => (
        <Row key={merge.id}>
          <span className={classes.words}>
            <span className={classes.name}>{shownName(merge.name)}</span>
            <span className={classes.text}>
              {merge.by === null ? t('merge.bySystem', { date: formatDate(merge.at) }) : t('merge.byPerson', { name: merge.by, date: formatDate(merge.at) })}
            </span>
          </span>
          {mayMerge && (
            <Button size="xs" variant="default" onClick={() => setParting(merge)}>
              {t('merge.part')}
            </Button>
          )}
        </Row>
      ))}
      {parting !== null && <PartDialog contact={contact} merge={parting} onClose={() => setParting(null)} />}
    </Section>
  )
}
