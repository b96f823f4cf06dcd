import { Id, IdParams, pageOf } from '@atende/contracts/common'
import { Contact, ContactsQuery, CreateContactInput, MergeContactInput, UpdateContactInput } from '@atende/contracts/contacts'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { createContact, deleteContact, getContact, listContacts, updateContact, versionOf } from './contacts.ts'
import { mergeContacts, undoMerge } from './merge-contacts.ts'

const tags = ['contacts']

/** Proxies that compress make a tag weak (`W/`); it still names the same version. */
const versionsOf = (ifMatch: string | undefined): string[] | undefined =>
  ifMatch === undefined || ifMatch.trim() === '*' ? undefined : ifMatch.split(',').map((t) => t.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))

const withTag = (reply: FastifyReply, contact: Contact): Contact => {
  reply.header('etag', `"${versionOf(contact)}"`)
  return contact
}

export function contactRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/contacts',
    {
      config: { access: 'contacts.read' },
      schema: { tags, summary: 'Contacts, the newest first', querystring: ContactsQuery, response: { 200: pageOf(Contact) } },
    },
    async (request) => callerTx(ctx, request, (tx) => listContacts(tx, request.query)),
  )

  app.get(
    '/api/contacts/:id',
    { config: { access: 'contacts.read' }, schema: { tags, summary: 'One contact, with an ETag', params: IdParams, response: { 200: Contact } } },
    async (request, reply) => withTag(reply, await callerTx(ctx, request, (tx) => getContact(tx, request.params.id))),
  )

  app.post(
    '/api/contacts',
    { config: { access: 'contacts.write' }, schema: { tags, summary: 'Create a contact', body: CreateContactInput, response: { 201: Contact } } },
    async (request, reply) => {
      const contact = await callerTx(ctx, request, async (tx, { tenantId }) => {
        const made = await createContact(tx, tenantId, request.body)
        await writeAudit(tx, { tenantId, action: 'contact.create', object: { type: 'contact', id: made.id }, ...auditedBy(request) })
        return made
      })
      return reply.code(201).send(withTag(reply, contact))
    },
  )
  changeRoutes(app, ctx)
  mergeRoutes(app, ctx)
}

function changeRoutes(app: Http, ctx: Context): void {
  app.patch(
    '/api/contacts/:id',
    {
      config: { access: 'contacts.write' },
      schema: {
        tags,
        summary: 'Change a contact; with If-Match only the version that was read',
        params: IdParams,
        headers: z.object({ 'if-match': z.string().max(200).optional() }),
        body: UpdateContactInput,
        response: { 200: Contact },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const contact = await callerTx(ctx, request, async (tx, { tenantId }) => {
        const made = await updateContact(tx, tenantId, id, request.body, versionsOf(request.headers['if-match']))
        const details = { fields: Object.keys(request.body) }
        await writeAudit(tx, { tenantId, action: 'contact.update', object: { type: 'contact', id }, details, ...auditedBy(request) })
        return made
      })
      return withTag(reply, contact)
    },
  )

  app.delete(
    '/api/contacts/:id',
    {
      config: { access: 'contacts.delete', stepUp: true },
      schema: { tags, summary: 'Delete a contact with its conversations', params: IdParams, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { id } = request.params
      await callerTx(ctx, request, async (tx, { tenantId }) => {
        await deleteContact(ctx, tx, tenantId, id)
        await writeAudit(tx, { tenantId, action: 'contact.delete', object: { type: 'contact', id }, ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}

function mergeRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/contacts/:id/merge',
    {
      config: { access: 'contacts.merge' },
      schema: {
        tags,
        summary: 'Make another contact part of this one',
        description: 'History, identities and conversations of `otherId` move here; a trace stays by which both can be parted again.',
        params: IdParams,
        body: MergeContactInput,
        response: { 200: Contact },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { otherId } = request.body
      const contact = await callerTx(ctx, request, async (tx, { tenantId, userId, userName }) => {
        const mergeId = await mergeContacts(tx, tenantId, { keepId: id, otherId, reason: 'manual', by: { userId, userName } })
        const details = { otherId, mergeId, reason: 'manual' }
        await writeAudit(tx, { tenantId, action: 'contact.merge', object: { type: 'contact', id }, details, ...auditedBy(request) })
        return getContact(tx, id)
      })
      return withTag(reply, contact)
    },
  )
  app.post(
    '/api/contacts/:id/merges/:mergeId/undo',
    {
      config: { access: 'contacts.merge' },
      schema: {
        tags,
        summary: 'Part two contacts again',
        description: 'The other contact comes back with its identities, conversations and the messages that came along; what was written since stays here.',
        params: IdParams.extend({ mergeId: Id }),
        response: { 200: z.object({ kept: Contact, other: Contact }) },
      },
    },
    async (request) => {
      const { id, mergeId } = request.params
      return callerTx(ctx, request, async (tx, { tenantId, userId, userName }) => {
        const { otherId } = await undoMerge(tx, tenantId, id, mergeId, { userId, userName })
        await writeAudit(tx, { tenantId, action: 'contact.part', object: { type: 'contact', id }, details: { otherId, mergeId }, ...auditedBy(request) })
        return { kept: await getContact(tx, id), other: await getContact(tx, otherId) }
      })
    },
  )
}
