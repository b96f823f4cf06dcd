import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queryClient } from '../../lib/query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { toastError } from '../../ui/toast.ts'
import { downloadAccessRecords, periodOf } from './use-audit.ts'

/** Gives out who used the application, for a reason that is written down. */
export function AccessRecordsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('audit')
  const [form, setForm] = useState({ de: '', ate: '', reason: '' })
  const [busy, setBusy] = useState(false)
  const set = (change: Partial<typeof form>): void => setForm((was) => ({ ...was, ...change }))
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { from, to } = periodOf(form)
    if (from === undefined || to === undefined) return
    setBusy(true)
    await downloadAccessRecords({ from, to, reason: form.reason, format: 'csv' }).then(onClose, toastError)
    setBusy(false)
    await queryClient.invalidateQueries({ queryKey: ['audit'] })
  }
  return (
    <Dialog title={t('access.title')} size={480} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {t('access.text')}
          </Text>
          <Group grow>
            <TextInput required type="date" label={t('access.from')} value={form.de} onChange={(event) => set({ de: event.currentTarget.value })} />
            <TextInput required type="date" label={t('access.to')} value={form.ate} onChange={(event) => set({ ate: event.currentTarget.value })} />
          </Group>
          <Textarea
            required
            autosize
            minRows={2}
            minLength={10}
            maxLength={500}
            label={t('access.reason')}
            description={t('access.reasonHint')}
            value={form.reason}
            onChange={(event) => set({ reason: event.currentTarget.value })}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              {t('access.download')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
