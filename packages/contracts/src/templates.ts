import { z } from 'zod'
import { Id, PageQuery, Time } from './common.ts'
import { Media } from './media.ts'

export const TemplateCategory = z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION'])
export type TemplateCategory = z.infer<typeof TemplateCategory>
/** Meta's statuses (Cloud API, templates); one we do not know is UNKNOWN and not usable. Only APPROVED may be sent. */
export const TemplateStatus = z.enum([
  'APPROVED',
  'PENDING',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'IN_APPEAL',
  'PENDING_DELETION',
  'DELETED',
  'LIMIT_EXCEEDED',
  'ARCHIVED',
  'FLAGGED',
  'LOCKED',
  'UNKNOWN',
])
export type TemplateStatus = z.infer<typeof TemplateStatus>
export const TemplateQuality = z.enum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN'])

/*
 * Lengths here leave room for what is only shown: they count UTF-16 units, Meta counts characters. Meta's own limits (Cloud API,
 * template components) are in template-rules.ts.
 */
/** `{{1}}` or `{{first_name}}`, with the sample that Meta's reviewers see. */
export const TemplateVariable = z.object({ name: z.string().regex(/^(\d{1,2}|[a-z][a-z0-9_]{0,59})$/), example: z.string().max(200) })
export type TemplateVariable = z.infer<typeof TemplateVariable>

export const TemplateHeader = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string().max(200), variable: TemplateVariable.optional() }),
  /** `exampleMediaId`: a stored upload of ours shown to the reviewers; `example` is Meta's handle or address when it was read from there. */
  z.object({ kind: z.enum(['image', 'video', 'document', 'gif']), exampleMediaId: Id.optional(), example: z.string().optional() }),
  z.object({ kind: z.literal('location') }),
])
export type TemplateHeader = z.infer<typeof TemplateHeader>

export const TemplateButton = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quick_reply'), text: z.string().max(100) }),
  /** `variable`: the end of the address is filled in when sending. */
  z.object({ kind: z.literal('url'), text: z.string().max(100), url: z.string().max(2000), variable: TemplateVariable.optional() }),
  z.object({ kind: z.literal('phone'), text: z.string().max(100), phone: z.string().max(40) }),
  z.object({ kind: z.literal('copy_code'), example: z.string().max(60) }),
  z.object({ kind: z.literal('flow'), text: z.string().max(100), flowId: z.string().optional(), screen: z.string().optional() }),
  z.object({
    kind: z.literal('otp'),
    otp: z.enum(['COPY_CODE', 'ONE_TAP', 'ZERO_TAP']),
    text: z.string().max(100).optional(),
    apps: z
      .array(z.object({ packageName: z.string(), signatureHash: z.string() }))
      .max(5)
      .optional(),
  }),
  z.object({ kind: z.enum(['catalog', 'mpm', 'spm', 'voice_call', 'request_contact_info']), text: z.string().max(100).optional() }),
  /** A kind that we do not know: shown, kept as it came. */
  z.object({ kind: z.literal('other'), original: z.string(), text: z.string().optional() }),
])
export type TemplateButton = z.infer<typeof TemplateButton>

export const TemplateCard = z.object({
  header: z.object({ kind: z.enum(['image', 'video']), exampleMediaId: Id.optional(), example: z.string().optional() }),
  body: z.string().max(640).optional(),
  variables: z.array(TemplateVariable).max(20),
  buttons: z.array(TemplateButton).max(2),
})
export type TemplateCard = z.infer<typeof TemplateCard>

/** The parts of a template, in our words. `auth` replaces the body, which Meta writes. */
export const TemplateParts = z.object({
  header: TemplateHeader.nullable(),
  body: z.string().max(4096),
  variables: z.array(TemplateVariable).max(50),
  footer: z.string().max(240).nullable(),
  buttons: z.array(TemplateButton).max(10),
  cards: z.array(TemplateCard).max(10).nullable(),
  auth: z.object({ securityAdvice: z.boolean(), expiresMinutes: z.int().min(1).max(90).nullable() }).nullable(),
  /** Limited-time offer. */
  offer: z.object({ text: z.string().max(64), hasExpiration: z.boolean() }).nullable(),
})
export type TemplateParts = z.infer<typeof TemplateParts>

