import type { Conversation } from '@atende/contracts/conversations'
import { type ClipboardEvent, type KeyboardEvent, lazy, type Ref, Suspense, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection } from '../../../lib/connection.ts'
import { getLocale } from '../../../lib/locale.ts'
import { useCan } from '../../../lib/session.ts'
import { useShortcut } from '../../../lib/shortcuts.ts'
import { type Quote, sendFile, sendText } from '../send.ts'
import { AttachMenu, type Wanted } from './AttachMenu.tsx'
import classes from './Composer.module.css'
import { ComposerDialogs, type OpenDialog } from './ComposerDialogs.tsx'
import { EmojiButton, PreviewSwitch, SendButton, TemplateButton } from './ComposerTools.tsx'
import { GrowingText } from './GrowingText.tsx'
import { InteractiveMenu } from './InteractiveMenu.tsx'
import { QuoteBar } from './QuoteBar.tsx'
import { TypingLine } from './TypingLine.tsx'
import { useDraft } from './use-draft.ts'
import { useDrop } from './use-drop.ts'
import { useTypingSignal } from './use-typing-signal.ts'
import { FreeEntry, PassiveNotice, WindowClosed, WindowCountdown } from './WindowNotice.tsx'

const VoiceRecorder = lazy(() => import('./VoiceRecorder.tsx').then((m) => ({ default: m.VoiceRecorder })))

export type ComposerHandle = { focus: () => void; chooseTemplate: () => void }
type ComposerProps = {
  ref: Ref<ComposerHandle>
  conversation: Conversation
  windowOpen: boolean
  quote: Quote
  onQuoteDone: () => void
}

const MAX_TEXT = 4096
const NEAR_MAX = 3600
const LINK = /https?:\/\/\S/i
/** A phone's keyboard would cover the conversation that was just opened. */
const hasMouse = (): boolean => window.matchMedia('(hover: hover) and (min-width: 769px)').matches

function Hint({ conversation, length }: { conversation: Conversation; length: number }) {
  const { t } = useTranslation('composer')
  const offline = useConnection() === 'offline'
  const tooLong = length - MAX_TEXT
  if (tooLong > 0) {
    return (
      <span className={classes.tooLong} role="alert">
        {t('composer.tooLong', { count: tooLong })}
      </span>
    )
  }
  if (length > NEAR_MAX) return <span className={classes.hint}>{t('composer.counter', { length: length.toLocaleString(getLocale()) })}</span>
  if (offline) return <span className={classes.hint}>{t('composer.saved')}</span>
  if (conversation.status === 'resolved') return <span className={classes.hint}>{t('composer.resolvedHint')}</span>
  return (
    <>
      <WindowCountdown conversation={conversation} />
      <FreeEntry conversation={conversation} />
      <span className={`${classes.hint} ${classes.keysHint}`}>{t('composer.hint')}</span>
    </>
  )
}

const useComposer = ({ conversation, quote, onQuoteDone }: Omit<ComposerProps, 'ref' | 'windowOpen'>) => {
  const area = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useDraft(conversation.id)
  const signal = useTypingSignal(conversation.id)
  const [preview, setPreview] = useState(true)
  const length = text.trim().length
  const change = (next: string): void => {
    setText(next)
    if (next.trim() !== '') signal.typed()
    else signal.stop()
  }
  const send = (): void => {
    const ready = text.trim()
    if (ready === '' || length > MAX_TEXT) return
    sendText(conversation.id, ready, quote, preview)
    setText('')
    setPreview(true)
    signal.stop()
    onQuoteDone()
    area.current?.focus()
  }
  /** Where the cursor stands, as if it was typed. */
  const insert = (piece: string): void => {
    const { selectionStart: from = text.length, selectionEnd: to = text.length } = area.current ?? {}
    change(text.slice(0, from) + piece + text.slice(to))
    requestAnimationFrame(() => area.current?.setSelectionRange(from + piece.length, from + piece.length))
  }
  return { area, text, change, send, insert, length, preview, setPreview }
}

