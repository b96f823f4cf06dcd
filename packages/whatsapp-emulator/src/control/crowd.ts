import { randomInt } from 'node:crypto'
import type { CustomerMessage } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { ensureCustomer, listChatMessages } from '../state/find-customer.ts'
import { addMedia } from '../state/keep-media.ts'
import type { CrowdKind, CrowdPlan, CrowdReport, PhoneControl } from './backstage-types.ts'
import { ControlError } from './control-error.ts'
import { requireNumber } from './find-target.ts'
import { readSample, type SampleKind } from './read-sample.ts'
import { sendAsCustomer } from './send-as-customer.ts'

const TICK_MS = 50
const MOST = { customers: 2000, perSecond: 200, seconds: 600 }
const USUAL: Partial<Record<CrowdKind, number>> = { text: 80, image: 7, audio: 5, sticker: 2, location: 2, reaction: 4 }
const FIRST = 'Ana Bruno Carla Diego Elisa Fábio Gabriela Heitor Isabela João Karina Lucas Marta Nuno Otávia Paulo Renata Sérgio Talita Vitor'.split(' ')
const LAST = 'Alves Barbosa Cardoso Dias Esteves Ferreira Gomes Henrique Lima Moreira Nogueira Oliveira Pires Queiroz Ramos Silva Teixeira Vieira'.split(' ')
const TEXTS = [
  'Oi, boa tarde! Vocês têm vaga para o fim de semana?',
  'Qual o valor da diária para casal?',
  'Aceita cachorro de pequeno porte? 🐶',
  'Obrigada! Vou confirmar com meu marido e já volto.',
  'O café da manhã está incluso?',
  'Ainda não recebi a confirmação da reserva',
  'Consigo entrar mais cedo, às 11h?',
  'Pode me mandar o endereço?',
  'Fiz o pix agora 👍',
  'Tem estacionamento?',
  'Oi',
  'Alguém pode me ajudar?',
]

/** The verbs of the crowd: people who write at a steady rate until their time is over. One crowd at a time. */
export function createCrowdVerbs(engine: Engine): Pick<PhoneControl, 'startCrowd' | 'stopCrowd' | 'readCrowd'> {
  const { world } = engine
  let report: CrowdReport = { running: false, customers: 0, perSecond: 0, seconds: 0, sent: 0, startedAt: null, endsAt: null }
  let run = 0

  function startCrowd(plan: CrowdPlan = {}): CrowdReport {
    const { phoneNumberId } = requireNumber(world, plan.phoneNumberId)
    const customers = readBound('customers', plan.customers ?? 50)
    const perSecond = readBound('perSecond', plan.perSecond ?? 5)
    const seconds = readBound('seconds', plan.seconds ?? 60)
    const startedAt = Date.now()
    run += 1
    report = { running: true, customers, perSecond, seconds, sent: 0, startedAt, endsAt: startedAt + seconds * 1000 }
    const write = createWriter(engine, phoneNumberId, customers, plan.mix ?? USUAL)
    const mine = { run, generation: world.generation, report }
    const tick = (): void => {
      if (mine.run !== run || mine.generation !== world.generation || !world.numbers.get(phoneNumberId)) {
        mine.report.running = false
        return
      }
      const elapsed = Math.min(Date.now() - startedAt, seconds * 1000)
      const due = Math.floor((elapsed / 1000) * perSecond)
      while (mine.report.sent < due) {
        write(mine.report.sent)
        mine.report.sent += 1
      }
      if (elapsed >= seconds * 1000) mine.report.running = false
      else world.after(TICK_MS, tick)
    }
    tick()
    return { ...report }
  }

  return {
    startCrowd,
    stopCrowd() {
      run += 1
      report.running = false
      return { ...report }
    },
    readCrowd: () => ({ ...report }),
  }
}

function readBound(name: keyof typeof MOST, value: number): number {
  if (!Number.isFinite(value) || value <= 0 || value > MOST[name]) throw new ControlError(400, `${name} must be more than 0 and at most ${MOST[name]}`)
  return value
}

/** Writes the message number `index` of the crowd. Files are stored once and used again. */
function createWriter(engine: Engine, phoneNumberId: string, customers: number, mix: NonNullable<CrowdPlan['mix']>): (index: number) => void {
  const { world } = engine
  const kinds = Object.entries(mix).filter(([, weight]) => weight > 0)
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0)
  if (total <= 0) throw new ControlError(400, 'mix has no kind with a weight')
  const files = new Map<string, string>()
  const pick = (): CrowdKind => {
    let place = Math.random() * total
    for (const [kind, weight] of kinds) {
      place -= weight
      if (place < 0) return kind as CrowdKind
    }
    return 'text'
  }
  const fileOf = (kind: SampleKind): string => {
    const known = files.get(kind)
    if (known && world.media.get(known)) return known
    const { bytes, mimeType, filename } = readSample(kind)
    const { id } = addMedia(world, { phoneNumberId, origin: 'customer', bytes, mimeType, filename })
    files.set(kind, id)
    return id
  }
  return (index) => {
    const person = index < customers ? index : randomInt(customers)
    const waId = `5511${String(970_000_000 + person)}`
    const customer = ensureCustomer(world, waId, phoneNumberId, `${FIRST[person % FIRST.length]} ${LAST[(person * 7 + Math.floor(person / 20)) % LAST.length]}`)
    const target = listChatMessages(world, phoneNumberId, customer.waId, 1)[0]
    sendAsCustomer(engine, requireNumber(world, phoneNumberId), customer, buildMessage(pick(), index, target?.id, fileOf))
  }
}

function buildMessage(kind: CrowdKind, index: number, targetId: string | undefined, fileOf: (kind: SampleKind) => string): CustomerMessage {
  const text = (): CustomerMessage => ({ type: 'text', text: { body: TEXTS[randomInt(TEXTS.length)] ?? `Mensagem ${index}` } })
  const file = (type: SampleKind, extra: JsonObject = {}): CustomerMessage => ({ type, [type]: { id: fileOf(type), ...extra } })
  switch (kind) {
    case 'image':
    case 'video':
    case 'document':
    case 'sticker':
      return file(kind)
    case 'audio':
      return file('audio', { voice: true })
    case 'location':
      return { type: 'location', location: { latitude: -23.5 - randomInt(1000) / 10_000, longitude: -46.6 - randomInt(1000) / 10_000 } }
    case 'contacts':
      return {
        type: 'contacts',
        contacts: [{ name: { formatted_name: 'Rita Lopes', first_name: 'Rita' }, phones: [{ phone: '+55 11 98888-0000', type: 'CELL' }] }],
      }
    case 'reaction':
      return targetId ? { type: 'reaction', reaction: { message_id: targetId, emoji: '👍' } } : text()
    default:
      return text()
  }
}
