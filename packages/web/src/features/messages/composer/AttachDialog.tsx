import type { MediaKind } from '@atende/contracts/media'

import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { toast } from '../../../ui/toast.ts'
import { AttachItem, type Attachment } from './AttachItem.tsx'
import type { Wanted } from './AttachMenu.tsx'
import { needsJpeg, planFile, takesCaption } from './file-checks.ts'
import { toJpeg } from './to-jpeg.ts'

export type Picked = { files: File[]; wanted: Wanted | null }
export type ReadyFile = { file: File; kind: MediaKind; caption: string; width?: number; height?: number }
type AttachDialogProps = { picked: Picked; onSend: (files: ReadyFile[]) => void; onClose: () => void }

const attach = ({ files, wanted }: Picked): Attachment[] =>
  files.map((file) => {
    const plan = planFile(file, wanted)
    return { id: crypto.randomUUID(), file, plan, kind: plan.kind, url: file.type.startsWith('image/') ? URL.createObjectURL(file) : null }
  })

/** The bubble takes its final shape at once. */
const shapeOf = async (file: File, kind: MediaKind): Promise<{ width?: number; height?: number }> => {
  if (kind !== 'image') return {}
  try {
    const { width, height } = await createImageBitmap(file)
    return { width, height }
  } catch {
    return {}
  }
}

const useReady = () => {
  const { t } = useTranslation('composer')
  const asFile = async ({ file, kind }: Attachment): Promise<{ file: File; kind: MediaKind }> => {
    if (!needsJpeg(file, kind)) return { file, kind }
    try {
      return { file: await toJpeg(file), kind }
    } catch {
      toast(t('attach.convertFailed'))
      return { file, kind: 'document' }
    }
  }
  return async (attachments: Attachment[], caption: string): Promise<ReadyFile[]> => {
    const ready = await Promise.all(
      attachments.map(async (one) => {
        const { file, kind } = await asFile(one)
        return { file, kind, ...(await shapeOf(file, kind)) }
      }),
    )
    const captioned = ready.findIndex(({ kind }) => takesCaption(kind))
    return ready.map((one, i) => ({ ...one, caption: i === captioned ? caption : '' }))
  }
}

/** What will be sent and as what, with what WhatsApp does not accept said before anything is uploaded. */
export function AttachDialog({ picked, onSend, onClose }: AttachDialogProps) {
  const { t } = useTranslation('composer')
  const [attachments, setAttachments] = useState(() => attach(picked))
  const [caption, setCaption] = useState('')
  const [busy, setBusy] = useState(false)
  const makeReady = useReady()
  const sendable = attachments.filter(({ plan }) => plan.refusal === null)
  const send = async (): Promise<void> => {
    if (sendable.length === 0) return
    setBusy(true)
    onSend(await makeReady(sendable, caption))
  }
  const remove = (id: string): void => {
    const left = attachments.filter((one) => one.id !== id)
    if (left.length === 0) onClose()
    else setAttachments(left)
  }
  const choose = (id: string, kind: MediaKind): void => setAttachments(attachments.map((one) => (one.id === id ? { ...one, kind } : one)))
  return (
    <Dialog onClose={onClose} title={t('attach.title', { count: attachments.length })} size={480}>
      <Stack gap="sm">
        {attachments.map((one) => (
          <AttachItem key={one.id} attachment={one} onChoose={(kind) => choose(one.id, kind)} onRemove={() => remove(one.id)} />
        ))}
        {sendable.some(({ kind }) => takesCaption(kind)) && (
          <Textarea
            data-autofocus
            autosize
            maxRows={6}
            maxLength={1024}
            label={t('attach.caption')}
            placeholder={t('attach.captionPlaceholder')}
            value={caption}
            onChange={(event) => setCaption(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              void send()
            }}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('attach.cancel')}
          </Button>
          <Button loading={busy} disabled={sendable.length === 0} onClick={() => void send()}>
            {t('attach.send')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
