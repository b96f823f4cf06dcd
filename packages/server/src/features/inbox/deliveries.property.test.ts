import type { Message, MessagePage } from '@atende/contracts/messages'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { marksOf } from '../../testing/known-people.ts'
import { post } from '../../testing/test-channel.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

/** What may happen in a conversation; `to` picks one of the earlier things that it can be about. */
const Action = fc.record({
  who: fc.nat(3),
  kind: fc.constantFrom('text', 'text', 'text', 'image', 'location', 'poll', 'echo', 'quote', 'reaction', 'unreaction', 'edit', 'revoke', 'status', 'status'),
  to: fc.nat(),
  word: fc.constantFrom('sent', 'delivered', 'read', 'played', 'failed'),
  emoji: fc.constantFrom('👍', '❤️', '😂'),
  /** Which of the person's names this message shows; the first one of each shows all. */
  shows: fc.constantFrom<'all' | 'phone' | 'bsuid'>('all', 'phone', 'bsuid'),
})
type Action = typeof Action extends fc.Arbitrary<infer T> ? T : never
const History = fc.record({
  modes: fc.array(fc.constantFrom<'phone' | 'bsuid' | 'both'>('phone', 'bsuid', 'both'), { minLength: 4, maxLength: 4 }),
  actions: fc.array(Action, { minLength: 10, maxLength: 70 }),
})
/** How the deliveries travel: their order, how many updates each holds, which come again, where a torn one is thrown in. */
const Journey = fc.record({
  shuffle: fc.infiniteStream(fc.nat(1_000_000)),
  sizes: fc.infiniteStream(fc.constantFrom(1, 1, 2, 5, 40, 1000)),
  again: fc.infiniteStream(fc.constantFrom(0, 0, 0, 1, 2)),
  torn: fc.infiniteStream(fc.double({ min: 0, max: 3, noNaN: true })),
})

type Person = { phone: string | null; bsuid: string | null; wrote: number }
type Expected = {
  person: number
  at: number
  body: string | null
  direction: 'in' | 'out'
  edits: { at: number; body: string }[]
  revokedAt: number | null
  reactions: { at: number; emoji: string }[]
  words: Set<string>
}
type Update = { field: 'messages' | 'smb_message_echoes'; list: 'messages' | 'statuses' | 'message_echoes'; item: Record<string, unknown> }

let runs = 0
const BASE = Math.floor(Date.now() / 1000) - 20_000
const RANK: Record<string, number> = { sent: 30, failed: 35, delivered: 40, read: 50, played: 60 }

/** Plays the history: the updates that Meta would send, and what should stand there afterwards. */
function play({ modes, actions }: { modes: string[]; actions: Action[] }) {
  const run = ++runs
  const people: Person[] = modes.map((mode, i) => ({
    phone: mode === 'bsuid' ? null : `55119${String(run).padStart(4, '0')}${String(i).padStart(4, '0')}`,
    bsuid: mode === 'phone' ? null : `BR.${run}x${i}x${process.pid}`,
    wrote: 0,
  }))
  const updates: Update[] = []
  const said = new Map<string, Expected>()
  for (const [i, action] of actions.entries()) {
    const person = people[action.who]
    if (person) apply(action, i, person, action.who, updates, said)
  }
  return { people, updates, said }
}

function senderOf(person: Person, shows: Action['shows']): Record<string, unknown> {
  const all = person.wrote++ === 0 || shows === 'all' || !person.phone || !person.bsuid
  const phone = person.phone && (all || shows === 'phone') ? { from: person.phone } : {}
  const bsuid = person.bsuid && (all || shows === 'bsuid') ? { from_user_id: person.bsuid } : {}
  return { ...phone, ...bsuid }
}

const pick = (said: Map<string, Expected>, to: number, fits: (e: Expected) => boolean): [string, Expected] | undefined => {
  const candidates = [...said].filter(([, e]) => fits(e))
  return candidates[to % Math.max(1, candidates.length)]
}

