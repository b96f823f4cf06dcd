import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'

/** Every action that the diary knows, in words. One that is not here is shown by its code. */
export const AUDIT_ACTIONS: Record<string, { 'pt-BR': string; en: string }> = {
  'session.login': { 'pt-BR': 'Entrada', en: 'Login' },
  'session.logout': { 'pt-BR': 'Saída', en: 'Logout' },
  'session.logout_all': { 'pt-BR': 'Saída de todos os aparelhos', en: 'Logout everywhere' },
  'session.end': { 'pt-BR': 'Acesso encerrado', en: 'Session ended' },
  'session.reuse_detected': { 'pt-BR': 'Acesso copiado: encerrado', en: 'Copied session: ended' },
  'account.update': { 'pt-BR': 'Perfil alterado', en: 'Profile changed' },
  'account.change_password': { 'pt-BR': 'Senha alterada', en: 'Password changed' },
  'account.ask_email_change': { 'pt-BR': 'Troca de e-mail pedida', en: 'Change of e-mail requested' },
  'account.change_email': { 'pt-BR': 'E-mail trocado', en: 'E-mail changed' },
  'account.confirm_email': { 'pt-BR': 'E-mail confirmado', en: 'E-mail confirmed' },
  'account.ask_reset': { 'pt-BR': 'Nova senha pedida', en: 'Password reset requested' },
  'account.reset_password': { 'pt-BR': 'Senha trocada por link', en: 'Password reset by link' },
  'session.end_others': { 'pt-BR': 'Outros acessos encerrados', en: 'Other sessions ended' },
  'session.second_factor_asked': { 'pt-BR': 'Segundo fator pedido', en: 'Second factor requested' },
  'session.step_up': { 'pt-BR': 'Identidade confirmada de novo', en: 'Identity confirmed again' },
  'factor.totp_on': { 'pt-BR': 'Código do aplicativo ligado', en: 'Authenticator turned on' },
  'factor.totp_off': { 'pt-BR': 'Código do aplicativo desligado', en: 'Authenticator turned off' },
  'factor.passkey_added': { 'pt-BR': 'Chave de acesso acrescentada', en: 'Passkey added' },
  'factor.passkey_removed': { 'pt-BR': 'Chave de acesso removida', en: 'Passkey removed' },
  'factor.recovery_codes_renewed': { 'pt-BR': 'Códigos de recuperação renovados', en: 'Recovery codes renewed' },
  'factor.reset_by_operator': { 'pt-BR': 'Segundo fator removido pelo servidor', en: 'Second factor removed by the server' },
  'sso.join': { 'pt-BR': 'Entrada pelo login da empresa criada', en: 'Joined by single sign-on' },
  'sso.link': { 'pt-BR': 'Login da empresa ligado', en: 'Single sign-on linked' },
  'sso.unlink': { 'pt-BR': 'Login da empresa desligado', en: 'Single sign-on unlinked' },
  'sso.update': { 'pt-BR': 'Login da empresa configurado', en: 'Single sign-on configured' },
  'sso.remove': { 'pt-BR': 'Login da empresa removido', en: 'Single sign-on removed' },
  'role.create': { 'pt-BR': 'Perfil de acesso criado', en: 'Role created' },
  'role.update': { 'pt-BR': 'Perfil de acesso alterado', en: 'Role changed' },
  'role.delete': { 'pt-BR': 'Perfil de acesso excluído', en: 'Role deleted' },
  'api_key.create': { 'pt-BR': 'Chave de API criada', en: 'API key created' },
  'api_key.revoke': { 'pt-BR': 'Chave de API revogada', en: 'API key revoked' },
  'keys.rotate': { 'pt-BR': 'Chaves de criptografia trocadas', en: 'Encryption keys rotated' },
  'limits.clear': { 'pt-BR': 'Bloqueio de um endereço retirado', en: 'Ban of an address lifted' },
  'tenant.security': { 'pt-BR': 'Regras de segurança da empresa alteradas', en: 'Security rules of the company changed' },
  'invitation.create': { 'pt-BR': 'Convite enviado', en: 'Invitation made' },
  'invitation.renew': { 'pt-BR': 'Convite renovado', en: 'Invitation renewed' },
  'invitation.revoke': { 'pt-BR': 'Convite cancelado', en: 'Invitation revoked' },
  'invitation.accept': { 'pt-BR': 'Convite aceito', en: 'Invitation accepted' },
  'user.create': { 'pt-BR': 'Pessoa criada', en: 'Person created' },
  'user.update': { 'pt-BR': 'Perfil ou acesso de alguém alterado', en: 'Role or access of a person changed' },
  'tenant.register': { 'pt-BR': 'Empresa cadastrada', en: 'Company signed up' },
  'tenant.create': { 'pt-BR': 'Empresa criada', en: 'Company created' },
  'tenant.update': { 'pt-BR': 'Dados da empresa alterados', en: 'Company changed' },
  'tenant.admin_update': { 'pt-BR': 'Plano ou situação alterados pelo servidor', en: 'Plan or status changed by the server' },
  'channel.create': { 'pt-BR': 'Canal conectado', en: 'Channel connected' },
  'channel.update': { 'pt-BR': 'Canal alterado', en: 'Channel changed' },
  'channel.delete': { 'pt-BR': 'Canal removido', en: 'Channel removed' },
  'channel.release': { 'pt-BR': 'Número liberado', en: 'Number released' },
  'channel.profile': { 'pt-BR': 'Perfil no WhatsApp alterado', en: 'Profile on WhatsApp changed' },
  'channel.request_code': { 'pt-BR': 'Código do número pedido', en: 'Code of the number requested' },
  'channel.verify_code': { 'pt-BR': 'Código do número conferido', en: 'Code of the number verified' },
  'channel.register': { 'pt-BR': 'Número registrado', en: 'Number registered' },
  'channel.deregister': { 'pt-BR': 'Registro do número desfeito', en: 'Number deregistered' },
  'channel.pin': { 'pt-BR': 'PIN do número trocado', en: 'PIN of the number changed' },
  'channel.sync': { 'pt-BR': 'Sincronização do celular pedida', en: 'Synchronisation of the phone requested' },
  'contact.create': { 'pt-BR': 'Contato criado', en: 'Contact created' },
  'contact.update': { 'pt-BR': 'Contato alterado', en: 'Contact changed' },
  'contact.delete': { 'pt-BR': 'Contato excluído', en: 'Contact deleted' },
  'contact.merge': { 'pt-BR': 'Contatos unidos', en: 'Contacts merged' },
  'contact.part': { 'pt-BR': 'Contatos separados', en: 'Contacts parted' },
  'conversation.read': { 'pt-BR': 'Conversa de outra pessoa aberta', en: "Somebody else's conversation opened" },
  'conversation.open': { 'pt-BR': 'Conversa reaberta', en: 'Conversation reopened' },
  'conversation.resolved': { 'pt-BR': 'Conversa resolvida', en: 'Conversation resolved' },
  'conversation.assign': { 'pt-BR': 'Responsável alterado', en: 'Assignee changed' },
  'message.raw_read': { 'pt-BR': 'Mensagem original consultada', en: 'Original message read' },
  'tag.create': { 'pt-BR': 'Etiqueta criada', en: 'Tag created' },
  'tag.update': { 'pt-BR': 'Etiqueta alterada', en: 'Tag changed' },
  'tag.delete': { 'pt-BR': 'Etiqueta excluída', en: 'Tag deleted' },
  'template.create': { 'pt-BR': 'Modelo criado', en: 'Template created' },
  'template.update': { 'pt-BR': 'Modelo alterado', en: 'Template changed' },
  'template.delete': { 'pt-BR': 'Modelo excluído', en: 'Template deleted' },
  'template.sync': { 'pt-BR': 'Modelos sincronizados', en: 'Templates synchronised' },
  'template.unpause': { 'pt-BR': 'Pausa do modelo encerrada', en: 'Template unpaused' },
  'usage.price.create': { 'pt-BR': 'Preço acrescentado', en: 'Price added' },
  'usage.price.delete': { 'pt-BR': 'Preço removido', en: 'Price removed' },
  'usage.quota.create': { 'pt-BR': 'Cota acrescentada', en: 'Quota added' },
  'usage.quota.delete': { 'pt-BR': 'Cota removida', en: 'Quota removed' },
  'webhook.replay': { 'pt-BR': 'Evento reprocessado', en: 'Event processed again' },
  'notice.resolve': { 'pt-BR': 'Aviso resolvido', en: 'Notice resolved' },
  'admin.call': { 'pt-BR': 'Consulta ou ação administrativa', en: 'Administration call' },
  'audit.export': { 'pt-BR': 'Auditoria exportada', en: 'Audit exported' },
  'audit.verify': { 'pt-BR': 'Auditoria verificada', en: 'Audit verified' },
  'access_records.export': { 'pt-BR': 'Registros de acesso exportados', en: 'Access records exported' },
}

