import type { Location } from '@atende/contracts/messages'
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { LocateFixed } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { Dialog } from '../../../ui/Dialog.tsx'

type LocationDialogProps = { onSend: (location: z.infer<typeof Location>) => void; onClose: () => void }

/** People paste "-23,55" as well as "-23.55". */
const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.')))
const within = (text: string, limit: number): boolean => Math.abs(toNumber(text)) <= limit

const findMe = () =>
  new Promise<GeolocationPosition>((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: 15_000 })
  })

export function LocationDialog({ onSend, onClose }: LocationDialogProps) {
  const { t } = useTranslation('composer')
  const [finding, setFinding] = useState(false)
  const [denied, setDenied] = useState(false)
  const form = useForm({
    initialValues: { name: '', address: '', latitude: '', longitude: '' },
    validate: {
      latitude: (text) => (within(text, 90) ? null : t('locationForm.invalid')),
      longitude: (text) => (within(text, 180) ? null : t('locationForm.invalid')),
    },
  })
  const locateMe = async (): Promise<void> => {
    setFinding(true)
    setDenied(false)
    try {
      const { coords } = await findMe()
      form.setValues({ latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6) })
    } catch {
      setDenied(true)
    }
    setFinding(false)
  }
  const send = form.onSubmit(({ name, address, latitude, longitude }) =>
    onSend({
      latitude: toNumber(latitude),
      longitude: toNumber(longitude),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(address.trim() === '' ? {} : { address: address.trim() }),
    }),
  )
  return (
    <Dialog onClose={onClose} title={t('locationForm.title')} size={440}>
      <form onSubmit={send} noValidate>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={t('locationForm.name')}
            placeholder={t('locationForm.namePlaceholder')}
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <TextInput label={t('locationForm.address')} maxLength={400} {...form.getInputProps('address')} />
          <Group grow align="flex-start" gap="sm">
            <TextInput label={t('locationForm.latitude')} inputMode="decimal" placeholder="-23.55052" {...form.getInputProps('latitude')} />
            <TextInput label={t('locationForm.longitude')} inputMode="decimal" placeholder="-46.63331" {...form.getInputProps('longitude')} />
          </Group>
          {denied && <Alert color="amber">{t('locationForm.denied')}</Alert>}
          <Group justify="space-between" gap="xs" mt={4}>
            <Button variant="light" loading={finding} leftSection={<LocateFixed size={15} aria-hidden />} onClick={() => void locateMe()}>
              {t('locationForm.mine')}
            </Button>
            <Button type="submit">{t('locationForm.send')}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
