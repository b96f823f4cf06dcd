import { openDeliveries } from '../features/channels/whatsapp-cloud/sealed-delivery.ts'
import { inTenant } from '../platform/database.ts'
import { openMany } from '../platform/vault/sealed-words.ts'
import type { TestServer } from './test-server.ts'

type Row = { id: string; tenant_id: string; conversation_id: string; type: string; sealed: Buffer | null; origin_conversation_id: string | null }
type Said = Row & { body: string | null; content: Record<string, unknown> }

/** Stored messages with what they say, opened by the server's keys. `where` is SQL on `messages`. */
export async function openedMessages(server: TestServer, where: string, values: unknown[] = []): Promise<Said[]> {
  const rows = await server.sql<Row>(`select * from messages where ${where} order by id`, values)
  const found: Said[] = []
  for (const [tenantId, mine] of Map.groupBy(rows, (r) => r.tenant_id)) {
    const said = await inTenant(server.ctx.db, tenantId, (tx) => openMany(tx, mine))
    for (const row of mine) {
      const words = said.get(row.id)
      found.push({ ...row, body: words?.state === 'open' ? words.body : null, content: words?.state === 'open' ? words.content : {} })
    }
  }
  return found
}

/** The deliveries of a tenant (null: of nobody) as they came. */
export async function openedDeliveries(server: TestServer, tenantId: string | null): Promise<string[]> {
  const rows = await server.sql<{ id: string; body: Buffer }>('select id, body from webhook_events where tenant_id is not distinct from $1::uuid', [tenantId])
  if (tenantId === null) return rows.map((r) => Buffer.from(server.ctx.keys.open(`webhook_events.body:${r.id}`, r.body), 'base64').toString())
  const bodies = await inTenant(server.ctx.db, tenantId, (tx) => openDeliveries(tx, rows))
  return bodies.map(String)
}
