import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'
import { ContactHit, ContactRef, Range } from './contacts.ts'
import { Direction, MessageStatus } from './messages.ts'
import { Tag } from './tags.ts'

export const ConversationStatus = z.enum(['open', 'resolved'])
export const ConversationView = z.enum(['mine', 'unassigned', 'all', 'unread'])
export type ConversationView = z.infer<typeof ConversationView>

/** A message that answers a search: a piece of its text, and where the words stand in that piece. */
export const MessageHit = z.object({ id: Id, at: Time, direction: Direction, text: z.string(), ranges: z.array(Range) }).meta({ id: 'MessageHit' })
export type MessageHit = z.infer<typeof MessageHit>
/** Why a conversation was found: the person, its newest message with these words, or both. */
export const ConversationHit = z.object({ contact: ContactHit.nullable(), message: MessageHit.nullable() }).meta({ id: 'ConversationHit' })
export type ConversationHit = z.infer<typeof ConversationHit>

export const Conversation = z
  .object({
    id: Id,
    contact: ContactRef,
    channel: z.object({ id: Id, name: z.string(), kind: z.string() }),
    status: ConversationStatus,
    assignee: z.object({ id: Id, name: z.string() }).nullable(),
    tags: z.array(Tag.pick({ id: true, name: true, color: true })),
    unreadCount: z.int(),
    lastMessage: z.object({ id: Id, direction: Direction, type: z.string(), preview: z.string(), status: MessageStatus, at: Time }).nullable(),
    /** Sorting key of the list. */
    lastActivityAt: Time,
    /** Since when the customer waits for an answer; null when nobody waits. */
    waitingSince: Time.nullable(),
    /** Until when free text may be sent (24 h from the provider's time of the last inbound message); null when it never was open. */
    windowExpiresAt: Time.nullable(),
    /** Until when messages cost nothing because an ad or page button brought the person (templates are still needed outside the window). */
    freeEntryUntil: Time.nullable(),
    /** `passive`: Meta's own agent or another app answers; ours would take over. */
    control: z.enum(['ours', 'passive']),
    /** It became part of this one (two contacts were found to be one person): show that one instead. */
    mergedInto: Id.optional(),
    /** In answers of a search only. */
    hit: ConversationHit.optional(),
    resolvedAt: Time.nullable(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Conversation' })
export type Conversation = z.infer<typeof Conversation>

/** `q` looks for people (names, phones, e-mails) and for messages that have all its words; stop words count for nothing. */
export const ConversationsQuery = PageQuery.extend({
  view: ConversationView.default('all'),
  status: z.enum(['open', 'resolved', 'any']).default('open'),
  tagId: Id.optional(),
  channelId: Id.optional(),
  contactId: Id.optional(),
  /** Windows that close within four hours and where the customer waits for an answer or not. */
  closesSoon: z.stringbool().optional(),
  q: z
    .string()
    .trim()
    .max(100)
    .regex(/^[^\0]*$/)
    .optional(),
})

/** Open conversations per tab. */
export const ConversationCounts = z
  .object({ mine: z.int(), unassigned: z.int(), all: z.int(), unread: z.int(), closesSoon: z.int() })
  .meta({ id: 'ConversationCounts' })
export type ConversationCounts = z.infer<typeof ConversationCounts>

export const OpenConversationInput = z.object({ contactId: Id, channelId: Id }).meta({ id: 'OpenConversationInput' })
export const UpdateConversationInput = z.object({ status: ConversationStatus }).meta({ id: 'UpdateConversationInput' })
/** `expectedAssigneeId`: refuse with `conversation_assigned` when somebody else took it meanwhile. */
export const AssignInput = z.object({ userId: Id.nullable(), expectedAssigneeId: Id.nullable().optional() }).meta({ id: 'AssignInput' })
export const SetTagsInput = z.object({ tagIds: z.array(Id).max(50) }).meta({ id: 'SetTagsInput' })

/** Messages of one conversation with all these words, the newest first. */
export const SearchMessagesQuery = z.object({
  conversationId: Id,
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\0]*$/),
})
export const MessageHits = z.object({ items: z.array(MessageHit) }).meta({ id: 'MessageHits' })
