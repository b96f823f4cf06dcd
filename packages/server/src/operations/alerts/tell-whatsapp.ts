import type { Template } from '@atende/contracts/templates'
import { listChannels } from '../../features/channels/channels.ts'
import { personKey } from '../../features/contacts/person.ts'
import { normalizePhone } from '../../features/contacts/phone.ts'
import { receiveContacts } from '../../features/contacts/receive-contacts.ts'
import { findOrOpenConversation } from '../../features/conversations/conversations.ts'
import { sendMessage } from '../../features/inbox/send-message.ts'
import { listTemplates } from '../../features/templates/templates.ts'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Config } from '../../platform/config.ts'
import type { Database, TenantTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { SERVER_RIGHTS } from '../../platform/rights.ts'
import { inTenantInTime, inTime } from '../in-time.ts'
import { tenantOfSlug } from './alerts.store.ts'
import { type Message, type Outcome, outcomeOf, type Queued } from './compose.ts'

type Deps = { config: Config; db: Database }
type Way = { tenantId: string; channelId: string; template: Template }
/** Why nothing can be sent; said on the status page. */
class NoWay extends Error {}

/** A parameter has no line breaks and no runs of spaces, and a body has about 1000 letters (Cloud API, templates). */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 700)

/** The number that can send the template, and the template. This way leads through the database: while that hangs, it is closed. */
async function findWay({ config, db }: Deps): Promise<Way> {
  const slug = config.ALERT_WHATSAPP_TENANT
  if (slug === undefined) throw new NoWay('whatsapp_no_tenant')
  const tenantId = await inTime(db, (tx) => tenantOfSlug(tx, slug))
  if (tenantId === undefined) throw new NoWay('whatsapp_no_tenant')
  return inTenantInTime(db, tenantId, async (tx) => {
    const channels = (await listChannels(tx)).filter((c) => c.releasedAt === null && c.status !== 'disabled')
    if (channels.length === 0) throw new NoWay('whatsapp_no_channel')
    const found = await listTemplates(tx, { q: config.ALERT_WHATSAPP_TEMPLATE, status: 'usable', limit: 100 })
    const template = found.items.find((t) => t.name === config.ALERT_WHATSAPP_TEMPLATE && t.language === config.ALERT_WHATSAPP_LANGUAGE)
    if (!template) throw new NoWay('whatsapp_no_template')
    const { variables, header, buttons, cards } = template.parts
    const fits = (variables.length === 1 || variables.length === 2) && header === null && buttons.every((b) => b.kind !== 'url' || !b.variable) && !cards
    if (!fits) throw new NoWay('whatsapp_template_unfit')
    const channel = channels.find((c) => template.channelIds.includes(c.id))
    if (!channel) throw new NoWay('whatsapp_no_channel')
    return { tenantId, channelId: channel.id, template }
  })
}

/** Whether alerts can leave by WhatsApp as the settings are now; the code of what is missing. */
export async function whatsappFault(deps: Deps): Promise<string | null> {
  return findWay(deps).then(
    () => null,
    (e: unknown) => codeOf(e),
  )
}

/** The server itself, as a program of the company. */
const serverLogin = (tenantId: string): TenantLogin => ({
  ...SERVER_RIGHTS,
  tenantId,
  userId: uuidv7(),
  userName: 'Atende',
  sessionId: '',
  apiKeyId: 'alerts',
  expiresAt: new Date(8.64e15),
  provenAt: null,
  mustEnrol: false,
  vouchedHereOnly: false,
})

function valuesOf({ template }: Way, { tellings, server }: Message): { body: Record<string, string> } {
  const [first, second] = template.parts.variables
  const lines = tellings.map((t) => `${t.mark} ${t.line}`).join(' · ')
  const todos = tellings.flatMap((t) => t.todo ?? []).join(' · ')
  if (!first) return { body: {} }
  if (!second) return { body: { [first.name]: oneLine(`${server}: ${lines}`) } }
  return { body: { [first.name]: oneLine(`${server}: ${lines}`), [second.name]: oneLine(todos || '👍') } }
}

async function sendTo(deps: Deps, tx: TenantTx, way: Way, phone: string, message: Message): Promise<string> {
  const person = { phone: phone.replace(/\D/g, ''), bsuid: null, username: null, name: null }
  const contactId = (await receiveContacts(tx, way.tenantId, [person])).get(personKey(person))
  if (contactId === undefined) throw new NoWay('whatsapp_number_wrong')
  const login = serverLogin(way.tenantId)
  const conversationId = await findOrOpenConversation(tx, login, way.channelId, contactId)
  const values = { buttons: [], cards: [], ...valuesOf(way, message) }
  const content = { type: 'template' as const, templateId: way.template.id, values }
  return sendMessage(deps, tx, login, { conversationId, clientId: uuidv7(), content })
}

const codeOf = (e: unknown): string => (e instanceof NoWay ? e.message : e instanceof AppError ? `whatsapp_${e.code}` : 'whatsapp_failed')

/** Queues the template for each number; it leaves like any other message. */
export async function tellByWhatsapp(deps: Deps, message: Message): Promise<Outcome> {
  try {
    const way = await findWay(deps)
    const phones = deps.config.ALERT_WHATSAPP_TO.flatMap((n) => normalizePhone(n) ?? [])
    if (phones.length === 0) return outcomeOf('whatsapp_number_wrong')
    const messageIds: string[] = []
    await inTenantInTime(deps.db, way.tenantId, async (tx) => {
      for (const phone of phones) messageIds.push(await sendTo(deps, tx, way, phone, message))
    })
    return { ...outcomeOf(null), queued: { tenantId: way.tenantId, messageIds } }
  } catch (e) {
    return outcomeOf(codeOf(e))
  }
}

/** What became of them: whether one was refused, and whether all have arrived. */
export async function whatsappFate(db: Database, { tenantId, messageIds }: Queued): Promise<'failed' | 'arrived' | 'under way'> {
  const rows = await inTenantInTime(db, tenantId, (tx) => tx.selectFrom('messages').select('status').where('id', 'in', messageIds).execute())
  if (rows.some((r) => r.status === 'failed')) return 'failed'
  return rows.every((r) => r.status === 'delivered' || r.status === 'read') ? 'arrived' : 'under way'
}