function OpenComposer({ ref, conversation, quote, onQuoteDone }: Omit<ComposerProps, 'windowOpen'>) {
  const { t } = useTranslation('composer')
  const inbox = useTranslation('inbox').t
  const { area, text, change, send, insert, length, preview, setPreview } = useComposer({ conversation, quote, onQuoteDone })
  const [dialog, setDialog] = useState<OpenDialog>(null)
  const [recording, setRecording] = useState(false)
  const mayTemplate = useCan('templates.read')
  const endRecording = (): void => {
    setRecording(false)
    requestAnimationFrame(() => area.current?.focus())
  }
  const focus = (): void => area.current?.focus()
  /** The menu entry that opened it is gone: back to writing. */
  const closeDialog = (): void => {
    setDialog(null)
    if (hasMouse()) requestAnimationFrame(focus)
  }
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus(), chooseTemplate: () => setDialog({ name: 'template' }) }), [area])
  useShortcut('r', focus, inbox('shortcuts.reply'), inbox('shortcuts.group'))
  const pick = (files: File[], wanted: Wanted | null): void => {
    if (files.length > 0) setDialog({ name: 'files', picked: { files, wanted } })
  }
  const dropping = useDrop(!recording, (files) => pick(files, null))
  useEffect(() => {
    if (hasMouse()) area.current?.focus({ preventScroll: true })
  }, [area])

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // An input method uses Enter to choose a word; that must not send.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      send()
    }
    if (event.key === 'Escape') {
      if (quote) onQuoteDone()
      else event.currentTarget.blur()
    }
  }
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...event.clipboardData.files]
    // Office programs put a picture of the text beside the text: then the text is meant.
    if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return
    event.preventDefault()
    pick(files, null)
  }
  return (
    <>
      {quote && <QuoteBar quote={quote} onCancel={onQuoteDone} />}
      {recording ? (
        <Suspense fallback={null}>
          <VoiceRecorder
            onClose={endRecording}
            onSend={({ file, name, voice }) => {
              sendFile(conversation.id, { file, name, kind: 'audio', voice }, '', quote)
              endRecording()
              onQuoteDone()
            }}
          />
        </Suspense>
      ) : (
        <>
          <GrowingText
            ref={area}
            label={t('composer.label', { name: conversation.contact.name })}
            placeholder={t('composer.placeholder')}
            value={text}
            onChange={change}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
          <div className={classes.tools}>
            <AttachMenu onFiles={pick} onLocation={() => setDialog({ name: 'location' })} onContact={() => setDialog({ name: 'contact' })} />
            {conversation.contact.kind === 'person' && <InteractiveMenu onPick={(kind) => setDialog({ name: 'interactive', kind })} />}
            {mayTemplate && <TemplateButton onClick={() => setDialog({ name: 'template' })} />}
            <EmojiButton onPick={insert} />
            {LINK.test(text) && <PreviewSwitch on={preview} onChange={setPreview} />}
            <div className={classes.hints}>
              <Hint conversation={conversation} length={length} />
            </div>
            <SendButton hasText={text.trim() !== ''} disabled={length > MAX_TEXT} onSend={send} onVoice={() => setRecording(true)} />
          </div>
        </>
      )}
      {dropping && <div className={classes.drop}>{t('composer.drop')}</div>}
      <ComposerDialogs open={dialog} conversation={conversation} quote={quote} onClose={closeDialog} onSent={onQuoteDone} />
    </>
  )
}

/** Only a template may be sent. */
function ClosedComposer({ ref, conversation, quote, onQuoteDone }: Omit<ComposerProps, 'windowOpen'>) {
  const [dialog, setDialog] = useState<OpenDialog>(null)
  useImperativeHandle(ref, () => ({ focus: () => undefined, chooseTemplate: () => setDialog({ name: 'template' }) }), [])
  return (
    <>
      <WindowClosed conversation={conversation} onTemplate={() => setDialog({ name: 'template' })} />
      <ComposerDialogs open={dialog} conversation={conversation} quote={quote} onClose={() => setDialog(null)} onSent={onQuoteDone} />
    </>
  )
}

export function Composer({ windowOpen, ...props }: ComposerProps) {
  const mayAnswer = useCan('messages.send')
  const open = windowOpen && mayAnswer
  return (
    <footer className={classes.footer}>
      <TypingLine conversationId={props.conversation.id} />
      <div className={classes.box} data-closed={!open || undefined}>
        {mayAnswer && props.conversation.control === 'passive' && <PassiveNotice />}
        {open ? <OpenComposer {...props} /> : <ClosedComposer {...props} />}
      </div>
    </footer>
  )
}
