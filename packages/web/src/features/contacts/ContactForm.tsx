import { type Contact, CreateContactInput } from '@atende/contracts/contacts'
import { Alert, Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith, withoutBlanks } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { toast } from '../../ui/toast.ts'
import { changesOf, type ContactValues as Values } from './contact-changes.ts'
import { useCreateContact, useUpdateContact } from './contact-queries.ts'

type ContactFormProps = { /** Null makes a new one. */ contact: Contact | null; onSaved: (contact: Contact) => void }

const valuesOf = (contact: Contact | null): Values => ({
  name: contact?.name ?? '',
  phone: contact?.phone ?? '',
  email: contact?.email ?? '',
  notes: contact?.notes ?? '',
})

function useContactForm({ contact, onSaved }: ContactFormProps) {
  const { t } = useTranslation('contacts')
  // Fixed when the form opens: a colleague's change must not move the ground under what is being typed.
  const [start] = useState(() => valuesOf(contact))
  const form = useForm({
    initialValues: start,
    validate: (values) => validateWith(CreateContactInput, { phone: t('form.phoneFormat') })({ name: values.name, ...withoutBlanks(values) }),
  })
  const create = useCreateContact()
  const update = useUpdateContact(contact?.id ?? '')
  const onError = (error: unknown): void => {
    const taken = isApiError(error) && error.code === 'phone_taken'
    form.setErrors({ ...fieldErrors(error), ...(taken ? { phone: t('form.taken') } : {}) })
  }
  const onSuccess = (saved: Contact): void => {
    toast(contact === null ? t('form.created', { name: saved.name }) : t('form.saved'))
    onSaved(saved)
  }
  const save = (values: Values): void => {
    if (contact === null) create.mutate({ name: values.name, ...withoutBlanks(values) }, { onSuccess, onError })
    else {
      const { name, ...rest } = changesOf(start, values)
      update.mutate({ ...rest, ...(typeof name === 'string' ? { name } : {}) }, { onSuccess, onError })
    }
  }
  const moved = contact !== null && Object.keys(changesOf(start, valuesOf(contact))).length > 0
  return { form, save, moved, busy: create.isPending || update.isPending, error: create.error ?? update.error }
}

export function ContactForm({ contact, onSaved }: ContactFormProps) {
  const { t } = useTranslation(['contacts', 'common'])
  const { form, save, moved, busy, error } = useContactForm({ contact, onSaved })
  const known = isApiError(error) && error.code === 'phone_taken'
  return (
    <form noValidate onSubmit={form.onSubmit(save)}>
      <Stack gap="md">
        {moved && <Alert color="amber">{t('form.changed')}</Alert>}
        <FormError error={known ? null : error} />
        <TextInput label={t('form.name')} autoComplete="off" data-autofocus {...form.getInputProps('name')} />
        <TextInput label={t('form.phone')} description={t('form.phoneHint')} type="tel" inputMode="tel" autoComplete="off" {...form.getInputProps('phone')} />
        <TextInput label={t('form.email')} type="email" inputMode="email" autoComplete="off" {...form.getInputProps('email')} />
        <Textarea label={t('form.notes')} description={t('notesHint')} autosize minRows={4} maxRows={12} {...form.getInputProps('notes')} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy} disabled={contact !== null && !form.isDirty()}>
            {contact === null ? t('form.create') : t('common:action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
