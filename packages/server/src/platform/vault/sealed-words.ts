import type { TenantTx } from '../database.ts'
import { BROKEN, openOr } from './broken.ts'
import { type DataKey, seal } from './sealed-value.ts'
import { type Opener, openerFor } from './vault.ts'

export type EarlierText = { text: string; until: string }
/** What a message says: one sealed value. `earlier` is what stood there before it was edited. */
export type Words = { body: string | null; content: Record<string, unknown>; earlier: EarlierText[] }
/** `erased`: the key of the person is destroyed. `broken`: the value was changed, or moved there from elsewhere. */
export type Opened = ({ state: 'open' } & Words) | { state: 'erased' | 'broken' }

/** What is shown in place of a message that does not open. */
export const CLOSED = { erased: 'erased', broken: 'unreadable' } as const
const PREVIEW = 160
/** The first words; empty when there are none, or none that can be read. */
export const previewOf = (said: Opened | undefined): string => (said?.state === 'open' ? (said.body ?? '').slice(0, PREVIEW) : '')
/** The type, or why there is nothing to see. */
export const shownType = (type: string, said: Opened | undefined): string => (said && said.state !== 'open' ? CLOSED[said.state] : type)

export const wordsPlace = (messageId: string) => `messages.sealed:${messageId}`
export const rawPlace = (messageId: string) => `messages.raw:${messageId}`

export const sealWords = (key: DataKey, messageId: string, { body, content, earlier }: Omit<Words, 'earlier'> & { earlier?: EarlierText[] }): Buffer =>
  seal(key, wordsPlace(messageId), JSON.stringify({ body, content, ...(earlier?.length ? { earlier } : {}) }))

/** Opens what was sealed for this message, with keys that were read before. Never throws. */
export function openWords(tx: TenantTx, opener: Opener, messageId: string, sealed: Buffer | null): Opened {
  const text = openOr(tx, () => opener.text(wordsPlace(messageId), sealed))
  if (text === BROKEN) return { state: 'broken' }
  if (text === undefined) return { state: 'erased' }
  const { body, content, earlier } = JSON.parse(text ?? '{}')
  return { state: 'open', body: body ?? null, content: content ?? {}, earlier: earlier ?? [] }
}

/** One statement for the keys of all of them. */
export async function openMany(tx: TenantTx, rows: readonly { id: string; sealed: Buffer | null }[]): Promise<Map<string, Opened>> {
  const opener = await openerFor(
    tx,
    rows.map((r) => r.sealed),
  )
  return new Map(rows.map((r) => [r.id, openWords(tx, opener, r.id, r.sealed)]))
}
