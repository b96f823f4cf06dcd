import type { IdentityChange, PreferenceChange } from '../../../contacts/change-identity.ts'
import type {
  AccountChange,
  EchoedMessage,
  GroupName,
  Happening,
  InboundMessage,
  MessageEdit,
  MessageRevoke,
  PricingFact,
  StatusUpdate,
  SyncedContact,
} from '../../../messages/inbound.ts'

/** A delivery in our words. `unknown` names what was kept but not understood. */
export type Understood = {
  messages: InboundMessage[]
  echoes: EchoedMessage[]
  edits: MessageEdit[]
  revokes: MessageRevoke[]
  identities: IdentityChange[]
  statuses: StatusUpdate[]
  pricing: PricingFact[]
  happenings: Happening[]
  preferences: PreferenceChange[]
  synced: SyncedContact[]
  groups: GroupName[]
  account: AccountChange[]
  typing: { channelId: string; phone: string; state: 'start' | 'stop' }[]
  unknown: string[]
}

export const nothingUnderstood = (): Understood => ({
  messages: [],
  echoes: [],
  edits: [],
  revokes: [],
  identities: [],
  statuses: [],
  pricing: [],
  happenings: [],
  preferences: [],
  synced: [],
  groups: [],
  account: [],
  typing: [],
  unknown: [],
})

/** A number of ours, as far as understanding needs it. */
export type NumberHere = { id: string; wabaId: string; graphOrigin: string | null /** Digits. */; phone: string | null }
/** Finds a channel by Meta's phone number id; `onlyOf` when an account has just one number here. */
export type Numbers = { byId: (phoneNumberId: string) => NumberHere | undefined; onlyOf: (wabaId: string) => NumberHere | undefined }
