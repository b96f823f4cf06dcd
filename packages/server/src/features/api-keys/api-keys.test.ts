import { randomUUID } from 'node:crypto'
import type { ApiKey, ApiKeyCreated } from '@atende/contracts/api-keys'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { openSightStage, type SightStage } from '../../testing/sight-stage.ts'
import { joinTenant } from '../access/test-people.ts'
import { joinWith } from '../access/test-roles.ts'

let stage: SightStage
beforeAll(async () => {
  stage = await openSightStage()
})
afterAll(() => stage.close())

type Created = z.infer<typeof ApiKeyCreated>
const ask = <T = Record<string, unknown>>(token: string, method: string, url: string, body?: unknown) =>
  stage.server.call<T>(method, url, { token, ...(body === undefined ? {} : { body }) })
async function make(scopes: readonly string[], options: { token?: string; days?: number | null } = {}): Promise<Created> {
  const { token = stage.owner.token, ...rest } = options
  const made = await ask<Created>(token, 'POST', '/api/api-keys', { name: 'Loja virtual', scopes, ...rest })
  if (made.status !== 201) throw new Error(`key: ${made.status} ${JSON.stringify(made.body)}`)
  return made.body
}
const list = async () => (await ask<{ items: ApiKey[] }>(stage.owner.token, 'GET', '/api/api-keys')).body.items
const status = async (token: string, url = '/api/contacts') => (await ask(token, 'GET', url)).status

