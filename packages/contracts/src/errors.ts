import { z } from 'zod'

/** Every error code that the API answers, with its HTTP status and the sentence people see (pt-BR). Closed list. */
export const ERRORS = {
  validation_failed: { status: 400, title: 'Alguns campos precisam de atenção.' },
  malformed_body: { status: 400, title: 'O corpo do pedido não pôde ser lido.' },
  cursor_invalid: { status: 400, title: 'A posição da lista não vale mais. Recarregue a lista.' },
  unauthenticated: { status: 401, title: 'Por segurança, entre de novo.' },
  login_failed: { status: 401, title: 'E-mail ou senha não conferem.' },
  signature_invalid: { status: 401, title: 'A assinatura não confere.' },
  refresh_invalid: { status: 401, title: 'Por segurança, entre de novo.' },
  link_invalid: { status: 410, title: 'Este link não vale mais. Peça um novo.' },
  mail_unavailable: { status: 422, title: 'Este servidor não envia e-mails. Fale com quem administra a conta.' },
  sso_required: { status: 403, title: 'Nesta empresa se entra pelo login único.' },
  forbidden: { status: 403, title: 'Seu perfil não permite isto. Fale com quem administra a conta.' },
  address_blocked: { status: 403, title: 'Esta rede está bloqueada neste servidor.' },
  origin_refused: { status: 403, title: 'Esta origem não é permitida.' },
  verification_refused: { status: 403, title: 'O token de verificação não confere.' },
  tenant_suspended: { status: 403, title: 'Esta conta está suspensa. Fale com o suporte.' },
  step_up_required: { status: 403, title: 'Confirme que é você para continuar.' },
  second_factor_required: { status: 403, title: 'A empresa pede verificação em duas etapas. Ative a sua para continuar.' },
  not_found: { status: 404, title: 'Não encontramos isto.' },
  method_not_allowed: { status: 405, title: 'Este endereço não aceita este método.' },
  email_taken: { status: 409, title: 'Este e-mail já tem uma conta. Entre ou use outro.' },
  already_exists: { status: 409, title: 'Já existe um igual.' },
  phone_taken: { status: 409, title: 'Já existe um contato com este telefone.' },
  number_taken: { status: 409, title: 'Este número já está conectado.' },
  conversation_assigned: { status: 409, title: 'Outra pessoa já pegou esta conversa.' },
  role_in_use: { status: 409, title: 'Há pessoas com este perfil. Escolha para onde elas vão.' },
  last_owner: { status: 409, title: 'A conta precisa de pelo menos um proprietário.' },
  plan_limit: { status: 409, title: 'O plano atual chegou ao limite.' },
  template_not_usable: { status: 422, title: 'Este modelo não pode ser usado agora.' },
  template_refused: { status: 422, title: 'O WhatsApp não aceitou este modelo.' },
  whatsapp_refused: { status: 422, title: 'O WhatsApp não aceitou este pedido.' },
  whatsapp_unavailable: { status: 503, title: 'O WhatsApp não respondeu. Tente de novo em instantes.' },
  opted_out: { status: 422, title: 'Esta pessoa pediu para não receber propaganda.' },
  merge_refused: { status: 409, title: 'Estes contatos não podem ser unidos.' },
  media_not_retryable: { status: 409, title: 'Este arquivo não pode ser baixado de novo.' },
  retry_refused: { status: 409, title: 'Esta mensagem não pode ser enviada de novo.' },
  version_conflict: { status: 412, title: 'Outra pessoa mudou isto antes. Veja o que há de novo.' },
  invitation_invalid: { status: 410, title: 'Este convite não vale mais. Peça um novo.' },
  second_step_expired: { status: 410, title: 'O tempo para confirmar acabou. Entre de novo.' },
  content_erased: { status: 410, title: 'Este conteúdo foi apagado.' },
  content_unreadable: { status: 422, title: 'Não foi possível abrir este conteúdo.' },
  body_too_large: { status: 413, title: 'O arquivo ou a mensagem é grande demais.' },
  media_type_refused: { status: 415, title: 'Este tipo de arquivo não é aceito pelo WhatsApp.' },
  media_too_large: { status: 413, title: 'O arquivo é maior do que o WhatsApp aceita.' },
  content_type_refused: { status: 415, title: 'Este formato de envio não é aceito.' },
  window_closed: { status: 422, title: 'Já se passaram 24 h desde a última mensagem do cliente. Envie um modelo aprovado.' },
  channel_unavailable: { status: 422, title: 'Este canal não está ligado. Reative-o nas configurações.' },
  connection_failed: { status: 422, title: 'O teste de conexão não passou.' },
  emulator_unavailable: { status: 422, title: 'O emulador não está ligado neste servidor.' },
  code_wrong: { status: 422, title: 'O código não confere ou já foi usado.' },
  passkey_refused: { status: 422, title: 'Esta chave de acesso não foi aceita.' },
  passkeys_impossible: { status: 422, title: 'Chaves de acesso só funcionam num endereço com nome e https.' },
  too_many_requests: { status: 429, title: 'Muitas tentativas. Aguarde um pouco.' },
  audit_verifying: { status: 409, title: 'A verificação já está em andamento. Aguarde o resultado.' },
  internal: { status: 500, title: 'Algo deu errado do nosso lado. Nada do que você enviou foi perdido; tente de novo.' },
  unavailable: { status: 503, title: 'Estamos reiniciando. Tente de novo em instantes.' },
} as const

export type ErrorCode = keyof typeof ERRORS

export const FieldProblem = z.object({
  /** Dotted path of the field, for example `items.0.name`. */
  path: z.string(),
  code: z.string(),
  message: z.string(),
})

/** RFC 9457 problem details. `code` is stable and for programs; `title` and `detail` are for people. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    requestId: z.string(),
    errors: z.array(FieldProblem).optional(),
    /** Seconds to wait, with 429. */
    retryAfter: z.int().optional(),
    /** With `step_up_required`: the ways in which this person can prove who they are. */
    methods: z.array(z.string()).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
