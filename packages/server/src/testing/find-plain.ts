import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestServer } from './test-server.ts'

/** A text in the ways in which it may lie somewhere: as it is, as base64 (in each of its three shifts), as hex, and these once more as hex. */
function formsOf(bytes: Buffer): Buffer[] {
  const shifts = [0, 1, 2].map((n) => {
    const text = Buffer.concat([Buffer.alloc(n), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // The first and the last character depend on what stands beside it.
    return text.slice(Math.ceil((n * 8) / 6), (n + bytes.length) % 3 === 0 ? undefined : -1)
  })
  // Shorter pieces stand somewhere by chance.
  const forms = [bytes, Buffer.from(bytes.toString('hex')), ...shifts.filter((s) => s.length >= 8).map((s) => Buffer.from(s))]
  return [...forms, ...forms.map((f) => Buffer.from(f.toString('hex')))]
}

const TABLES = `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' order by 1`

/** Every row of every table of every schema as superuser (bytes as hex), and every file of the installation. */
async function dump(server: TestServer): Promise<{ where: string; bytes: Buffer }[]> {
  const tables = await server.sql<{ name: string }>(TABLES)
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const found = await server.sql<{ row: string }>(`select t::text as row from ${name} t`)
      return found.map(({ row }) => ({ where: name, bytes: Buffer.from(row) }))
    }),
  )
  const files = readdirSync(server.home, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => path.join(f.parentPath, f.name))
  return [...rows.flat(), ...files.map((file) => ({ where: path.relative(server.home, file), bytes: readFileSync(file) }))]
}

/** Where any of these lies readable: `what: place`. Upper and lower case count alike. */
export async function findPlain(server: TestServer, planted: Record<string, string | Buffer>): Promise<{ found: string[]; rows: number }> {
  const places = (await dump(server)).map(({ where, bytes }) => ({ where, text: bytes.toString('latin1').toLowerCase() }))
  const found = Object.entries(planted).flatMap(([what, value]) => {
    const lower = typeof value === 'string' ? [value, value.toLowerCase()] : [value]
    const forms = lower.flatMap((v) => formsOf(Buffer.from(v))).map((f) => f.toString('latin1').toLowerCase())
    return places.filter(({ text }) => forms.some((f) => text.includes(f))).map(({ where }) => `${what}: ${where}`)
  })
  return { found: [...new Set(found)], rows: places.length }
}
