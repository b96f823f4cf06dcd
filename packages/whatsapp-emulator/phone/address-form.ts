import type { CustomerMessage } from '../src/emulator-types.ts'
import type { ChatContext } from './chat-context.ts'
import { openForm } from './form-sheet.ts'

/** The answer to an address request (in India): the same envelope as a Flow's. */
export function openAddressForm(context: ChatContext, answer: (message: CustomerMessage) => void): void {
  openForm(context.screen, {
    title: 'Endereço',
    submit: 'Enviar endereço',
    fields: [
      { name: 'name', label: 'Nome', value: context.customer.name },
      { name: 'address', label: 'Rua e número', value: 'Rua das Gaivotas, 120' },
      { name: 'city', label: 'Cidade', value: 'Imbituba' },
      { name: 'in_pin_code', label: 'Código postal', value: '400063' },
    ],
    done(values) {
      const text = JSON.stringify({ saved_address_id: '', values })
      answer({
        type: 'interactive',
        interactive: { type: 'nfm_reply', nfm_reply: { name: 'address_message', body: Object.values(values).join('\n'), response_json: text } },
      })
    },
  })
}
