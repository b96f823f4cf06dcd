/** A customer's message in our words, whatever channel it came through. */
export type InboundMessage = {
  channelId: string
  /** The provider's id; the same id on the same channel is the same message. */
  providerId: string
  /** The provider's clock. */
  at: Date
  from: Sender
  type: string
  /** Text or caption: what search looks in. */
  body: string | null
  /** The rest, by type; ids of media are filled in when saved. */
  content: Record<string, unknown>
  media: InboundMedia | null
  quotedProviderId: string | null
  reaction: { targetProviderId: string; emoji: string | null } | null
}

/** At least one of `phone` (digits as the provider writes them) and `bsuid` is there. */
export type Sender = { phone: string | null; bsuid: string | null; username: string | null; name: string | null }

export type InboundMedia = {
  kind: 'image' | 'video' | 'audio' | 'document' | 'sticker'
  mime: string
  providerMediaId: string
  /** Short-lived address that came along. */
  url: string | null
  sha256: string | null
  filename: string | null
  voice: boolean
  animated: boolean
}

/** What the provider says happened to a message of ours. */
export type StatusUpdate = {
  channelId: string
  providerId: string
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed'
  at: Date
  /** Our message id, when the provider echoes it: finds a message whose send was never answered. */
  messageId: string | null
  error: { code: number | null; details: string | null } | null
  details: Record<string, unknown>
}
