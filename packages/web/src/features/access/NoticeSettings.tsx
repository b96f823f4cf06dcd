import { Button, Group, Stack, Switch } from '@mantine/core'
import { Volume2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { canNotifyDesktop, isDesktopOn, turnDesktopNotices } from '../../lib/desktop-notice.ts'
import { isSoundOn, playNotice, setSoundOn } from '../../lib/sound.ts'
import { Section } from '../../ui/Section.tsx'

export function NoticeSettings() {
  const { t } = useTranslation('access')
  const [sound, setSound] = useState(isSoundOn)
  const [desktop, setDesktop] = useState(isDesktopOn)
  const [blocked, setBlocked] = useState(false)
  const changeSound = (on: boolean): void => {
    setSoundOn(on)
    setSound(on)
    if (on) playNotice()
  }
  const changeDesktop = async (on: boolean): Promise<void> => {
    const allowed = await turnDesktopNotices(on)
    setDesktop(allowed)
    setBlocked(on && !allowed)
  }
  return (
    <Section title={t('profile.notices')}>
      <Stack gap="md">
        <Group justify="space-between">
          <Switch label={t('profile.sound')} checked={sound} onChange={(event) => changeSound(event.currentTarget.checked)} />
          {sound && (
            <Button variant="subtle" color="gray" size="xs" leftSection={<Volume2 size={15} aria-hidden />} onClick={playNotice}>
              {t('profile.listen')}
            </Button>
          )}
        </Group>
        {canNotifyDesktop() && (
          <Switch
            label={t('profile.desktop')}
            description={t('profile.desktopHint')}
            error={blocked ? t('profile.desktopBlocked') : undefined}
            checked={desktop}
            onChange={(event) => void changeDesktop(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Section>
  )
}
