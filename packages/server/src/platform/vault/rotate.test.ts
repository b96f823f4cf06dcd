import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { type Database, inTenant, openDatabase, useKeys } from '../database.ts'
import { uuidv7 } from '../ids.ts'
import { Keys } from '../keys.ts'
import { MasterKeys, UnknownMasterKey } from '../master-keys.ts'
import { rotateMaster, rotateTenant } from './rotate.ts'
import { seal } from './sealed-value.ts'
import { loadServerKey } from './server-key.ts'
import { contactKeys, openerFor } from './vault.ts'

const OLD = '11'.repeat(32)
const NEW = '22'.repeat(32)
let server: TestServer
let owner: { token: string; tenantId: string }
beforeAll(async () => {
  server = await startTestServer({ ROLE: 'web' })
  owner = await server.register()
})
afterAll(() => server.close())

async function newContacts(n: number): Promise<string[]> {
  const made = Array.from({ length: n }, () => server.call<{ id: string }>('POST', '/api/contacts', { token: owner.token, body: { name: 'Ana' } }))
  return (await Promise.all(made)).map((a) => a.body.id)
}
type Note = { place: string; sealed: Buffer; text: string }
/** Seals something for each of these people, as a message would. */
const write = (db: Database, contactIds: readonly string[]): Promise<Note[]> =>
  inTenant(db, owner.tenantId, async (tx) => {
    const keys = await contactKeys(tx, contactIds)
    return contactIds.flatMap((id) => {
      const key = keys.get(id)
      const place = `messages.sealed:${uuidv7()}`
      return key ? [{ place, text: `para ${id}`, sealed: seal(key, place, `para ${id}`) }] : []
    })
  })
const read = (db: Database, notes: readonly Note[]) =>
  inTenant(db, owner.tenantId, async (tx) => {
    const opener = await openerFor(
      tx,
      notes.map((n) => n.sealed),
    )
    return notes.map((n) => opener.text(n.place, n.sealed))
  })
const versions = async () =>
  (await server.sql<{ version: number }>('select version from tenant_keys where tenant_id = $1 order by 1', [owner.tenantId])).map((r) => r.version)

describe("a tenant's key", () => {
  it('is replaced while people write and read; nothing is lost, and the old version goes', async () => {
    const notes = await write(server.ctx.db, await newContacts(30))
    let rotating = true
    const traffic = (async () => {
      while (rotating) {
        notes.push(...(await write(server.ctx.db, await newContacts(3))))
        expect(await read(server.ctx.db, notes)).toEqual(notes.map((n) => n.text))
      }
    })()
    const done = []
    for (let i = 0; i < 3; i++) done.push(await rotateTenant(server.ctx.db, server.ctx.keys, owner.tenantId, () => {}))
    rotating = false
    await traffic
    expect(done.map((d) => d.version)).toEqual([2, 3, 4])
    expect(done[0]?.keys).toBeGreaterThanOrEqual(30)
    expect(await read(server.ctx.db, notes)).toEqual(notes.map((n) => n.text))
    expect(await versions()).toEqual([4])
  })

  it('a rotation that was stopped goes on where it was', async () => {
    const notes = await write(server.ctx.db, await newContacts(5))
    const stop = () => {
      throw new Error('the power went')
    }
    const before = await versions()
    await expect(rotateTenant(server.ctx.db, server.ctx.keys, owner.tenantId, stop)).rejects.toThrow('the power went')
    expect(await versions()).toEqual([...before, (before[0] ?? 0) + 1])
    expect(await read(server.ctx.db, notes)).toEqual(notes.map((n) => n.text))
    expect((await rotateTenant(server.ctx.db, server.ctx.keys, owner.tenantId, () => {})).version).toBe((before[0] ?? 0) + 1)
    expect(await versions()).toEqual([(before[0] ?? 0) + 1])
  })
})

describe('the master key', () => {
  /** A process of its own with these master keys, the current one first. */
  async function open(...masters: string[]) {
    const { db } = openDatabase(server.database.appUrl, 2)
    const keys = new Keys(new MasterKeys(masters))
    useKeys(db, keys)
    return { db, keys, close: () => db.destroy() }
  }

  it('is replaced: processes with both go on, then the old one opens nothing any more', async () => {
    const notes = await write(server.ctx.db, await newContacts(3))
    const token = server.ctx.keys.derive('access-token').toString('hex')
    const second = await server.register()
    await server.call('POST', '/api/contacts', { token: second.token, body: { name: 'Bia' } })
    const both = await open(NEW, OLD)
    const { db: asOwner } = openDatabase(server.database.ownerUrl, 2)
    const seen: [number, number][] = []
    const anew = await rotateMaster(asOwner, both.db, both.keys, (done, total) => seen.push([done, total]))
    expect(anew).toBeGreaterThanOrEqual(1)
    expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1])
    // Again: there is nothing left to do.
    expect(await rotateMaster(asOwner, both.db, both.keys, () => {})).toBe(0)
    await loadServerKey(both.db, both.keys)
    // What is derived from the server's key stays: nobody is logged out.
    expect(both.keys.derive('access-token').toString('hex')).toBe(token)
    const fresh = await open(NEW)
    await loadServerKey(fresh.db, fresh.keys)
    expect(fresh.keys.derive('access-token').toString('hex')).toBe(token)
    expect(await read(fresh.db, notes)).toEqual(notes.map((n) => n.text))
    const old = await open(OLD)
    await expect(loadServerKey(old.db, old.keys)).rejects.toThrow(UnknownMasterKey)
    for (const p of [both, fresh, old]) await p.close()
    await asOwner.destroy()
  })

  it('a process learns of the new one by itself, from where the keys lie', async () => {
    let known = [OLD]
    const { db } = openDatabase(server.database.appUrl, 2)
    useKeys(db, new Keys(new MasterKeys([OLD], () => known)))
    const third = await server.register()
    known = [NEW, OLD]
    // Wrapped by the new key, because it looks before it wraps.
    const contactId = (await server.call<{ id: string }>('POST', '/api/contacts', { token: third.token, body: { name: 'Caio' } })).body.id
    await server.sql('delete from data_keys where tenant_id = $1', [third.tenantId])
    await server.sql('delete from tenant_keys where tenant_id = $1', [third.tenantId])
    await inTenant(db, third.tenantId, (tx) => contactKeys(tx, [contactId]))
    const [row] = await server.sql<{ wrapped: Buffer }>('select wrapped from tenant_keys where tenant_id = $1', [third.tenantId])
    expect(new MasterKeys([NEW]).isCurrent(row?.wrapped ?? Buffer.alloc(0))).toBe(true)
    await db.destroy()
  })
})
