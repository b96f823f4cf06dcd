const WINDOW_MS = 24 * 3600 * 1000

/** Until when free text may be sent: 24 h after the provider's time of the customer's last message (Cloud API, customer service window). */
export const windowExpiry = (lastInboundAt: Date | null): Date | null => (lastInboundAt ? new Date(lastInboundAt.getTime() + WINDOW_MS) : null)

export const windowIsOpen = (lastInboundAt: Date | null, now = new Date()): boolean => {
  const until = windowExpiry(lastInboundAt)
  return until !== null && until > now
}
