import { Group, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../lib/session.ts'
import { useSetLocale } from '../../shell/use-set-locale.ts'
import { Section } from '../../ui/Section.tsx'

const LOCALES = [
  { value: 'pt-BR', label: 'Português' },
  { value: 'en', label: 'English' },
] as const
const SCHEMES = ['light', 'dark', 'auto'] as const

export function Appearance() {
  const { t } = useTranslation(['access', 'common'])
  const { locale } = useMe().user
  const setLocale = useSetLocale()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Section title={t('profile.appearance')}>
      <Stack gap="lg">
        <Group justify="space-between">
          <Text size="sm" fw={550}>
            {t('profile.theme')}
          </Text>
          <SegmentedControl
            aria-label={t('profile.theme')}
            value={colorScheme}
            onChange={setColorScheme}
            data={SCHEMES.map((value) => ({ value, label: t(`common:userMenu.${value}`) }))}
          />
        </Group>
        <Group justify="space-between">
          <Text size="sm" fw={550}>
            {t('profile.language')}
          </Text>
          <SegmentedControl aria-label={t('profile.language')} value={locale} onChange={setLocale} data={[...LOCALES]} />
        </Group>
      </Stack>
    </Section>
  )
}
