import { call } from '../api-client.ts'
import { h } from '../dom.ts'
import type { Backstage } from './backstage.ts'
import { button, hint, line, pick } from './controls.ts'

/** Any body, sent once to the callback of the number. What was written stays while the panel is redrawn. */
export function createRawSection(): (stage: Backstage) => Node[] {
  const text = h('textarea', { rows: 7, spellcheck: 'false', 'aria-label': 'Corpo do aviso' }, '{\n  "object": "whatsapp_business_account",\n  "entry": []\n}')
  const signature = pick('Assinatura', [
    ['valid', 'Assinado certo'],
    ['wrong', 'Assinado errado'],
    ['none', 'Sem assinatura'],
  ])
  const shown = h('pre', { hidden: true })
  return ({ number }) => {
    const send = (): void => {
      shown.hidden = false
      shown.textContent = 'Enviando…'
      call<{ status: number; body: string }>('POST', 'raw-webhook', { phoneNumberId: number.phoneNumberId, rawText: text.value, signature: signature.value })
        .then((answer) => {
          shown.textContent = `${answer.status}\n${answer.body.slice(0, 2000)}`
        })
        .catch((error: unknown) => {
          shown.textContent = error instanceof Error ? error.message : String(error)
        })
    }
    return [text, line(signature, button('Enviar', send, 'main')), shown, hint('O corpo vai byte por byte, sem novas tentativas.')]
  }
}
