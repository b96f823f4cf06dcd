const STATUSES: Record<string, string> = {
  CONNECTED: 'conectado',
  PENDING: 'pendente de registro',
  DISCONNECTED: 'desconectado',
  FLAGGED: 'sinalizado por qualidade',
  RESTRICTED: 'restrito',
  RATE_LIMITED: 'no limite de envio',
  BANNED: 'banido',
  MIGRATED: 'migrado para outra conta',
  DELETED: 'excluído',
}
/** Meta's state of a number for people; a new one by its name. */
export const sayStatus = (status: string | null): string =>
  (status !== null && Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined) ?? status ?? 'desconhecido'
