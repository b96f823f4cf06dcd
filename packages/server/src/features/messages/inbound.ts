/** A customer's message in our words, whatever channel it came through. */
export type InboundMessage = {
  channelId: string
  /** The provider's id, as a keyed hash once it is past the door (`hide-ids.ts`); the same id on the same channel is the same message. */
  providerId: string
  /** The id itself: only to be sealed. */
  realId: string
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
  /** The message as it came, for admins (bounded); null for a plain text, which holds nothing else. */
  raw: Record<string, unknown> | null
  /** The picture of the ad or post that brought the person, when it lies where media of the channel may be fetched from. */
  picture: InboundMedia | null
  /** Set in a group: its id; `from` is then who wrote. */
  groupId: string | null
  /** An ad or post brought the person here: free entry point (Cloud API, pricing). */
  fromAd: boolean
  /**
   * How it came. `live`: now. `history`: synchronised from the Business app, moves no window, waits for no answer, is not unread.
   * `standby`: another agent answers this chat; ours must not take over by itself.
   */
  via: 'live' | 'history' | 'standby'
}

/** Something that we sent from elsewhere: the WhatsApp Business app on the same number, or another program (Cloud API, message echoes). */
export type EchoedMessage = Omit<InboundMessage, 'from' | 'fromAd' | 'groupId' | 'picture'> & {
  to: Sender
  /** `app`: the WhatsApp Business app; `other`: another program, or Meta's own agent. */
  sentFrom: 'app' | 'other'
  /** Known only for history. */
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed' | null
}

/** The person (or, as an echo, we in the app) changed or deleted a message. */
export type MessageEdit = {
  channelId: string
  /** The id of the notice itself: the same one counts once. */
  providerId: string
  targetProviderId: string
  at: Date
  type: string
  body: string | null
  content: Record<string, unknown>
}
export type MessageRevoke = { channelId: string; providerId: string; targetProviderId: string; at: Date }

/**
 * Something that happened in a conversation and is no message: a call, a payment, a change of who answers. Shown as a line.
 * `key` is its id on the channel. Details of a `final` one replace those of an earlier.
 */
export type Happening = {
  channelId: string
  key: string
  at: Date
  who: Sender
  activity: string
  details: Record<string, string | null>
  final: boolean
  /** A call of the customer's opens the window, as a message would (Cloud API, calling). */
  opensWindow: boolean
  /** Who answers from now on, when that is what happened. */
  control: 'ours' | 'passive' | null
}

/** A contact of the phone's address book (Cloud API, coexistence): never removes anybody. */
export type SyncedContact = { channelId: string; phone: string; name: string | null }
/** A group's name (Cloud API, groups). */
export type GroupName = { groupId: string; name: string }

/** A change of an account field, as it came. `hash` is the idempotency key: the same change hashes the same. */
export type AccountChange = {
  field: string
  wabaId: string | null
  /** Only for fields that name a number of ours. */
  phoneNumberId: string | null
  value: Record<string, unknown>
  hash: string
  at: Date
}
/** What Meta counts a message as (status webhooks). `at` is the time of that status. */
export type PricingFact = {
  channelId: string
  providerId: string
  status: string
  category: string
  type: string
  subtype: string | null
  model: string | null
  /** Digits or business-scoped id; its country decides the price. */
  recipient: string | null
  at: Date
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
  realId: string
  /** Meta's word. `sent`, `delivered`, `read`, `played` and `failed` move the message; others are only kept. */
  status: string
  at: Date
  /** Our message id, when the provider echoes it: finds a message whose send was never answered. */
  messageId: string | null
  error: { code: number | null; details: string | null } | null
  details: Record<string, unknown>
  /** In a group: whose receipt it is; empty otherwise. */
  participant: string
}
