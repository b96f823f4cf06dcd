import { z } from 'zod'
import type { TenantTx } from '../../platform/database.ts'
import { BROKEN, openOr } from '../../platform/vault/broken.ts'
import { type DataKey, seal } from '../../platform/vault/sealed-value.ts'
import { dataKey, type Opener, openerFor } from '../../platform/vault/vault.ts'

/** What is known of a file and sealed with its key. */
const Facts = z.object({
  filename: z.string().nullable().catch(null),
  /** Of the bytes, as hex: what the provider announced, then what came. */
  sha256: z.string().nullable().catch(null),
  /** Where the provider said it lies. */
  url: z.string().nullable().catch(null),
  blur: z.string().nullable().catch(null),
  /** Base64. */
  waveform: z.string().nullable().catch(null),
})
export type MediaFacts = z.infer<typeof Facts>
export const NO_FACTS: MediaFacts = { filename: null, sha256: null, url: null, blur: null, waveform: null }

/** `erased`: the key is destroyed, so neither the bytes nor what is known of them can be read. */
export type Closing = 'open' | 'erased' | 'broken'
export type WithFacts = MediaFacts & { closing: Closing }

type SealedRow = { id: string; sealed: Buffer | null }

const place = (mediaId: string) => `media.sealed:${mediaId}`

/** With what has no worth left out. */
export const sealFacts = (key: DataKey, mediaId: string, facts: Partial<MediaFacts>): Buffer =>
  seal(key, place(mediaId), JSON.stringify(Object.fromEntries(Object.entries(facts).filter(([, v]) => v !== null && v !== undefined))))

/** Opens with keys that were read before. Never throws. */
export function openFacts(tx: TenantTx, opener: Opener, row: SealedRow): WithFacts {
  const text = openOr(tx, () => opener.text(place(row.id), row.sealed))
  if (text === BROKEN) return { ...NO_FACTS, closing: 'broken' }
  if (text === undefined) return { ...NO_FACTS, closing: 'erased' }
  return { ...Facts.parse({ ...NO_FACTS, ...JSON.parse(text ?? '{}') }), closing: 'open' }
}

/** One statement for the keys of all. */
export async function withFacts<R extends SealedRow>(tx: TenantTx, rows: readonly R[]): Promise<(R & WithFacts)[]> {
  const opener = await openerFor(
    tx,
    rows.map((r) => r.sealed),
  )
  return rows.map((r) => ({ ...r, ...openFacts(tx, opener, r) }))
}

/** The value with these facts beside those that are there; undefined when the key is destroyed or what is there does not open. */
export async function addFacts(tx: TenantTx, row: SealedRow & { key_id: string | null }, more: Partial<MediaFacts>): Promise<Buffer | undefined> {
  const key = row.key_id ? await dataKey(tx, row.key_id) : undefined
  const [known] = await withFacts(tx, [row])
  if (!key || known?.closing !== 'open') return undefined
  const { filename, sha256, url, blur, waveform } = known
  return sealFacts(key, row.id, { filename, sha256, url, blur, waveform, ...more })
}
