import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { inTenant, type TenantTx } from '../database.ts'
import { uuidv7 } from '../ids.ts'
import { SealBroken, seal } from './sealed-value.ts'
import { contactKey, contactKeys, destroyContactKeys, giveKey, mediaKey, openerFor, searchIndex, tenantKey } from './vault.ts'

let server: TestServer
let one: string
let two: string
const tokens = new Map<string, string>()
beforeAll(async () => {
  server = await startTestServer({ ROLE: 'web' })
  for (const owner of [await server.register(), await server.register()]) tokens.set(owner.tenantId, owner.token)
  ;[one, two] = [...tokens.keys()] as [string, string]
})
afterAll(() => server.close())

const within = <T>(tenantId: string, work: (tx: TenantTx) => Promise<T>) => inTenant(server.ctx.db, tenantId, work)
async function newContact(tenantId: string): Promise<string> {
  const { body } = await server.call<{ id: string }>('POST', '/api/contacts', { token: tokens.get(tenantId) ?? '', body: { name: 'Ana' } })
  return body.id
}

describe('values', () => {
  it('open for the place and the tenant that they were sealed for, and nowhere else', async () => {
    const [a, b] = [await newContact(one), await newContact(one)]
    const [first, second] = [`messages.body:${uuidv7()}`, `messages.body:${uuidv7()}`]
    const sealed = await within(one, async (tx) => {
      const keys = await contactKeys(tx, [a, b])
      return [a, b].map((id, i) => seal(keys.get(id) ?? { id: '', key: Buffer.alloc(0) }, [first, second][i] ?? '', `segredo de ${i}`))
    })
    expect(Buffer.concat(sealed).includes('segredo')).toBe(false)
    await within(one, async (tx) => {
      const opener = await openerFor(tx, sealed)
      expect(opener.text(first, sealed[0])).toBe('segredo de 0')
      expect(opener.text(second, sealed[1])).toBe('segredo de 1')
      // Two values that somebody swapped in the database: an error, never the other text.
      expect(() => opener.text(first, sealed[1])).toThrow(SealBroken)
      const bent = Buffer.from(sealed[0] ?? '')
      bent.writeUInt8(bent.readUInt8(40) ^ 1, 40)
      expect(() => opener.text(first, bent)).toThrow(SealBroken)
      expect(opener.text(first, null)).toBeNull()
    })
    // Another tenant does not even find the key.
    await within(two, async (tx) => expect((await openerFor(tx, sealed)).text(first, sealed[0])).toBeUndefined())
  })

  it('are unreadable once the key of their person is gone, in a transaction that begins afterwards', async () => {
    const id = await newContact(one)
    const place = `messages.body:${uuidv7()}`
    const [sealed, file] = await within(one, async (tx) => {
      const own = await mediaKey(tx, null)
      await giveKey(tx, own.id, id)
      return [seal(await contactKey(tx, id), place, 'adeus'), seal(own, place, 'foto')]
    })
    expect(await within(one, (tx) => destroyContactKeys(tx, [id]))).toBe(2)
    await within(one, async (tx) => {
      const opener = await openerFor(tx, [sealed, file])
      expect([opener.text(place, sealed), opener.text(place, file)]).toEqual([undefined, undefined])
      // What comes later has a key of its own.
      expect((await contactKey(tx, id)).id).not.toBe(sealed.subarray(1, 17).toString('hex'))
    })
  })

  it('a removed contact takes its keys along', async () => {
    const id = await newContact(one)
    await within(one, (tx) => contactKey(tx, id))
    await server.call('DELETE', `/api/contacts/${id}`, { token: tokens.get(one) ?? '' })
    expect(await server.sql('select from data_keys where contact_id = $1', [id])).toEqual([])
  })
})

describe('keys', () => {
  it('are one per person and purpose, whoever asks first', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => newContact(one)))
    const seen = await Promise.all(
      Array.from({ length: 12 }, () =>
        within(one, async (tx) => [...(await contactKeys(tx, ids)).values(), await tenantKey(tx)].map((k) => k.key.toString('hex')).join()),
      ),
    )
    expect(new Set(seen).size).toBe(1)
    expect(await server.sql("select count(*)::int n from data_keys where contact_id = any($1) and purpose = 'contact'", [ids])).toEqual([{ n: 4 }])
  })

  it('stand in the database wrapped only', async () => {
    const key = await within(one, tenantKey)
    const rows = await server.sql<{ t: string }>(
      "select encode(wrapped, 'hex') t from data_keys union all select encode(wrapped, 'hex') from tenant_keys union all select encode(wrapped, 'hex') from server_keys",
    )
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.some((r) => r.t.includes(key.key.toString('hex')))).toBe(false)
    await expect(server.ctx.db.selectFrom('tenant_keys').selectAll().execute()).resolves.toEqual([])
  })

  it('hashes of one tenant say nothing in another', async () => {
    const index = await within(one, searchIndex)
    const again = await within(one, searchIndex)
    const other = await within(two, searchIndex)
    expect(index.exact('phone', '5511987654321')).toEqual(again.exact('phone', '5511987654321'))
    expect(index.exact('phone', '5511987654321')).not.toEqual(index.exact('bsuid', '5511987654321'))
    expect(index.exact('phone', '5511987654321')).not.toEqual(other.exact('phone', '5511987654321'))
    expect(index.word('word', 'casa')).toMatch(/^-?\d+$/)
  })
})