describe('a key', () => {
  it('is shown once, and only its hash is kept', async () => {
    const made = await make(['contacts.read'])
    expect(made.key).toMatch(/^atd_[0-9a-f]{32}_[\w-]{43}$/)
    expect(Date.parse(made.expiresAt ?? '') - Date.now()).toBeGreaterThan(89.9 * 86_400_000)
    const secret = made.key.split('_').slice(2).join('_')
    const rows = await stage.server.sql<{ t: string }>("select string_agg(k::text || encode(k.secret_hash, 'escape'), ' ') t from api_keys k")
    expect(rows[0]?.t).not.toContain(secret)
    expect(JSON.stringify(await list())).not.toContain(secret)
    expect((await make(['contacts.read'], { days: null })).expiresAt).toBeNull()
    for (const days of [0, 366, -1, 1.5]) {
      expect((await ask(stage.owner.token, 'POST', '/api/api-keys', { name: 'x y', scopes: ['contacts.read'], days })).status).toBe(400)
    }
  })

  it('opens what its scopes say, notes its use by the minute, and is refused at once when revoked', async () => {
    const made = await make(['contacts.read'])
    expect(await status(made.key)).toBe(200)
    expect(await status(made.key, '/api/tags')).toBe(403)
    const [first] = (await list()).filter((k) => k.id === made.id)
    expect(first).toMatchObject({ lastUsedFrom: '127.0.0.1' })
    await status(made.key)
    expect((await list()).find((k) => k.id === made.id)?.lastUsedAt).toBe(first?.lastUsedAt)
    await stage.server.sql("update api_keys set last_used_at = now() - interval '2 minutes' where id = $1", [made.id])
    await status(made.key)
    expect(Date.parse((await list()).find((k) => k.id === made.id)?.lastUsedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect((await ask(stage.owner.token, 'DELETE', `/api/api-keys/${made.id}`)).status).toBe(204)
    expect(await status(made.key)).toBe(401)
    expect((await ask(stage.owner.token, 'DELETE', `/api/api-keys/${made.id}`)).status).toBe(404)
    expect((await list()).find((k) => k.id === made.id)?.revokedAt).not.toBeNull()
  })

  it('is worth nothing after its end, with another secret, or in another shape', async () => {
    const made = await make(['contacts.read'])
    const id = made.key.slice(4, 36)
    const bad = [
      `atd_${id}_${'A'.repeat(43)}`,
      `atd_${randomUUID().replaceAll('-', '')}_${made.key.slice(37)}`,
      `${made.key}x`,
      made.key.toUpperCase(),
      `atd_${id}_`,
      'atd_',
      `atd_${made.id}_${made.key.slice(37)}`,
    ]
    for (const key of bad) expect([key, await status(key)]).toEqual([key, 401])
    await stage.server.sql("update api_keys set expires_at = now() - interval '1 second' where id = $1", [made.id])
    expect(await status(made.key)).toBe(401)
    await stage.server.sql("update api_keys set expires_at = now() + interval '1 day' where id = $1", [made.id])
    expect(await status(made.key)).toBe(200)
    await stage.server.sql("update tenants set status = 'SUSPENDED' where id = $1", [stage.owner.tenantId])
    expect((await ask(made.key, 'GET', '/api/contacts')).body.code).toBe('tenant_suspended')
    await stage.server.sql("update tenants set status = 'ACTIVE' where id = $1", [stage.owner.tenantId])
  })
})

describe('its limits', () => {
  it('nobody puts more into a key than they may do, and never the care of people and keys', async () => {
    const chief = await joinWith(stage.server, stage.owner, ['api_keys.manage', 'contacts.read'])
    expect((await ask(chief.token, 'POST', '/api/api-keys', { name: 'Mais', scopes: ['contacts.read', 'contacts.write'] })).status).toBe(403)
    expect(await status((await make(['contacts.read'], { token: chief.token })).key)).toBe(200)
    for (const scope of ['users.manage', 'api_keys.manage', 'server.manage']) {
      expect((await ask(stage.owner.token, 'POST', '/api/api-keys', { name: 'Demais', scopes: [scope] })).status).toBe(400)
    }
    const attendant = await joinTenant(stage.server, stage.owner, 'ATTENDANT')
    for (const [method, url] of [
      ['GET', '/api/api-keys'],
      ['POST', '/api/api-keys'],
      ['DELETE', `/api/api-keys/${randomUUID()}`],
    ] as const)
      expect((await ask(attendant.token, method, url)).status).toBe(403)
  })

  it('cares for no keys, people or logins, even when its row says so', async () => {
    const made = await make(['users.read'])
    await stage.server.sql("update api_keys set scopes = '{users.read,users.manage,api_keys.manage}' where id = $1", [made.id])
    expect(await status(made.key, '/api/users')).toBe(200)
    for (const url of ['/api/users/invitations', '/api/api-keys', '/api/auth/me', '/api/auth/sessions']) {
      expect([url, await status(made.key, url)]).toEqual([url, 403])
    }
    expect((await ask(made.key, 'POST', '/api/auth/logout-all')).status).toBe(403)
    expect((await ask(made.key, 'PATCH', '/api/auth/me', { name: 'Outra' })).status).toBe(403)
  })

  it('loses what its maker loses, and ends with them', async () => {
    const chief = await joinWith(stage.server, stage.owner, ['api_keys.manage', 'contacts.read', 'tags.read'])
    const { key } = await make(['contacts.read', 'tags.read'], { token: chief.token })
    expect([await status(key), await status(key, '/api/tags')]).toEqual([200, 200])
    await ask(stage.owner.token, 'PATCH', `/api/roles/${chief.roleId}`, { permissions: ['tags.read'] })
    expect([await status(key), await status(key, '/api/tags')]).toEqual([403, 200])
    await ask(stage.owner.token, 'PATCH', `/api/users/${chief.userId}`, { active: false })
    expect(await status(key, '/api/tags')).toBe(401)
  })

  it('opens no socket', async () => {
    const made = await make(['conversations.read'])
    await expect(stage.server.connect(made.key)).rejects.toThrow('unauthenticated')
  })

  it('sees all conversations only by that scope, when attendants see only theirs', async () => {
    await stage.setRule('own')
    const count = async (key: string) => (await ask<{ items: unknown[] }>(key, 'GET', '/api/conversations?status=any')).body.items.length
    expect(await count((await make(['conversations.read', 'conversations.read_all'])).key)).toBe(3)
    expect(await count((await make(['conversations.read'])).key)).toBe(0)
    await stage.setRule('all')
    expect(await count((await make(['conversations.read'])).key)).toBe(3)
  })
})

describe('what a key does', () => {
  it('stands in the diary with the key, not with its maker', async () => {
    const made = await make(['contacts.write', 'contacts.read'])
    const contact = await ask<{ id: string }>(made.key, 'POST', '/api/contacts', { name: 'Pela loja' })
    const lines = async (where: string, id: string | undefined) =>
      (await stage.server.diary(`${where} and action <> 'admin.call'`, [id])).map(({ actor_user_id, action, details }) => ({
        actor_user_id,
        action,
        key: details?.apiKeyId ?? null,
      }))
    expect(await lines('object_id = $1', contact.body.id)).toEqual([{ actor_user_id: null, action: 'contact.create', key: made.id }])
    await ask(stage.owner.token, 'DELETE', `/api/api-keys/${made.id}`)
    const { userId } = stage.owner
    expect(await lines('object_id = $1', made.id)).toEqual([
      { actor_user_id: userId, action: 'api_key.create', key: null },
      { actor_user_id: userId, action: 'api_key.revoke', key: null },
    ])
  })

  it('a message sent by a key has no person as its sender, and a conversation note names the key', async () => {
    const made = await make(['conversations.read', 'conversations.write', 'messages.send'])
    const { conversation } = stage.places.open
    const body = { conversationId: conversation, clientId: randomUUID(), content: { type: 'text', text: 'Pedido enviado' } }
    const sent = await ask<Message>(made.key, 'POST', '/api/messages', body)
    expect([sent.status, sent.body.sender, sent.body.sentFrom]).toEqual([202, null, 'api'])
    expect((await ask<Message>(made.key, 'POST', '/api/messages', body)).body.id).toBe(sent.body.id)
    await ask(made.key, 'PATCH', `/api/conversations/${conversation}`, { status: 'resolved' })
    const page = await ask<{ items: Message[] }>(stage.owner.token, 'GET', `/api/messages?conversationId=${conversation}`)
    const notes = page.body.items.flatMap(({ content }) => (content.type === 'activity' && content.activity === 'resolved' ? [content.details.by] : []))
    expect(notes).toEqual(['Loja virtual'])
  })
})
