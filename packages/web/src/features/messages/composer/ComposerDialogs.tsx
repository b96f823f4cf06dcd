import type { Conversation } from '@atende/contracts/conversations'
import { lazy, Suspense } from 'react'
import { toastError } from '../../../ui/toast.ts'
import { type Quote, sendFile, sendInteractive, sendPlain, sendTemplate } from '../send.ts'
import type { Picked } from './AttachDialog.tsx'
import type { InteractiveKind } from './InteractiveMenu.tsx'

const AttachDialog = lazy(() => import('./AttachDialog.tsx').then((m) => ({ default: m.AttachDialog })))
const LocationDialog = lazy(() => import('./LocationDialog.tsx').then((m) => ({ default: m.LocationDialog })))
const ContactDialog = lazy(() => import('./ContactDialog.tsx').then((m) => ({ default: m.ContactDialog })))
const InteractiveDialog = lazy(() => import('./interactive/InteractiveDialog.tsx').then((m) => ({ default: m.InteractiveDialog })))
const TemplatePicker = lazy(() => import('../../templates/picker/TemplatePicker.tsx').then((m) => ({ default: m.TemplatePicker })))

export type OpenDialog =
  | { name: 'files'; picked: Picked }
  | { name: 'location' }
  | { name: 'contact' }
  | { name: 'template' }
  | { name: 'interactive'; kind: InteractiveKind }
  | null
type ComposerDialogsProps = { open: OpenDialog; conversation: Conversation; quote: Quote; onClose: () => void; onSent: () => void }

/** What goes out besides text; loaded when it is first wanted. */
export function ComposerDialogs({ open, conversation, quote, onClose, onSent }: ComposerDialogsProps) {
  const conversationId = conversation.id
  const sent = (): void => {
    onClose()
    onSent()
  }
  return (
    <Suspense fallback={null}>
      {open?.name === 'files' && (
        <AttachDialog
          picked={open.picked}
          onClose={onClose}
          onSend={(files) => {
            for (const [i, { file, caption, ...rest }] of files.entries()) {
              sendFile(conversationId, { file, name: file.name, voice: false, ...rest }, caption, i === 0 ? quote : null)
            }
            sent()
          }}
        />
      )}
      {open?.name === 'location' && (
        <LocationDialog
          onClose={onClose}
          onSend={(location) => {
            sendPlain(conversationId, { type: 'location', location }, quote)
            sent()
          }}
        />
      )}
      {open?.name === 'contact' && (
        <ContactDialog
          onClose={onClose}
          onSend={(card) => {
            sendPlain(conversationId, { type: 'contacts', contacts: [card] }, quote)
            sent()
          }}
        />
      )}
      {open?.name === 'interactive' && (
        <InteractiveDialog
          kind={open.kind}
          onClose={onClose}
          onSend={(interactive, shown) => {
            sendInteractive(conversationId, interactive, shown, quote)
            sent()
          }}
        />
      )}
      {open?.name === 'template' && (
        <TemplatePicker
          conversation={conversation}
          opened
          onClose={onClose}
          onSend={(content) => {
            if (content.type !== 'template') return
            sendTemplate(conversationId, content).then(sent, toastError)
          }}
        />
      )}
    </Suspense>
  )
}
