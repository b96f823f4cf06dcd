import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'

type CopyButtonProps = { value: string /** What is copied, for people who do not see the icon. */; label: string; withText?: boolean }

export function CopyButton({ value, label, withText = false }: CopyButtonProps) {
  const { t } = useTranslation('common')
  const clipboard = useClipboard({ timeout: 1_800 })
  const icon = clipboard.copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />
  const text = clipboard.copied ? t('action.copied') : t('action.copy')
  if (withText) {
    return (
      <Button variant="default" size="xs" leftSection={icon} onClick={() => clipboard.copy(value)} aria-label={`${text}: ${label}`}>
        {text}
      </Button>
    )
  }
  return (
    <Tooltip label={text}>
      <ActionIcon variant="subtle" color="gray" size="md" onClick={() => clipboard.copy(value)} aria-label={`${text}: ${label}`}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
