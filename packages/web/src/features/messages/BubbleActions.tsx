import type { Message } from '@atende/contracts/messages'
import { ActionIcon, Popover, Tooltip } from '@mantine/core'
import { Braces, Copy, Reply, SmilePlus, X } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { toast } from '../../ui/toast.ts'
import classes from './Bubble.module.css'
import { previewOf } from './preview.ts'
import { useThread } from './thread-context.ts'

const RawMessage = lazy(() => import('./RawMessage.tsx').then((m) => ({ default: m.RawMessage })))
const EMOJIS = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

type BubbleActionsProps = { message: Message; onDone: () => void; onOpenChange: (open: boolean) => void }

function ReactionChoice({ message, onDone, onOpenChange }: BubbleActionsProps) {
  const { t } = useTranslation('messages')
  const { react } = useThread()
  const [opened, setOpened] = useState(false)
  const ours = message.reactions.find((reaction) => reaction.by === 'us')?.emoji
  const open = (next: boolean): void => {
    setOpened(next)
    onOpenChange(next)
  }
  const choose = (emoji: string): void => {
    open(false)
    react(message, emoji)
    onDone()
  }
  return (
    <Popover opened={opened} onChange={open} position="top" trapFocus returnFocus withRoles>
      <Popover.Target>
        <Tooltip label={t('bubble.react')}>
          <ActionIcon variant="subtle" color="gray" size={28} aria-label={t('bubble.react')} onClick={() => open(!opened)}>
            <SmilePlus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={4} className={classes.emojis} aria-label={t('bubble.react')}>
        {EMOJIS.map((emoji) => (
          <button
            key={emoji}
            type="button"
            className={classes.emoji}
            aria-pressed={emoji === ours}
            aria-label={t('bubble.reactWith', { emoji })}
            onClick={() => choose(emoji === ours ? '' : emoji)}
          >
            {emoji}
          </button>
        ))}
        {ours && (
          <button type="button" className={classes.emoji} aria-label={t('bubble.unreact')} onClick={() => choose('')}>
            <X size={16} aria-hidden />
          </button>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

/** For who looks after the channels: the message as it came. */
function RawChoice({ message, onOpenChange }: Pick<BubbleActionsProps, 'message' | 'onOpenChange'>) {
  const { t } = useTranslation('messages')
  const [opened, setOpened] = useState(false)
  const open = (next: boolean): void => {
    setOpened(next)
    onOpenChange(next)
  }
  return (
    <>
      <Tooltip label={t('bubble.raw')}>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t('bubble.raw')} onClick={() => open(true)}>
          <Braces size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {opened && (
        <Suspense fallback={null}>
          <RawMessage id={message.id} onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  )
}

/** Nothing else came with these. */
const isPlain = (message: Message): boolean =>
  message.direction === 'out' ? message.sentFrom === null : message.content.type === 'text' && message.referral === null

/** Beside the bubble while the pointer, the focus or a long press is on it. */
export function BubbleActions({ message, onDone, onOpenChange }: BubbleActionsProps) {
  const { t } = useTranslation('messages')
  const { maySend, reply } = useThread()
  const maySeeRaw = useCan('webhooks.read')
  const text = message.revokedAt ? '' : previewOf(message.content)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    toast(t('bubble.copied'))
    onDone()
  }
  return (
    <span className={classes.actions} role="toolbar" aria-label={t('bubble.actions')}>
      {maySend && <ReactionChoice message={message} onDone={onDone} onOpenChange={onOpenChange} />}
      {maySend && (
        <Tooltip label={t('bubble.reply')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label={t('bubble.reply')}
            onClick={() => {
              reply(message)
              onDone()
            }}
          >
            <Reply size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {text !== '' && (
        <Tooltip label={t('bubble.copy')}>
          <ActionIcon variant="subtle" color="gray" size={28} aria-label={t('bubble.copy')} onClick={() => void copy()}>
            <Copy size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {maySeeRaw && !isPlain(message) && <RawChoice message={message} onOpenChange={onOpenChange} />}
    </span>
  )
}