export const Template = z
  .object({
    id: Id,
    wabaId: z.string(),
    /** Channels (numbers) that may send it. */
    channelIds: z.array(Id),
    providerId: z.string().nullable(),
    name: z.string(),
    /** As Meta's API writes it: `pt_BR`. */
    language: z.string(),
    category: TemplateCategory,
    parameterFormat: z.enum(['positional', 'named']),
    parts: TemplateParts,
    status: TemplateStatus,
    quality: TemplateQuality,
    /** Why it may not be used and what to do, in Portuguese; null when it may. */
    reason: z.object({ title: z.string(), action: z.string(), details: z.string().nullable() }).nullable(),
    /** Meta announced another category; `at` is when it takes effect. */
    categoryChange: z.object({ to: TemplateCategory, at: Time.nullable() }).nullable(),
    /** Cost per delivered message to a Brazilian number under today's price list, when one is known. */
    estimatedCost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
    syncedAt: Time.nullable(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Template' })
export type Template = z.infer<typeof Template>

export const TemplatesQuery = PageQuery.extend({
  q: z.string().trim().max(100).optional(),
  channelId: Id.optional(),
  category: TemplateCategory.optional(),
  status: z.enum(['usable', 'waiting', 'problem', 'any']).default('any'),
  language: z.string().max(10).optional(),
})

export const TemplateName = z.string().regex(/^[a-z0-9_]{1,512}$/)
export const CreateTemplateInput = z
  .object({
    channelId: Id,
    name: TemplateName,
    language: z.string().regex(/^[a-z]{2,3}(_[A-Z]{2})?$/),
    category: TemplateCategory,
    parameterFormat: z.enum(['positional', 'named']).default('positional'),
    parts: TemplateParts,
    allowCategoryChange: z.boolean().default(true),
  })
  .meta({ id: 'CreateTemplateInput' })
export type CreateTemplateInput = z.infer<typeof CreateTemplateInput>
export const UpdateTemplateInput = z.object({ category: TemplateCategory.optional(), parts: TemplateParts }).meta({ id: 'UpdateTemplateInput' })
export const SyncTemplatesInput = z.object({ channelId: Id }).meta({ id: 'SyncTemplatesInput' })

/** What fills a template: by variable name; buttons by their place (0-based), cards likewise. */
export const TemplateValues = z.object({
  header: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('text'), value: z.string().max(200) }),
      z.object({ kind: z.literal('media'), mediaId: Id }),
      z.object({
        kind: z.literal('location'),
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        name: z.string().max(1000),
        address: z.string().max(1000),
      }),
    ])
    .optional(),
  body: z.record(z.string(), z.string().max(1024)).default({}),
  buttons: z
    .array(z.object({ index: z.int().min(0).max(9), value: z.string().max(2000) }))
    .max(10)
    .default([]),
  cards: z
    .array(
      z.object({
        mediaId: Id.optional(),
        body: z.record(z.string(), z.string().max(160)).default({}),
        buttons: z
          .array(z.object({ index: z.int().min(0).max(1), value: z.string().max(2000) }))
          .max(2)
          .default([]),
      }),
    )
    .max(10)
    .default([]),
  /** Limited-time offer: when it ends. */
  offerEndsAt: Time.optional(),
})
export type TemplateValues = z.infer<typeof TemplateValues>

const ShownButton = z.object({ kind: z.string(), text: z.string(), url: z.string().nullable(), phone: z.string().nullable(), code: z.string().nullable() })
/** A sent template with everything filled in, as the person sees it. */
export const ShownTemplate = z.object({
  name: z.string(),
  language: z.string(),
  category: z.string(),
  header: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('text'), text: z.string() }),
      z.object({ kind: z.enum(['image', 'video', 'document']), media: Media.nullable() }),
      z.object({ kind: z.literal('location'), latitude: z.number(), longitude: z.number(), name: z.string(), address: z.string() }),
    ])
    .nullable(),
  body: z.string(),
  footer: z.string().nullable(),
  buttons: z.array(ShownButton),
  cards: z.array(
    z.object({ header: z.object({ kind: z.enum(['image', 'video']), media: Media.nullable() }), body: z.string(), buttons: z.array(ShownButton) }),
  ),
})
export type ShownTemplate = z.infer<typeof ShownTemplate>

/** Asked before sending: fills the template for this contact, says what is missing. */
export const TemplatePreviewInput = z.object({ conversationId: Id.optional(), values: TemplateValues }).meta({ id: 'PreviewTemplate' })
export const TemplatePreview = z
  .object({
    shown: ShownTemplate,
    /** Suggestions from the contact (name, first name, phone …) by variable name. */
    suggestions: z.record(z.string(), z.string()),
    problems: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
    estimatedCost: z.object({ amount: z.number(), currency: z.string(), free: z.boolean() }).nullable(),
  })
  .meta({ id: 'TemplatePreview' })
export type TemplatePreview = z.infer<typeof TemplatePreview>
