import { ActionIcon, Loader, Popover, Tooltip } from '@mantine/core'
import { LayoutTemplate, Link2, Link2Off, Mic, SendHorizontal, Smile } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Composer.module.css'

const EmojiPicker = lazy(() => import('./EmojiPicker.tsx').then((m) => ({ default: m.EmojiPicker })))

export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation('composer')
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" trapFocus returnFocus withRoles>
      <Popover.Target>
        <Tooltip label={t('composer.emoji')}>
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('composer.emoji')} onClick={() => setOpened((was) => !was)}>
            <Smile size={19} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t('emoji.label')}>
        <Suspense fallback={<Loader size="sm" m="xl" />}>
          <EmojiPicker onPick={onPick} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Whether the first link of the text goes with its card. */
export function PreviewSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation('composer')
  const Icon = on ? Link2 : Link2Off
  return (
    <Tooltip label={t(on ? 'composer.previewOn' : 'composer.previewOff')} multiline w={240}>
      <button type="button" className={classes.preview} aria-pressed={on} onClick={() => onChange(!on)}>
        <Icon size={14} aria-hidden />
        <span>{t('composer.preview')}</span>
      </button>
    </Tooltip>
  )
}

export function TemplateButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation('composer')
  return (
    <Tooltip label={t('composer.template')}>
      <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('composer.template')} onClick={onClick}>
        <LayoutTemplate size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

type SendButtonProps = { hasText: boolean; disabled: boolean; onSend: () => void; onVoice: () => void }

/** One place for the hand: a microphone until there is something to send. */
export function SendButton({ hasText, disabled, onSend, onVoice }: SendButtonProps) {
  const { t } = useTranslation('composer')
  return hasText ? (
    <Tooltip label={t('composer.send')}>
      <ActionIcon size={36} radius="md" disabled={disabled} aria-label={t('composer.send')} onClick={onSend}>
        <SendHorizontal size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  ) : (
    <Tooltip label={t('composer.voice')}>
      <ActionIcon size={36} radius="md" variant="subtle" color="gray" aria-label={t('composer.voice')} onClick={onVoice}>
        <Mic size={19} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
