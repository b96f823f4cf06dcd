import { z } from 'zod'

const Body = z.looseObject({ entry: z.array(z.unknown()) })
const Entry = z.looseObject({ changes: z.array(z.unknown()) })
const Change = z.looseObject({ field: z.string().catch('?'), value: z.looseObject({}).catch({}) })
const Message = z.looseObject({ type: z.string().catch('?') })
const Status = z.looseObject({ status: z.string().catch('?') })

const MESSAGE_NAMES: Record<string, string> = {
  text: 'texto',
  image: 'imagem',
  video: 'vídeo',
  audio: 'áudio',
  document: 'documento',
  sticker: 'figurinha',
  location: 'localização',
  contacts: 'contato',
  reaction: 'reação',
  interactive: 'resposta de botão ou lista',
  button: 'resposta de botão',
  order: 'pedido',
  system: 'aviso do sistema',
  edit: 'edição',
  revoke: 'mensagem apagada',
  unsupported: 'tipo sem suporte',
}
const STATUS_NAMES: Record<string, string> = { sent: 'enviada', delivered: 'entregue', read: 'lida', played: 'ouvida', failed: 'não enviada' }
const FIELD_NAMES: Record<string, string> = {
  message_template_status_update: 'estado de modelo',
  message_template_quality_update: 'qualidade de modelo',
  template_category_update: 'categoria de modelo',
  account_update: 'aviso da conta',
  account_alerts: 'alerta da conta',
  account_review_update: 'revisão da conta',
  phone_number_quality_update: 'qualidade do número',
  phone_number_name_update: 'nome do número',
  business_capability_update: 'limites da conta',
  security: 'segurança do número',
  user_preferences: 'preferência de propaganda',
  calls: 'chamada',
  history: 'histórico',
  smb_message_echoes: 'mensagem enviada pelo aplicativo',
  message_echoes: 'mensagem enviada por outro sistema',
  standby: 'conversa com outro atendimento',
  message_template_components_update: 'texto de modelo',
  template_correct_category_detection: 'categoria de modelo',
  account_settings_update: 'configurações do número',
  business_status_update: 'situação da empresa',
  business_username_update: 'nome de usuário',
  business_username_updates: 'nome de usuário',
  flows: 'formulário (flow)',
  partner_solutions: 'solução de parceiro',
  payment_configuration_update: 'configuração de pagamentos',
  automatic_events: 'eventos de anúncio',
  tracking_events: 'eventos de anúncio',
  smb_app_state_sync: 'contatos do aplicativo',
  messaging_handovers: 'mudança de quem atende',
  group_lifecycle_update: 'mudança de grupo',
  group_participants_update: 'mudança de grupo',
  group_settings_update: 'mudança de grupo',
  group_status_update: 'mudança de grupo',
}
/** Names of unknown kinds come from outside: only what looks like one is shown. */
const nameOf = (names: Record<string, string>, kind: string) =>
  (Object.hasOwn(names, kind) ? names[kind] : undefined) ?? (/^[\w.-]{1,40}$/.test(kind) ? kind : 'desconhecido')

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
const kinds = (names: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const n of names) counts.set(n, (counts.get(n) ?? 0) + 1)
  const parts = [...counts].slice(0, 6).map(([name, n]) => (n === 1 ? name : `${n} ${name}`))
  return counts.size > 6 ? `${parts.join(', ')}…` : parts.join(', ')
}

const listOf = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])

type Found = { messages: string[]; statuses: string[]; errors: number; others: string[] }

function readChange(raw: unknown, found: Found): void {
  const change = Change.safeParse(raw)
  if (!change.success) return void found.others.push('desconhecido')
  const { field, value } = change.data
  if (field !== 'messages') return void found.others.push(nameOf(FIELD_NAMES, field))
  const [messages, statuses, errors] = [listOf(value.messages), listOf(value.statuses), listOf(value.errors)]
  for (const m of messages) found.messages.push(nameOf(MESSAGE_NAMES, Message.safeParse(m).data?.type ?? '?'))
  for (const s of statuses) found.statuses.push(nameOf(STATUS_NAMES, Status.safeParse(s).data?.status ?? '?'))
  found.errors += errors.length
  if (messages.length + statuses.length + errors.length === 0) found.others.push('sem mensagem nem estado')
}

/** What a delivery holds, in a line without anybody's words, names or numbers. Any bytes at all get an answer. */
export function summarizeWebhook(body: Buffer): string {
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    return 'Não é JSON'
  }
  const parsed = Body.safeParse(json)
  if (!parsed.success) return 'JSON de outro formato'
  const found: Found = { messages: [], statuses: [], errors: 0, others: [] }
  for (const entry of parsed.data.entry) for (const change of Entry.safeParse(entry).data?.changes ?? []) readChange(change, found)
  const parts = [
    ...(found.messages.length > 0 ? [`${count(found.messages.length, 'mensagem', 'mensagens')} (${kinds(found.messages)})`] : []),
    ...(found.statuses.length > 0 ? [`${count(found.statuses.length, 'estado', 'estados')} (${kinds(found.statuses)})`] : []),
    ...(found.errors > 0 ? [count(found.errors, 'erro', 'erros')] : []),
    ...(found.others.length > 0 ? [kinds(found.others)] : []),
  ]
  return parts.join(' · ') || 'Vazio'
}
