import type { Conversation } from '@atende/contracts/conversations'

const SOON = 4 * 60 * 60_000

export type WindowState = {
  open: boolean
  /** Under four hours left: worth a countdown. */
  closesSoon: boolean
  expiresAt: string | null
}

/** WhatsApp lets a business write freely only for 24 h after the customer's last message. */
export const windowState = ({ windowExpiresAt, status }: Pick<Conversation, 'windowExpiresAt' | 'status'>, now: number): WindowState => {
  const left = windowExpiresAt === null ? 0 : Date.parse(windowExpiresAt) - now
  return { open: left > 0, closesSoon: status === 'open' && left > 0 && left < SOON, expiresAt: windowExpiresAt }
}
