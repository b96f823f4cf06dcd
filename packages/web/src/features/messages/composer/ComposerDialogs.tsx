import { lazy, Suspense } from 'react'
import { type Quote, sendFile, sendPlain } from '../send.ts'
import type { Picked } from './AttachDialog.tsx'

const AttachDialog = lazy(() => import('./AttachDialog.tsx').then((m) => ({ default: m.AttachDialog })))
const LocationDialog = lazy(() => import('./LocationDialog.tsx').then((m) => ({ default: m.LocationDialog })))
const ContactDialog = lazy(() => import('./ContactDialog.tsx').then((m) => ({ default: m.ContactDialog })))

export type OpenDialog = { name: 'files'; picked: Picked } | { name: 'location' } | { name: 'contact' } | null
type ComposerDialogsProps = { open: OpenDialog; conversationId: string; quote: Quote; onClose: () => void; onSent: () => void }

/** What goes out besides text; loaded when it is first wanted. */
export function ComposerDialogs({ open, conversationId, quote, onClose, onSent }: ComposerDialogsProps) {
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
    </Suspense>
  )
}
