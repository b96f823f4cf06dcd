import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'

/** Start and end of what a search meant, in UTF-16 units of the text beside it. */
export const Range = z.tuple([z.int().min(0), z.int().min(0)])
/** Why a contact was found: what of it answers the search, and where its name shows that. */
export const ContactHit = z.object({ name: z.array(Range), by: z.enum(['name', 'profileName', 'phone', 'email', 'other']) }).meta({ id: 'ContactHit' })
export type ContactHit = z.infer<typeof ContactHit>

export const IdentityKind = z.enum(['phone', 'bsuid', 'username', 'email', 'group'])
export const Contact = z
  .object({
    id: Id,
    name: z.string(),
    /** What the person calls themselves on WhatsApp. */
    profileName: z.string().nullable(),
    /** E.164 with `+`; null when WhatsApp did not tell the number. */
    phone: z.string().nullable(),
    email: z.string().nullable(),
    notes: z.string().nullable(),
    /** A WhatsApp group is a contact too: one conversation, many people writing. */
    kind: z.enum(['person', 'group']),
    identities: z.array(z.object({ kind: IdentityKind, value: z.string() })),
    /** Numbers and ids the person had before. */
    formerIdentities: z.array(
      z.object({ kind: IdentityKind, value: z.string(), until: Time, reason: z.enum(['number_changed', 'id_changed', 'merged', 'taken_over']) }),
    ),
    /** The person asked WhatsApp not to get marketing from us. */
    marketingOptOutAt: Time.nullable(),
    /** Contacts that were found to be this one; each can be split off again. */
    merges: z.array(z.object({ id: Id, name: z.string(), at: Time, by: z.string().nullable(), reason: z.enum(['identity', 'manual']) })),
    /** In answers of a search only. */
    hit: ContactHit.optional(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Contact' })
export type Contact = z.infer<typeof Contact>

export const ContactRef = z
  .object({ id: Id, name: z.string(), phone: z.string().nullable(), kind: z.enum(['person', 'group']), marketingOptOutAt: Time.nullable() })
  .meta({ id: 'ContactRef' })

/** `q`: words of names and usernames (from three letters on), phones in any spelling (from four digits on), e-mails. */
export const ContactsQuery = PageQuery.extend({
  q: z
    .string()
    .trim()
    .max(100)
    .regex(/^[^\0]*$/)
    .optional(),
})
/** Nothing that a database cannot hold, sealed or not. */
const NO_NUL = /^[^\0]*$/
/** A phone in any spelling; Brazilian numbers may omit +55. */
const PhoneInput = z.string().trim().min(8).max(30)
export const CreateContactInput = z
  .object({
    name: z.string().trim().min(1).max(120).regex(NO_NUL),
    phone: PhoneInput.optional(),
    email: z.email().max(254).optional(),
    notes: z.string().max(5000).regex(NO_NUL).optional(),
  })
  .meta({ id: 'CreateContactInput' })
export const UpdateContactInput = z
  .object({
    name: z.string().trim().min(1).max(120).regex(NO_NUL).optional(),
    phone: PhoneInput.nullable().optional(),
    email: z.email().max(254).nullable().optional(),
    notes: z.string().max(5000).regex(NO_NUL).nullable().optional(),
  })
  .meta({ id: 'UpdateContactInput' })
/** Makes `otherId` part of this contact: history, identities and conversations move here, with a trace. */
export const MergeContactInput = z.object({ otherId: Id }).meta({ id: 'MergeContactInput' })
