import { createMessageId, createObjectId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage, Customer, CustomerMessage } from '../emulator-types.ts'
import { errorForStatus } from '../graph/error-table.ts'
import { isObject, type JsonObject, readObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat, ensureCustomer } from '../state/find-customer.ts'
import { readNumberState } from '../state/platform-state.ts'
import { keyOfChat } from '../state/world.ts'
import { identifyCustomer, toSeconds } from '../webhooks/build-webhook-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import type { PlatformControl } from './backstage-types.ts'
import { buildAppContacts, buildHistoryMedia, buildHistoryPhase, buildHistoryRefusal, buildPayment, headOf } from './build-app-values.ts'
import { ControlError } from './control-error.ts'
import { requireChat, requireNumber } from './find-target.ts'
import { addForeignMessage, changePhoneMessage } from './phone-message.ts'
import { isMediaType, prepareMedia } from './prepare-media.ts'

type AppVerbs = Pick<PlatformControl, 'sendEcho' | 'sendHistory' | 'syncAppContacts' | 'sendErrors' | 'sendPayment'>

const PEOPLE = [
  { full_name: 'Rita Lopes', phone_number: '+55 11 97777-0001' },
  { full_name: 'Caio Prado', phone_number: '+55 21 97777-0002' },
  { full_name: 'Lívia Matos', phone_number: '+55 31 97777-0003' },
  { full_name: 'Otto Brandão', phone_number: '+55 41 97777-0004' },
  { full_name: 'Nina Falcão', phone_number: '+55 51 97777-0005' },
]

/** What the Business app on the same number does, and failures (Cloud API, coexistence). */
export function createAppVerbs(engine: Engine): AppVerbs {
  const { world } = engine
  return {
    sendEcho(phone, message, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      requireCoexistence(engine, number)
      return echo(engine, number, customer, message)
    },
    sendHistory(plan = {}) {
      const number = requireNumber(world, plan.phoneNumberId)
      requireCoexistence(engine, number)
      if (plan.refused) {
        queueNumberChange(engine, number, 'history', buildHistoryRefusal(number))
        return 1
      }
      return sendHistory(engine, number, plan.threads ?? 3, plan.phases ?? [0, 1, 2])
    },
    syncAppContacts(change = {}) {
      const number = requireNumber(world, change.phoneNumberId)
      requireCoexistence(engine, number)
      queueNumberChange(engine, number, 'smb_app_state_sync', buildAppContacts(number, change.contacts ?? PEOPLE, change.action ?? 'add', world.now()))
    },
    sendErrors(code, options = {}) {
      const number = requireNumber(world, options.phoneNumberId)
      const error = errorForStatus(code)
      const details = options.details ? { error_data: { details: options.details } } : {}
      queueNumberChange(engine, number, 'messages', { ...headOf(number), errors: [{ ...error, ...details }] })
    },
    sendPayment(messageId, status, referenceId = 'pedido-1001') {
      const message = world.messages.get(messageId)
      if (message?.direction !== 'outbound') throw new ControlError(404, `no message of the business with id ${messageId}`)
      const number = requireNumber(world, message.phoneNumberId)
      queueNumberChange(
        engine,
        number,
        'messages',
        buildPayment(number, identifyCustomer(world, number, message.waId), messageId, status, referenceId, world.now()),
      )
    },
  }
}

function requireCoexistence(engine: Engine, number: BusinessNumber): void {
  if (readNumberState(engine.world, number.phoneNumberId).coexistence) return
  throw new ControlError(409, `number ${number.phoneNumberId} is not shared with the Business app; change it with PATCH /control/numbers/{PNID}/platform`)
}

/** A message typed in the Business app: on the customer's phone at once, told by `smb_message_echoes`. */
function echo(engine: Engine, number: BusinessNumber, customer: Customer, message: CustomerMessage): ChatMessage | null {
  const { world } = engine
  const { type, [type]: given } = message
  const shown = identifyCustomer(world, number, customer.waId)
  const content = isMediaType(type) ? prepareMedia(world, number, type, given) : typeof given === 'string' ? { body: given } : given
  const id = createMessageId(customer.waId, 'outbound')
  const tell = (): void =>
    queueNumberChange(
      engine,
      number,
      'smb_message_echoes',
      {
        ...headOf(number),
        message_echoes: [
          {
            from: keepDigits(number.displayPhoneNumber),
            ...(shown.phone ? { to: shown.phone } : {}),
            ...(shown.userId ? { to_user_id: shown.userId } : {}),
            id,
            timestamp: toSeconds(world.now()),
            type,
            [type]: content,
          },
        ],
      },
      keyOfChat(number.phoneNumberId, customer.waId),
    )
  if (type === 'edit' || type === 'revoke') {
    changeByApp(engine, type, isObject(content) ? content : {})
    tell()
    return null
  }
  ensureChat(world, number.phoneNumberId, customer.waId)
  const stored = addForeignMessage(world, { id, phoneNumberId: number.phoneNumberId, waId: customer.waId, type, content: content ?? null })
  tell()
  return stored
}

function changeByApp(engine: Engine, type: 'edit' | 'revoke', content: JsonObject): void {
  const { world } = engine
  const target = readText(content, 'original_message_id') ?? ''
  if (world.messages.get(target)?.direction !== 'outbound') throw new ControlError(404, `no message of the business with id ${target}`)
  const edited = readObject(content, 'message')
  const key = readText(edited, 'type') ?? 'text'
  changePhoneMessage(world, target, (message) => {
    if (type === 'revoke') message.deletedAt = world.now()
    else {
      message.content = edited?.[key] ?? message.content
      message.editedAt = world.now()
    }
  })
}

/** The three phases, a file with its placeholder, and the last chunk at 100 %. Answers how many webhooks went out. */
function sendHistory(engine: Engine, number: BusinessNumber, threads: number, phases: (0 | 1 | 2)[]): number {
  const { world } = engine
  const people = Array.from({ length: Math.min(Math.max(threads, 1), 200) }, (_, index) => {
    const known = PEOPLE[index]
    const phone = keepDigits(known?.phone_number ?? `5511976${String(100_000 + index).slice(-6)}`)
    return ensureCustomer(world, phone, number.phoneNumberId, known?.full_name).waId
  })
  const lane = `history:${number.phoneNumberId}:${createObjectId()}`
  let sent = 0
  const tell = (value: JsonObject): void => {
    queueNumberChange(engine, number, 'history', value, lane)
    sent += 1
  }
  phases.forEach((phase, index) => {
    tell(buildHistoryPhase(number, people, phase, Math.round(((index + 1) / phases.length) * 100), world.now()))
  })
  const [first] = people
  if (first && phases.includes(1)) {
    const image = prepareMedia(world, number, 'image', { sample: 'image', caption: 'A vista do quarto' })
    const { placeholder, media } = buildHistoryMedia(number, first, isObject(image) ? image : {}, world.now())
    tell(placeholder)
    tell(media)
  }
  return sent
}
