import { call, post } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { h, icon, showNotice } from './dom.ts'

/** A button that leads to a web address; the page itself loads nothing from there. */
export function buildLinkButton(text: string, url: string): HTMLElement {
  const href = /^https?:\/\//.test(url) ? url : undefined
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, icon('link', 18), text)
}

const RING_MS = 40_000

/** Rings the business; who does not answer is given up after a while. The emulator carries no sound. */
export function startCall(context: ChatContext): void {
  const { customer, number, state } = context
  const common = { customer: customer.waId, phoneNumberId: number.phoneNumberId }
  const run = async (): Promise<void> => {
    const { callId } = await call<{ callId: string }>('POST', 'calls', { ...common, event: 'connect' })
    setTimeout(() => {
      const ringing = state.calls.some((entry) => entry.id === callId && entry.state !== 'accepted')
      if (ringing) post('calls', { ...common, event: 'terminate', callId }, 'A ligação não terminou')
    }, RING_MS)
  }
  run().catch((error: unknown) => showNotice(`A ligação não começou: ${String(error)}`))
}

/** The line about a call that rings or goes on, with what the customer can do; null when there is none. */
export function buildCallLine(context: ChatContext): HTMLElement | null {
  const { customer, number, state } = context
  const live = state.calls.find((entry) => entry.waId === customer.waId && entry.phoneNumberId === number.phoneNumberId)
  if (!live || context.group) return null
  const act = (event: string) => (): void =>
    post('calls', { customer: customer.waId, phoneNumberId: number.phoneNumberId, event, callId: live.id }, 'A ligação não mudou')
  const incoming = live.direction === 'BUSINESS_INITIATED' && live.state === 'ringing'
  const text = live.state === 'accepted' ? 'Em ligação (sem som no emulador)' : incoming ? 'O negócio está ligando…' : 'Chamando o negócio…'
  const buttons = incoming
    ? [
        h('button', { type: 'button', class: 'button small main', onclick: act('accepted') }, 'Atender'),
        h('button', { type: 'button', class: 'button small', onclick: act('rejected') }, 'Recusar'),
      ]
    : [h('button', { type: 'button', class: 'button small', onclick: act('terminate') }, 'Desligar')]
  return h('div', { class: 'call-line', role: 'status' }, icon('phone', 18), h('span', {}, text), ...buttons)
}
