import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { MasterKeys } from '../../platform/master-keys.ts'
import { type KeyPair, makeKeyPair } from './age-files.ts'
import { backupFolder } from './target.ts'

/**
 * Restore tests need an identity, and the operator's is not here. So each backup is encrypted to a second recipient, made for it alone;
 * its identity lies here, sealed with the master key, and is forgotten when the next backup is whole there. What the server can open by
 * it is the newest backup of each place, whose content it holds anyway.
 */
/** `places`: where its backup is the newest; none while it is under way. */
const Entry = z.object({ recipient: z.string(), sealed: z.base64(), places: z.array(z.string()).optional() })
const Entries = z.array(Entry)
type Entry = z.infer<typeof Entry>

const fileOf = (home: string) => path.join(backupFolder(home), 'test-keys.json')
const place = (recipient: string) => `backup-test-key:${recipient}`

const read = async (home: string): Promise<Entry[]> => (existsSync(fileOf(home)) ? Entries.parse(JSON.parse(await readFile(fileOf(home), 'utf8'))) : [])

async function write(home: string, entries: readonly Entry[]): Promise<void> {
  await mkdir(backupFolder(home), { recursive: true, mode: 0o700 })
  await writeFile(`${fileOf(home)}.new`, JSON.stringify(entries), { mode: 0o600 })
  await rename(`${fileOf(home)}.new`, fileOf(home))
}

/** A new one, beside those that are still in use. */
export async function makeTestKey(home: string, masters: MasterKeys): Promise<KeyPair> {
  const pair = await makeKeyPair()
  const sealed = masters.wrap(place(pair.recipient), Buffer.from(pair.identity)).toString('base64')
  await write(home, [...(await read(home)), { recipient: pair.recipient, sealed, places: [] }])
  return pair
}

/** At these places (`whole`, of `all`) only this one opens from now on. */
export async function keepTestKey(home: string, recipient: string, whole: readonly string[], all: readonly string[]): Promise<void> {
  const left = (e: Entry) => (e.places ?? [...all]).filter((p) => all.includes(p) && !whole.includes(p))
  const entries = (await read(home)).map((e) => ({ ...e, places: e.recipient === recipient ? [...whole] : left(e) }))
  await write(
    home,
    entries.filter((e) => e.places.length > 0),
  )
}

export const testRecipients = async (home: string): Promise<string[]> => (await read(home)).map((e) => e.recipient)

/** Undefined when it was forgotten, or made by another server. */
export async function openTestKey(home: string, masters: MasterKeys, recipient: string): Promise<string | undefined> {
  const entry = (await read(home)).find((e) => e.recipient === recipient)
  return entry && masters.unwrap(place(recipient), Buffer.from(entry.sealed, 'base64')).toString('utf8')
}