function apply(action: Action, i: number, person: Person, who: number, updates: Update[], said: Map<string, Expected>): void {
  const at = BASE + i
  const id = lab.newWamid()
  const head = { id, timestamp: String(at) }
  const expectation = (body: string | null, direction: 'in' | 'out' = 'in'): Expected => ({
    person: who,
    at,
    body,
    direction,
    edits: [],
    revokedAt: null,
    reactions: [],
    words: new Set(),
  })
  const incoming = (item: Record<string, unknown>) =>
    updates.push({ field: 'messages', list: 'messages', item: { ...senderOf(person, action.shows), ...head, ...item } })
  const keep = (body: string | null, item: Record<string, unknown>) => {
    incoming(item)
    said.set(id, expectation(body))
  }
  switch (action.kind) {
    case 'text':
      keep(`texto ${i}`, { type: 'text', text: { body: `texto ${i}` } })
      return
    case 'image':
      keep('foto', { type: 'image', image: { id: `m${id}`, mime_type: 'image/jpeg', caption: 'foto' } })
      return
    case 'location':
      keep('Praça', { type: 'location', location: { latitude: i / 10, longitude: 1, name: 'Praça' } })
      return
    case 'poll':
      keep(null, { type: 'unsupported', unsupported: { type: 'poll_creation' }, errors: [{ code: 131051 }] })
      return
    case 'echo': {
      const to = person.phone ? { to: person.phone } : { to_user_id: person.bsuid }
      updates.push({
        field: 'smb_message_echoes',
        list: 'message_echoes',
        item: { ...head, ...to, from: '551140022026', type: 'text', text: { body: `eco ${i}` } },
      })
      said.set(id, expectation(`eco ${i}`, 'out'))
      return
    }
    case 'quote': {
      const target = pick(said, action.to, (e) => e.person === who)
      keep(`cito ${i}`, { type: 'text', text: { body: `cito ${i}` }, context: { id: target?.[0] ?? 'wamid.gone' } })
      return
    }
    case 'reaction':
    case 'unreaction': {
      const target = pick(said, action.to, (e) => e.person === who)
      if (!target) return
      const emoji = action.kind === 'reaction' ? action.emoji : ''
      incoming({ type: 'reaction', reaction: { message_id: target[0], ...(emoji ? { emoji } : {}) } })
      target[1].reactions.push({ at, emoji })
      return
    }
    case 'edit': {
      const target = pick(said, action.to, (e) => e.person === who && e.direction === 'in' && (e.body ?? '').startsWith('texto'))
      if (!target) return
      incoming({ type: 'edit', edit: { original_message_id: target[0], message: { type: 'text', text: { body: `edição ${i}` } } } })
      target[1].edits.push({ at, body: `edição ${i}` })
      return
    }
    case 'revoke': {
      const target = pick(said, action.to, (e) => e.person === who && e.direction === 'in')
      if (!target) return
      incoming({ type: 'revoke', revoke: { original_message_id: target[0] } })
      target[1].revokedAt ??= at
      return
    }
    default: {
      const target = pick(said, action.to, (e) => e.direction === 'out')
      if (!target) return
      updates.push({ field: 'messages', list: 'statuses', item: { id: target[0], status: action.word, timestamp: String(at) } })
      target[1].words.add(action.word)
    }
  }
}

const take = (stream: Iterator<number>): number => stream.next().value

/** Updates in random order, in deliveries of random sizes, some of them again, torn ones between. */
function pack(updates: Update[], journey: { shuffle: Iterator<number>; sizes: Iterator<number>; again: Iterator<number>; torn: Iterator<number> }): string[] {
  const order = updates.map((u) => ({ u, key: take(journey.shuffle) })).sort((a, b) => a.key - b.key)
  const out: { body: string; key: number }[] = []
  for (let i = 0; i < order.length; ) {
    const part = order.slice(i, i + take(journey.sizes))
    i += part.length
    const changes = part.map(({ u }) => ({ field: u.field, value: { messaging_product: 'whatsapp', metadata: lab.metadata, [u.list]: [u.item] } }))
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: lab.channel.wabaId, changes }] })
    for (let again = take(journey.again); again >= 0; again--) out.push({ body, key: take(journey.shuffle) })
    const cut = take(journey.torn)
    if (cut < 1) out.push({ body: body.slice(0, Math.floor(body.length * cut)), key: take(journey.shuffle) })
  }
  return out.sort((a, b) => a.key - b.key).map((d) => d.body)
}

const contactsOf = async (p: Person) =>
  (
    await lab.server.sql<{ contact_id: string }>('select distinct contact_id from contact_identities where hash = any($1)', [
      await marksOf(
        lab.server,
        lab.owner.tenantId,
        [p.phone, p.bsuid].filter((v) => v !== null),
      ),
    ])
  ).map((r) => r.contact_id)

