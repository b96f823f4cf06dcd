import path from 'node:path'
import { deriveImages } from '../image.ts'
import { customerPhone, type Load, startLoad } from '../lib/update-load.ts'
import { pause, runBeside, until } from '../run.ts'
import type { Stack } from '../stack.ts'
import { allMessages, control, login, type Shop } from './messages.ts'
import { EXPAND, faultsOf, figures, line, OUTSIDE, type PhaseFigures } from './update.ts'

const LOAD = { webhooks: 4, reads: 2, sends: 1, sockets: 12 }
const WATCH_SECONDS = 8
const ANSWERED = 5
/** Nobody is slowed down: what is measured is the update. */
export const LIMITS_OFF: Record<string, string> = {
  WHATSAPP_PAIR_INTERVAL_MS: '10',
  ...Object.fromEntries(['SESSION', 'TENANT_BASIC', 'SEND', 'PUBLIC', 'SOCKET_CONNECTS', 'SOCKETS_PER_USER'].map((n) => [`RATE_LIMIT_${n}`, '100000'])),
}

const numberOf = (wamid: string): string => /x(\d+)$/.exec(wamid)?.[1] ?? wamid

/** deploy/update.sh as the operator calls it, by Docker's name, while everything else goes on. */
async function update(stack: Stack, ...args: string[]): Promise<void> {
  const script = path.join(stack.home, '../update.sh')
  const env = { ...stack.tools, ATENDE_ROOT: path.join(stack.home, '../../opt'), UPDATE_READY_SECONDS: '300' }
  for (let tries = 1; ; tries++) {
    const { code, out, err } = await runBeside('bash', [script, '--kind', 'compose', '--watch', String(WATCH_SECONDS), ...args], { env, timeoutMs: 600_000 })
    if (code === 0) return
    // A machine that is busy with other things: nothing was touched.
    if (!err.includes('mend that first') || tries === 5) {
      throw new Error(`update.sh ${args.join(' ')} ended with ${code}:\n${err}${out}\n${['web-blue', 'web-green'].map((s) => stack.logs(s)).join('\n')}`)
    }
    await pause(10_000)
  }
}

/** What became of all that the load had an answer for, asked of the API and of the phones. */
async function outcomeOf(stack: Stack, shop: Shop, load: Load) {
  const phones = Array.from({ length: 20 }, (_, i) => customerPhone(i))
  const texts = new Set(load.delivered.map((id) => `mensagem ${numberOf(id)}`))
  const sent = new Set(load.sent)
  const seen = async () => {
    const items = await allMessages(stack, shop, phones)
    const inbound = items.filter((m) => m.direction === 'in' && texts.has(m.content.text ?? ''))
    const outbound = items.filter((m) => sent.has(m.id))
    return { inbound, outbound, waiting: outbound.filter((m) => m.status === 'queued' || m.status === 'sending') }
  }
  let last = await seen()
  await until(
    'all messages to be there',
    async () => {
      last = await seen()
      return new Set(last.inbound.map((m) => m.content.text)).size === texts.size && last.outbound.length === sent.size && last.waiting.length === 0
    },
    60,
  ).catch(() => {})
  const wanted = last.inbound.map((m) => m.id)
  const missing = () => load.watchers.flatMap((w) => w.missed(wanted))
  // The last events may still be on their way.
  await until('the events', () => missing().length === 0, 20).catch(() => {})

  const copies = new Map<string, number>()
  // The emulator knows those that have written by it: they are the ones that are answered.
  for (const phone of phones.slice(0, ANSWERED)) {
    const { messages } = await control<{ messages: { direction: string; callbackData: string | null }[] }>(stack, `/messages?customer=${phone}&limit=5000`)
    for (const { callbackData } of messages) if (callbackData) copies.set(callbackData, (copies.get(callbackData) ?? 0) + 1)
  }
  const distinct = new Set(last.inbound.map((m) => m.content.text)).size
  return {
    messages: {
      delivered: load.delivered.length,
      sent: load.sent.length,
      lost: texts.size - distinct,
      doubled: last.inbound.length - distinct,
      unsent: sent.size - last.outbound.filter((m) => ['sent', 'delivered', 'read'].includes(m.status)).length,
      sentTwice: load.sent.filter((id) => copies.get(id) !== 1).length,
    },
    sockets: {
      open: load.watchers.length,
      reconnects: load.watchers.reduce((sum, w) => sum + w.connects - 1, 0),
      resets: load.watchers.reduce((sum, w) => sum + w.resets, 0),
      missed: missing().length,
    },
  }
}

const versionNow = async (stack: Stack): Promise<string> => (await stack.call<{ version: string }>('GET', '/health')).body.version

/**
 * The containers are brought to a new version by deploy/update.sh, then back, then forward again, while deliveries, answers, reads and open
 * sockets go on through nginx with TLS. @throws when a request failed, a message was lost or doubled, or a socket missed one
 */
export async function updateStack(stack: Stack, shop: Shop, next: string): Promise<string[]> {
  const first = stack.current()
  deriveImages(first.version, next, { '9001_update_proof.sql': EXPAND, '9002_update_proof_index.sql': OUTSIDE })
  await login(stack, shop)
  for (let i = 0; i < ANSWERED; i++) await control(stack, '/messages', { from: customerPhone(i), message: { type: 'text', text: { body: 'oi' } } })
  const conversations = await until('the conversations', async () => {
    const { body } = await stack.call<{ items: { id: string }[] }>('GET', '/api/conversations?limit=20', { token: shop.token })
    return body.items.length > ANSWERED && body.items.map((c) => c.id).filter((id) => id !== shop.conversationId)
  })
  const load = await startLoad({ url: `https://localhost:${stack.ports.secure}`, token: shop.token, channel: shop.channel, conversations }, LOAD)
  try {
    await until('the sockets', () => load.watchers.every((w) => w.ready), 30)
    let from = performance.now()
    /** What requests met while `work` went on, which ends with `version` in charge. */
    const phase = async (version: string, work: () => Promise<unknown>): Promise<PhaseFigures> => {
      await work()
      const told = await versionNow(stack)
      if (told !== version) throw new Error(`https answers as ${told}, not ${version}`)
      const [began, ended] = [from, performance.now()]
      from = ended
      return figures(load, began, ended)
    }
    const before = await phase(first.version, () => pause(3000))
    const forward = await phase(next, () => update(stack, '--to', next))
    const rollback = await phase(first.version, () => update(stack, '--rollback'))
    const again = await phase(next, () => update(stack, '--to', next))
    await load.settle()
    const { messages, sockets } = await outcomeOf(stack, shop, load)
    const faults = faultsOf({ before, update: forward, rollback, again, messages, sockets })
    if (faults.length > 0) throw new Error(`the update was noticed:\n${faults.slice(0, 20).join('\n')}`)
    return [
      ...line('containers before', before),
      ...line(`containers updated to ${next}`, forward),
      ...line('containers rolled back', rollback),
      ...line('containers updated again', again),
      `messages: ${messages.delivered} in, ${messages.sent} out, none lost, none twice`,
      `sockets: ${sockets.open}, ${sockets.reconnects} reconnects, ${sockets.resets} had to load everything again, no event missed`,
    ]
  } finally {
    load.close()
  }
}
