import './late-texts.ts'
import { Button, Group, Stack, Text } from '@mantine/core'
import { Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../../ui/CopyButton.tsx'
import classes from './RecoveryCodeList.module.css'

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** The only time that they are shown. */
export function RecoveryCodeList({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation('factors')
  const text = codes.join('\n')
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('codes.text')}
      </Text>
      <ol className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <CopyButton value={text} label={t('codes.copy')} withText />
          <Button
            variant="default"
            size="xs"
            leftSection={<Download size={15} aria-hidden />}
            onClick={() => download(t('codes.file'), `${t('codes.fileTitle')}\n\n${text}\n`)}
          >
            {t('codes.download')}
          </Button>
        </Group>
        <Button onClick={onKept}>{t('codes.kept')}</Button>
      </Group>
    </Stack>
  )
}