async function shownOf(contactIds: string[]): Promise<Map<string, Message>> {
  const rows = await lab.server.sql<{ id: string }>(
    'select distinct conversation_id id from messages m join conversations v on v.id = m.conversation_id where v.contact_id = any($1)',
    [contactIds],
  )
  expect(rows.length).toBeLessThanOrEqual(1)
  if (!rows[0]) return new Map()
  const { items } = (await lab.get<MessagePage>(`/api/messages?conversationId=${rows[0].id}&limit=100`)).body
  expect([...items].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((m) => m.at)).toEqual(items.map((m) => m.at))
  const spoken = items.filter((m) => m.direction !== 'system')
  return new Map(await Promise.all(spoken.map(async (m): Promise<[string, Message]> => [await lab.server.realId(m.id), m])))
}

const bodyOf = (m: Message): string | null => {
  const c = m.content
  if (c.type === 'text') return c.text
  if (c.type === 'image') return c.caption ?? null
  return c.type === 'location' ? (c.location.name ?? null) : null
}

function compare(m: Message, e: Expected): void {
  const newest = e.edits.toSorted((a, b) => a.at - b.at).at(-1)
  const reaction = e.reactions.toSorted((a, b) => a.at - b.at).at(-1)
  expect(bodyOf(m)).toBe(newest?.body ?? e.body)
  expect(Date.parse(m.at)).toBe(e.at * 1000)
  expect(m.direction).toBe(e.direction)
  expect(m.editedAt === null).toBe(e.edits.length === 0)
  expect(m.earlierTexts).toHaveLength(e.edits.length)
  expect(m.revokedAt ? Date.parse(m.revokedAt) : null).toBe(e.revokedAt === null ? null : e.revokedAt * 1000)
  expect(m.reactions.map((r) => r.emoji)).toEqual(reaction?.emoji ? [reaction.emoji] : [])
  if (e.direction === 'out') expect(m.status).toBe([...e.words].toSorted((a, b) => (RANK[b] ?? 0) - (RANK[a] ?? 0))[0] ?? 'sent')
}

it('shuffled, repeated, batched and torn deliveries end in the same conversations: nothing lost, nothing doubled, one contact per person', async () => {
  const property = fc.asyncProperty(History, Journey, async (history, journey) => {
    const { people, updates, said } = play(history)
    const bodies = pack(updates, {
      shuffle: journey.shuffle[Symbol.iterator](),
      sizes: journey.sizes[Symbol.iterator](),
      again: journey.again[Symbol.iterator](),
      torn: journey.torn[Symbol.iterator](),
    })
    // A few at once, as Meta does.
    for (let i = 0; i < bodies.length; i += 6) {
      const answers = await Promise.all(bodies.slice(i, i + 6).map((b) => post(lab.server, lab.channel, b)))
      expect(answers.map((a) => a.status)).toEqual(answers.map(() => 200))
    }
    await lab.settle()
    for (const [i, person] of people.entries()) {
      const mine = [...said].filter(([, e]) => e.person === i)
      const contacts = await contactsOf(person)
      expect(contacts).toHaveLength(mine.length > 0 ? 1 : 0)
      const shown = await shownOf(contacts)
      expect([...shown.keys()].sort()).toEqual(mine.map(([id]) => id).sort())
      for (const [id, e] of mine) {
        const m = shown.get(id)
        expect(m, id).toBeDefined()
        if (m) compare(m, e)
      }
    }
  })
  await fc.assert(property, { numRuns: 12, endOnFailure: true })
}, 120_000)

it('a thousand updates in one delivery, twice at the same moment, are a thousand messages', async () => {
  const phones = Array.from({ length: 50 }, lab.newPhone)
  const messages = Array.from({ length: 1000 }, (_, i) => ({
    from: phones[i % 50],
    id: lab.newWamid(),
    timestamp: String(BASE + i),
    type: 'text',
    text: { body: `n ${i}` },
  }))
  const body = lab.messages({ messages })
  await Promise.all([lab.send(body), lab.send(body)])
  await lab.settle(30_000)
  const [row] = await lab.server.sql<{ n: string; unread: string }>(
    `select count(*) n, (select sum(unread_count) from conversations where contact_id in (select contact_id from contact_identities where hash = any($2))) unread
     from messages where provider_id = any($1)`,
    [await lab.server.providerIds(...messages.map((m) => m.id)), await marksOf(lab.server, lab.owner.tenantId, phones)],
  )
  expect(row).toEqual({ n: '1000', unread: '1000' })
}, 60_000)
