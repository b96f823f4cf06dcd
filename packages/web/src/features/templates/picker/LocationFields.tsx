import type { TemplateValues } from '@atende/contracts/templates'
import { Group, NumberInput, Stack, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProblem } from '../editor/problems.tsx'

type Place = Extract<NonNullable<TemplateValues['header']>, { kind: 'location' }>
const NOWHERE: Place = { kind: 'location', latitude: 0, longitude: 0, name: '', address: '' }
const within = (value: string | number, most: number): number => Math.max(-most, Math.min(most, Number(value) || 0))

export function LocationFields({ given, onChange }: { given: TemplateValues['header']; onChange: (place: Place) => void }) {
  const { t } = useTranslation('templates')
  const error = useProblem('header')
  const place = given?.kind === 'location' ? given : NOWHERE
  return (
    <Stack gap="xs">
      <TextInput label={t('picker.locationName')} value={place.name} error={error} onChange={(e) => onChange({ ...place, name: e.currentTarget.value })} />
      <TextInput label={t('picker.locationAddress')} value={place.address} onChange={(e) => onChange({ ...place, address: e.currentTarget.value })} />
      <Group grow>
        <NumberInput
          label={t('picker.latitude')}
          decimalScale={6}
          hideControls
          value={place.latitude}
          onChange={(v) => onChange({ ...place, latitude: within(v, 90) })}
        />
        <NumberInput
          label={t('picker.longitude')}
          decimalScale={6}
          hideControls
          value={place.longitude}
          onChange={(v) => onChange({ ...place, longitude: within(v, 180) })}
        />
      </Group>
    </Stack>
  )
}
