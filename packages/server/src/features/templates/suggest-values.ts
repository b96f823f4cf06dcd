import type { Contact } from '@atende/contracts/contacts'
import { variablesIn } from '@atende/contracts/template-text'
import type { TemplateParts } from '@atende/contracts/templates'

/** Pure: what a variable most likely means, from its name or from the words before it. A person sees it and may change it. */
export type Known = { name: string; firstName: string; phone: string; company: string; attendant: string; email: string }

export const knownOf = (contact: Contact, company: string, attendant: string): Known => ({
  name: contact.name,
  firstName: contact.name.trim().split(/\s+/)[0] ?? '',
  phone: contact.phone ?? '',
  email: contact.email ?? '',
  company,
  attendant,
})

const BY_NAME: readonly [RegExp, keyof Known][] = [
  [/^(primeiro_?nome|first_?name|nome_curto)$/, 'firstName'],
  [/(atendente|agente?|attendant|responsavel)/, 'attendant'],
  [/(empresa|company|hotel|loja|pousada|clinica|negocio|store)/, 'company'],
  [/(e_?mail)/, 'email'],
  [/(telefone|phone|celular|whatsapp)/, 'phone'],
  [/^(nome|name|cliente|hospede|paciente|customer|guest|nome_completo|full_name|nome_cliente|customer_name)$/, 'name'],
]
const GREETING = /(ol[áa]|oi|bom dia|boa tarde|boa noite|prezad[oa]|car[oa]|hi|hello|dear|hola)[,!\s*_]*$/i

export function suggestValues(parts: TemplateParts, known: Known): Record<string, string> {
  const found: Record<string, string> = {}
  const texts = [parts.header?.kind === 'text' ? parts.header.text : '', parts.body]
  for (const text of texts) {
    for (const name of variablesIn(text)) {
      const before = text.slice(0, text.indexOf(`{{${name}}}`)).slice(-24)
      const source = BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? (/^\d+$/.test(name) && GREETING.test(before) ? 'firstName' : undefined)
      const value = source && known[source].replace(/\s+/g, ' ').trim()
      if (value && !(name in found)) found[name] = value
    }
  }
  return found
}
