import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { CustomerMessage } from '../src/emulator-types.ts'
import { attempt, messagePath, post } from './api-client.ts'
import { kindOfFile, openAttachMenu, sendFile } from './attach-menu.ts'
import type { ChatContext } from './chat-context.ts'
import { contentOf } from './describe-message.ts'
import { h, icon, iconButton } from './dom.ts'
import { openEmojiPicker } from './emoji-picker.ts'
import { buildRecordingLine } from './recording-line.ts'
import { createReplyPreview } from './reply-preview.ts'
import { createTypingReporter } from './report-typing.ts'
import { startRecording } from './voice-recorder.ts'

export interface Composer {
  element: HTMLElement
  startReply(message: PhoneMessage): void
  /** Puts an own message back into the field; sending changes it. */
  startEdit(message: PhoneMessage): void
  /** Adds the quoted message to an outgoing one and ends the reply. */
  withReply(message: CustomerMessage): CustomerMessage
}

/** The line at the foot of a chat: text, emoji, attachments, voice, reply preview. */
export function createComposer(context: ChatContext): Composer {
  const text = h('textarea', { rows: 1, placeholder: 'Mensagem', 'aria-label': `Mensagem de ${context.customer.name}`, enterkeyhint: 'send' })
  const go = h('button', { type: 'button', class: 'icon-button go', onclick: press })
  const reply = createReplyPreview(context)
  const typing = createTypingReporter(context)
  const smile = iconButton('smile', 'Emojis', () => openEmojiPicker(context.screen, insert))
  const field = h('div', { class: 'field' }, smile, text)
  const line = h('div', { class: 'line' })

  function refresh(): void {
    const writing = text.value.trim() !== ''
    const label = writing ? 'Enviar' : 'Gravar recado de voz'
    go.replaceChildren(icon(writing ? 'send' : 'mic', 21))
    go.setAttribute('aria-label', label)
    go.title = label
    typing.typed(text.value === '')
  }

  function insert(emoji: string): void {
    text.setRangeText(emoji, text.selectionStart, text.selectionEnd, 'end')
    refresh()
  }

  function sendText(): void {
    const body = text.value.trim()
    if (body === '') return
    text.value = ''
    refresh()
    const edited = reply.takeEdited()
    if (edited) post(messagePath(edited.id, 'edit'), { text: body }, 'A mensagem não foi editada')
    else context.send({ type: 'text', text: { body } })
  }

  function press(): void {
    if (text.value.trim() === '') attempt(record(), 'A gravação não começou')
    else {
      sendText()
      text.focus()
    }
  }

  async function record(): Promise<void> {
    const recording = await startRecording(context)
    if (recording) line.replaceChildren(buildRecordingLine(recording, showLine))
    line.querySelector<HTMLElement>('.go')?.focus()
  }

  function showLine(): void {
    line.replaceChildren(
      iconButton('plus', 'Anexar', () => openAttachMenu(context)),
      field,
      go,
    )
    refresh()
  }

  text.addEventListener('input', refresh)
  listenToKeys(text, sendText, () => reply.set(null))
  listenToPaste(text, context)
  showLine()
  return {
    element: h('div', { class: 'composer' }, reply.element, line),
    startReply(message) {
      reply.set(message)
      text.focus()
    },
    startEdit(message) {
      const content = contentOf(message)
      reply.set(message, true)
      text.value = String(content.body ?? content.caption ?? '')
      refresh()
      text.focus()
    },
    withReply: (message) => reply.addTo(message),
  }
}

function listenToKeys(text: HTMLTextAreaElement, send: () => void, leave: () => void): void {
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave()
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  })
}

function listenToPaste(text: HTMLTextAreaElement, context: ChatContext): void {
  text.addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0]
    if (!file) return
    event.preventDefault()
    attempt(sendFile(context, kindOfFile(file), file), 'O arquivo não foi enviado')
  })
}
