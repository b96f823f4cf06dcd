import type { JsonObject } from '../json.ts'
import { parameterError } from './graph-error.ts'

/** A few of the ready-made templates of Meta's library (Cloud API, template library). */
const LIBRARY: (JsonObject & { name: string; language: string; body: string })[] = [
  {
    name: 'delivery_update_1',
    language: 'pt_BR',
    category: 'UTILITY',
    topic: 'ORDER_MANAGEMENT',
    usecase: 'DELIVERY_UPDATE',
    industry: ['E_COMMERCE'],
    header: 'Pedido a caminho',
    body: 'Olá, {{1}}. O seu pedido {{2}} saiu para entrega e chega até {{3}}, se tudo correr bem.',
    body_params: ['Marina', '12345', '18h'],
    body_param_types: ['TEXT', 'TEXT', 'TEXT'],
    buttons: [{ type: 'URL', text: 'Acompanhar entrega', url: 'https://www.example.com/' }],
    id: '7147013345418927',
  },
  {
    name: 'appointment_reminder_1',
    language: 'pt_BR',
    category: 'UTILITY',
    topic: 'EVENT_REMINDER',
    usecase: 'APPOINTMENT_REMINDER',
    industry: ['FINANCIAL_SERVICES'],
    header: 'Lembrete',
    body: 'Olá, {{1}}. O seu horário está marcado para {{2}}, confirme a sua presença, por favor.',
    body_params: ['Marina', 'amanhã às 10h'],
    body_param_types: ['TEXT', 'TEXT'],
    buttons: [],
    id: '7147013345418928',
  },
  {
    name: 'delivery_update_1',
    language: 'en_US',
    category: 'UTILITY',
    topic: 'ORDER_MANAGEMENT',
    usecase: 'DELIVERY_UPDATE',
    industry: ['E_COMMERCE'],
    header: 'Your order is on its way',
    body: 'Hi {{1}}, your order {{2}} is out for delivery and should arrive by {{3}}, if all goes well.',
    body_params: ['Jim', '12345', '6 pm'],
    body_param_types: ['TEXT', 'TEXT', 'TEXT'],
    buttons: [{ type: 'URL', text: 'Track shipment', url: 'https://www.example.com/' }],
    id: '7147013345418929',
  },
]

/** `GET /message_template_library` with its filters. */
export function listLibrary(query: Record<string, string>): JsonObject[] {
  const filters = ['language', 'topic', 'usecase', 'category'].filter((key) => query[key])
  return LIBRARY.filter(
    (entry) =>
      filters.every((key) => entry[key] === query[key]) &&
      (!query.search || `${entry.name} ${entry.body}`.toLowerCase().includes(query.search.toLowerCase())) &&
      (!query.name || entry.name === query.name),
  )
}

/** The components of a template made from the library. */
export function findLibraryTemplate(name: string, language: string): JsonObject[] {
  const entry = LIBRARY.find((candidate) => candidate.name === name && candidate.language === language)
  if (!entry) throw parameterError(`The library has no template ${name} in ${language}.`)
  const buttons = Array.isArray(entry.buttons) && entry.buttons.length > 0
  return [
    { type: 'HEADER', format: 'TEXT', text: entry.header },
    { type: 'BODY', text: entry.body, example: { body_text: [entry.body_params] } },
    ...(buttons ? [{ type: 'BUTTONS', buttons: entry.buttons }] : []),
  ]
}
