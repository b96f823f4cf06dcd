import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { connectChannel, newWamid, type TestChannel } from '../../testing/test-channel.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { changeIdentities, type IdentityChange } from './change-identity.ts'
import { getContact } from './contacts.ts'
import { followMerges } from './identities.db.ts'
import { type Person, personKey } from './person.ts'
import { receiveContacts } from './receive-contacts.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  channel = await connectChannel(server, owner)
})
afterAll(() => server.close())

type Who = { phone: string; bsuid: string }
type Interval = Who & { person: number; from: number; to: number }
type Sighting = { person: number; at: number; phone: string | null; bsuid: string | null }
type Move = { person: number; at: number; previous: Who; next: Who }
type Happening = { sighting: Sighting } | { move: Move }

let lives = 0
const SPAN = 100

/** People with numbers; some change theirs, and a number that is free again may become another person's (not their own again). */
function live(persons: number, moves: readonly { person: number; pick: number }[]): { intervals: Interval[]; moves: Move[] } {
  const run = String(++lives).padStart(4, '0')
  const phones = Array.from({ length: persons + 2 }, (_, i) => `55119${run}${String(1000 + i)}`)
  let ids = 0
  const newId = () => `BR.${run}${String(++ids).padStart(4, '0')}`
  const held = Array.from(
    { length: persons },
    (_, person): Interval => ({ person, phone: phones[person] ?? '', bsuid: newId(), from: 0, to: Number.POSITIVE_INFINITY }),
  )
  const intervals = [...held]
  const told: Move[] = []
  moves.forEach(({ person: p, pick }, i) => {
    const person = p % persons
    const old = held[person]
    const free = phones.filter((n) => !held.some((h) => h.phone === n) && !intervals.some((v) => v.person === person && v.phone === n))
    const phone = free[pick % free.length]
    if (!old || !phone) return
    const at = (i + 1) * SPAN
    old.to = at
    const now: Interval = { person, phone, bsuid: newId(), from: at, to: Number.POSITIVE_INFINITY }
    held[person] = now
    intervals.push(now)
    told.push({ person, at, previous: { phone: old.phone, bsuid: old.bsuid }, next: { phone: now.phone, bsuid: now.bsuid } })
  })
  return { intervals, moves: told }
}

/** Every time somebody is somebody, they are seen once with number and id; besides in any way that cannot mislead. */
function sightingsOf(intervals: readonly Interval[], looks: readonly { offset: number; way: number }[]): Sighting[] {
  return intervals.flatMap((v) => {
    const holders = new Set(intervals.filter((o) => o.phone === v.phone).map((o) => o.person))
    const full: Sighting = { person: v.person, at: v.from + 1, phone: v.phone, bsuid: v.bsuid }
    const others = looks.map(({ offset, way }): Sighting => {
      const at = v.from + 1 + (offset % (SPAN - 2))
      const seen = { person: v.person, at, phone: v.phone, bsuid: v.bsuid }
      if (way === 1) return { ...seen, phone: null }
      // A number alone says who it is only as long as nobody else ever had it.
      return way === 2 && holders.size === 1 ? { ...seen, bsuid: null } : seen
    })
    return [full, ...others]
  })
}

const START = Date.parse('2026-10-01T00:00:00Z')
const timeOf = (at: number) => new Date(START + at * 1000)

/** One delivery: notices first, as the receiver does. Answers the contact of each. */
async function deliver(batch: readonly Happening[]): Promise<{ person: number; id: string }[]> {
  return inTenant(server.ctx.db, owner.tenantId, async (tx) => {
    const moves = batch.flatMap((h) => ('move' in h ? [h.move] : []))
    const changes = moves.map(
      (m): IdentityChange => ({
        channelId: channel.id,
        providerId: newWamid(),
        at: timeOf(m.at),
        kind: 'number',
        previous: m.previous,
        next: m.next,
        body: null,
      }),
    )
    const changed = await changeIdentities(tx, owner.tenantId, changes)
    const seen = batch.flatMap((h) => ('sighting' in h ? [h.sighting] : []))
    const people = seen.map((s): Person => ({ phone: s.phone, bsuid: s.bsuid, username: null, name: null, channelId: channel.id, at: timeOf(s.at) }))
    const found = await receiveContacts(tx, owner.tenantId, people)
    return [
      ...moves.map((m, i) => ({ person: m.person, id: changed.get(changes[i]?.providerId ?? '') ?? 'nobody' })),
      ...seen.map((s, i) => ({ person: s.person, id: found.get(personKey(people[i] ?? { phone: null, bsuid: null })) ?? 'nobody' })),
    ]
  })
}

const world = fc.record({
  persons: fc.integer({ min: 1, max: 4 }),
  moves: fc.array(fc.record({ person: fc.nat(3), pick: fc.nat(5) }), { maxLength: 4 }),
  looks: fc.array(fc.record({ offset: fc.nat(97), way: fc.nat(2) }), { maxLength: 3 }),
  order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 60, maxLength: 60 }),
})

/** A world that was once told wrong; besides, other worlds each time: 3,500 of five seeds were right when this was written. */
test.each([
  ['a world in which somebody kept a number that was another’s before', { seed: -652_168_827, path: '21', numRuns: 1 }],
  ['any world', { numRuns: 30 }],
])(
  'whatever order they are seen in, every person is one contact and no two are glued together: %s',
  async (_which, runs) => {
    await fc.assert(
      fc.asyncProperty(world, async ({ persons, moves, looks, order, sizes }) => {
        const life = live(persons, moves)
        const happenings: Happening[] = [...sightingsOf(life.intervals, looks).map((sighting) => ({ sighting })), ...life.moves.map((move) => ({ move }))]
        const shuffled = happenings.map((h, i) => ({ h, by: order[i % order.length] ?? 0 })).toSorted((a, b) => a.by - b.by)
        const told: { person: number; id: string }[] = []
        for (let next = 0, i = 0; next < shuffled.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          told.push(...(await deliver(shuffled.slice(next, next + size).map((s) => s.h))))
          next += size
        }
        const kept = await inTenant(server.ctx.db, owner.tenantId, (tx) => followMerges(tx, new Map(told.map((t, i) => [i, t.id]))))
        const contactsOf = Map.groupBy(
          told.map((t, i) => ({ person: t.person, id: kept.get(i) ?? '' })),
          (t) => t.person,
        )
        const ids = [...contactsOf.values()].map((list) => new Set(list.map((t) => t.id)))
        expect(ids.map((s) => s.size)).toEqual(ids.map(() => 1))
        expect(new Set(ids.flatMap((s) => [...s])).size).toBe(contactsOf.size)
        for (const v of life.intervals.filter((x) => x.to === Number.POSITIVE_INFINITY)) {
          const [mine] = ids[[...contactsOf.keys()].indexOf(v.person)] ?? []
          const contact = await inTenant(server.ctx.db, owner.tenantId, (tx) => getContact(tx, mine ?? ''))
          expect(contact).toMatchObject({ phone: `+${v.phone}`, identities: [{ value: v.bsuid }, { value: v.phone }] })
        }
      }),
      { endOnFailure: true, ...runs },
    )
  },
  120_000,
)
