import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { Client, percentile } from './load.ts'
import type { Rig } from './rig.ts'
import { HABITS } from './size-server.ts'
import { customer, textDelivery } from './traffic.ts'

export type BusyHour = { attendants: number; messages: number; seconds: number; cpuShare: number; shownP50: number; shownP95: number; failed: number }

/**
 * Some minutes of the busiest hour of so many attendants, tried instead of calculated: customers write, attendants answer and open
 * conversations, every screen asks for its counts once a minute. All of them are one company, so each of them is told of everything.
 * @param cpuMs what servers and database have used until now
 */
export async function busyHour(
  rig: Rig,
  screens: readonly Socket[],
  conversations: readonly string[],
  seconds: number,
  cpuMs: () => number,
): Promise<BusyHour> {
  const perSecond = (screens.length * HABITS.messagesPerAttendant * HABITS.busiestHour) / 3600
  const client = new Client(rig.target, 16)
  const sentAt = new Map<string, number>()
  const shown: number[] = []
  let failed = 0
  const listener = ({ message }: { message: { content: { text?: unknown } } }) => {
    const text = typeof message.content.text === 'string' ? message.content.text : ''
    const began = sentAt.get(text)
    if (began !== undefined) shown.push(performance.now() - began)
  }
  // The last that is told: whoever opened first is told first.
  const watcher = screens.at(-1)
  watcher?.on('message:new', listener)
  const ask = (url: string) => rig.call('GET', url, undefined, rig.token)
  const work = {
    write: async (i: number) => {
      const text = `hora cheia ${i}`
      sentAt.set(text, performance.now())
      const status = await client.post(textDelivery(rig.target, `wamid.HORA${Date.now()}x${i}`, customer(i, conversations.length), text))
      if (status !== 200) throw new Error(String(status))
    },
    answer: (i: number) =>
      rig.call(
        'POST',
        '/api/messages',
        { conversationId: conversations[i % conversations.length], clientId: randomUUID(), content: { type: 'text', text: 'Já vejo para você.' } },
        rig.token,
      ),
    open: (i: number) => {
      const id = conversations[(i * 7) % conversations.length]
      return Promise.all([ask(`/api/conversations/${id}`), ask(`/api/messages?conversationId=${id}&limit=50`)])
    },
    count: () => ask('/api/conversations/counts'),
  }
  const running = new Set<Promise<unknown>>()
  const every = (rate: number, what: (i: number) => Promise<unknown>) => {
    let i = 0
    return setInterval(() => {
      const one = what(i++)
        .catch(() => failed++)
        .finally(() => running.delete(one))
      running.add(one)
    }, 1000 / rate)
  }
  const [began, before] = [performance.now(), cpuMs()]
  const timers = [
    every(perSecond * HABITS.inbound, work.write),
    every(perSecond * (1 - HABITS.inbound), work.answer),
    every(perSecond / HABITS.messagesPerOpening, work.open),
    every(screens.length / 60, work.count),
  ]
  await new Promise((r) => setTimeout(r, seconds * 1000))
  for (const timer of timers) clearInterval(timer)
  await Promise.all(running)
  await new Promise((r) => setTimeout(r, 2000))
  const [passed, used] = [performance.now() - began, cpuMs() - before]
  watcher?.off('message:new', listener)
  client.close()
  if (shown.length < sentAt.size) throw new Error(`${sentAt.size} messages came, and ${shown.length} were shown`)
  return {
    attendants: screens.length,
    messages: Math.round(perSecond * seconds),
    seconds,
    cpuShare: Number((used / passed).toFixed(3)),
    shownP50: percentile(shown, 50),
    shownP95: percentile(shown, 95),
    failed,
  }
}