export const AuditOutcome = z.enum(['success', 'failure'])

export const AuditLine = z
  .object({
    id: Id,
    /** Place in the chain, from 1. */
    seq: z.int(),
    at: Time,
    /** Null: the server itself, the command line, or nobody that could be told. `name` is null for who is no colleague. */
    actor: z.object({ id: Id, name: z.string().nullable() }).nullable(),
    action: z.string(),
    /** `name` of a person. */
    object: z.object({ type: z.string(), id: Id.nullable(), name: z.string().nullable() }).nullable(),
    outcome: AuditOutcome,
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    /** Null when its key was destroyed: the line stays, what it said is gone. */
    details: z.record(z.string(), z.unknown()).nullable(),
    /** SHA-256 of the line and all before it, hexadecimal. */
    hash: z.string(),
  })
  .meta({ id: 'AuditLine' })
export type AuditLine = z.infer<typeof AuditLine>

export const AuditFilter = z.object({
  from: Time.optional(),
  to: Time.optional(),
  actorId: Id.optional(),
  action: z.string().max(80).optional(),
  outcome: AuditOutcome.optional(),
  /** `hidden` leaves out calls of administration routes that changed nothing of their own (`admin.call`). */
  calls: z.enum(['shown', 'hidden']).optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>
export const AuditQuery = PageQuery.extend(AuditFilter.shape)

/** Where a chain stood at a moment, signed with Ed25519. */
export const AuditCheckpoint = z
  .object({
    version: z.literal(1),
    /** Null: the chain of the server. */
    tenantId: Id.nullable(),
    seq: z.int().positive(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    at: z.string().max(40),
    keyId: z.string().max(64),
    signature: z.string().regex(/^[0-9a-f]{128}$/),
  })
  .meta({ id: 'AuditCheckpoint' })

const PublicKeys = z.array(z.object({ id: z.string(), pem: z.string() }))
export const AuditStatus = z
  .object({
    lines: z.int(),
    hash: z.string().nullable(),
    lastCheckpoint: AuditCheckpoint.nullable(),
    /** Are checkpoints copied to another place? */
    copied: z.boolean(),
    publicKeys: PublicKeys,
  })
  .meta({ id: 'AuditStatus' })
export type AuditStatus = z.infer<typeof AuditStatus>
export const AuditCheckpoints = z.object({ items: z.array(AuditCheckpoint), publicKeys: PublicKeys }).meta({ id: 'AuditCheckpoints' })

/** What was done to a chain: `rolled_back` is an older copy, `rewritten` a chain that fits itself and no checkpoint. */
export const AuditBreakKind = z.enum([
  'changed',
  'deleted',
  'inserted',
  'reordered',
  'truncated',
  'rolled_back',
  'rewritten',
  'forged_checkpoint',
  'missing_checkpoint',
])
export type AuditBreakKind = z.infer<typeof AuditBreakKind>

export const AuditVerdict = z
  .object({
    ok: z.boolean(),
    lines: z.int(),
    seq: z.int(),
    hash: z.string(),
    checkpoints: z.int(),
    break: z.object({ kind: AuditBreakKind, seq: z.int() }).nullable(),
  })
  .meta({ id: 'AuditVerdict' })
/** One per line of the answer to a verification. */
export const AuditProgress = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), lines: z.int(), total: z.int() }),
    z.object({ type: z.literal('done'), verdict: AuditVerdict }),
    z.object({ type: z.literal('failed') }),
  ])
  .meta({ id: 'AuditProgress' })
export type AuditProgress = z.infer<typeof AuditProgress>

export const ExportFormat = z.enum(['csv', 'json'])
export const AuditExportInput = AuditFilter.extend({ format: ExportFormat }).meta({ id: 'AuditExportInput' })

/** `reason` says on whose order: it is kept in the diary. */
export const AccessRecordsExportInput = z
  .object({ format: ExportFormat, from: Time, to: Time, reason: z.string().trim().min(10).max(500) })
  .meta({ id: 'AccessRecordsExportInput' })
