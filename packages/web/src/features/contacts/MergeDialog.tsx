import type { Contact } from '@atende/contracts/contacts'
import { Button, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { ArrowRight, Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Avatar } from '../../ui/Avatar.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import rows from '../../ui/rows.module.css'
import { toast } from '../../ui/toast.ts'
import { useContactList, useMergeContacts } from './contact-queries.ts'
import { shownName } from './format-phone.ts'
import { knownBy } from './known-by.ts'
import classes from './MergeDialog.module.css'

const TYPING_MS = 250
const SHOWN = 6

function Candidate({ contact, onPick }: { contact: Contact; onPick: () => void }) {
  const { t } = useTranslation('contacts')
  return (
    <li>
      <button type="button" className={classes.candidate} onClick={onPick}>
        <Avatar name={contact.name} seed={contact.id} size={36} />
        <span className={rows.words}>
          <span className={rows.oneLine}>{shownName(contact.name)}</span>
          <span className={classes.text}>{knownBy(contact) ?? t('noPhone')}</span>
        </span>
      </button>
    </li>
  )
}

function Choose({ contact, onPick }: { contact: Contact; onPick: (other: Contact) => void }) {
  const { t } = useTranslation('contacts')
  const [word, setWord] = useState('')
  const [q] = useDebouncedValue(word.trim(), TYPING_MS)
  const list = useContactList(q)
  const others = (list.data?.pages[0]?.items ?? []).filter((c) => c.id !== contact.id && c.kind === 'person').slice(0, SHOWN)
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('merge.chooseText', { name: shownName(contact.name) })}
      </Text>
      <TextInput
        type="text"
        role="searchbox"
        data-autofocus
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
        placeholder={t('search')}
        aria-label={t('search')}
        leftSection={<Search size={16} aria-hidden />}
      />
      <div className={classes.results}>
        {list.isPending && <ListSkeleton avatar rows={4} />}
        {list.isError && list.data === undefined && <ErrorState compact error={list.error} retry={() => void list.refetch()} />}
        {list.data !== undefined && others.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            {q === '' ? t('merge.nobodyElse') : t('nothingTitle', { q })}
          </Text>
        )}
        <ul className={classes.list}>
          {others.map((other) => (
            <Candidate key={other.id} contact={other} onPick={() => onPick(other)} />
          ))}
        </ul>
      </div>
    </>
  )
}

function Card({ contact, label }: { contact: Contact; label: string }) {
  const { t } = useTranslation('contacts')
  return (
    <div className={classes.card}>
      <span className={classes.label}>{label}</span>
      <Avatar name={contact.name} seed={contact.id} size={44} />
      <span className={classes.cardName}>{shownName(contact.name)}</span>
      <span className={classes.text}>{knownBy(contact) ?? t('noPhone')}</span>
    </div>
  )
}

function Preview({ contact, other, onBack, onDone }: { contact: Contact; other: Contact; onBack: () => void; onDone: () => void }) {
  const { t } = useTranslation(['contacts', 'common'])
  const merge = useMergeContacts(contact.id)
  const names = { name: shownName(contact.name), other: shownName(other.name) }
  const effects = [
    t('merge.effectHistory', names),
    other.identities.length > 0 ? t('merge.effectIdentities', names) : null,
    other.notes === null ? null : t('merge.effectNotes'),
    other.email !== null && contact.email === null ? t('merge.effectEmail', { email: other.email }) : null,
    t('merge.effectUndo'),
  ]
  const done = (): void => {
    toast(t('merge.done', names))
    onDone()
  }
  return (
    <>
      <div className={classes.both}>
        <Card contact={other} label={t('merge.goes')} />
        <ArrowRight size={20} aria-hidden className={classes.arrow} />
        <Card contact={contact} label={t('merge.stays')} />
      </div>
      <ul className={classes.effects}>{effects.map((effect) => effect !== null && <li key={effect}>{effect}</li>)}</ul>
      <FormError error={merge.error} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onBack}>
          {t('common:action.back')}
        </Button>
        <Button loading={merge.isPending} onClick={() => merge.mutate(other.id, { onSuccess: done })}>
          {t('merge.do')}
        </Button>
      </Group>
    </>
  )
}

/** Two records of one person become one: choose the other, see what will happen, do it. */
export function MergeDialog({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const { t } = useTranslation('contacts')
  const [other, setOther] = useState<Contact | null>(null)
  return (
    <Dialog title={t('merge.title')} size={500} onClose={onClose}>
      {other === null ? (
        <Choose contact={contact} onPick={setOther} />
      ) : (
        <Preview contact={contact} other={other} onBack={() => setOther(null)} onDone={onClose} />
      )}
    </Dialog>
  )
}
