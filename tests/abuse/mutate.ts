import { gzipSync } from 'node:zlib'
import type { Random } from './random.ts'

export type Sent = { what: string; bytes: Buffer | string; type: string | undefined; headers?: Record<string, string> }

const JSON_TYPE = 'application/json'
/** Put where something else is expected. */
const WRONG: unknown[] = [
  null,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x'.repeat(70_000),
  [],
  {},
  [[]],
  [null],
  true,
  { $gt: '' },
  { toString: 1 },
  { length: 1e9 },
  '__proto__',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30',
  '00000000-0000-0000-0000-000000000000',
  "' or 1=1 --",
  '%',
  '\\',
  '\u202e',
  'NaN',
  '1e999',
  ['__proto__'],
  { constructor: { prototype: { admin: true } } },
]
/** Puts `value` at one place of a copy, however deep. */
function replaceSomewhere(random: Random, whole: unknown, value: unknown): unknown {
  if (typeof whole !== 'object' || whole === null || random.chance(0.15)) return value
  const copy: unknown[] | Record<string, unknown> = Array.isArray(whole) ? [...whole] : { ...whole }
  const key = Object.keys(copy)
  if (key.length === 0) return value
  const at = random.pick(key)
  Reflect.set(copy, at, replaceSomewhere(random, Reflect.get(copy, at), value))
  return copy
}

const json = (what: string, value: unknown): Sent => ({ what, bytes: JSON.stringify(value) ?? 'null', type: JSON_TYPE })
const raw = (what: string, bytes: Buffer | string, type: string | undefined = JSON_TYPE, headers = {}): Sent => ({ what, bytes, type, headers })

/** Whole bodies that are wrong in a way of their own; `huge` ones only sometimes, they are slow. */
function wholes(valid: unknown, random: Random): Sent[] {
  const good = JSON.stringify(valid ?? {})
  const inner = good.slice(1, -1)
  const deep = 5000 + random.int(60_000)
  return [
    raw('nothing', ''),
    raw('half', good.slice(0, Math.max(1, Math.floor(good.length / 2)))),
    raw('top: null', 'null'),
    raw('top: list', `[${good}]`),
    raw('top: word', '"x"'),
    raw('top: infinite', '1e999'),
    raw('deep lists', `${'['.repeat(deep)}${']'.repeat(deep)}`),
    raw('deep objects', `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`),
    raw('__proto__', `{"__proto__":{"admin":true}${inner ? `,${inner}` : ''}}`),
    raw('constructor', `{"constructor":{"prototype":{"admin":true}}${inner ? `,${inner}` : ''}}`),
    raw('keys twice', `{${inner}${inner ? ',' : ''}${inner}}`),
    raw('unknown keys', JSON.stringify({ ...(valid as object), tenantId: 'x', role: 'OWNER', id: 'x', isAdmin: true, hasOwnProperty: 1, toString: null })),
    raw('many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])))),
    raw('UTF-16', Buffer.from(good, 'utf16le'), 'application/json; charset=utf-16'),
    raw('no UTF-8', Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])])),
    raw('BOM', `\ufeff${good}`),
    raw('gzip', gzipSync(good), JSON_TYPE, { 'content-encoding': 'gzip' }),
    raw('gzip bomb', gzipSync(Buffer.alloc(5_000_000)), JSON_TYPE, { 'content-encoding': 'gzip' }),
    raw('as text', good, 'text/plain'),
    raw('as form', 'a=1&__proto__[x]=1', 'application/x-www-form-urlencoded'),
    raw('as XML', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'application/xml'),
    raw('as multipart without an end', '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc', 'multipart/form-data; boundary=x'),
    raw('as multipart without a boundary', 'abc', 'multipart/form-data'),
    raw('as nothing', good, undefined),
    raw('as what is none', good, 'application/json;;;=,"'),
  ]
}

/** Valid bodies, and from each a handful that are wrong. */
export function bodiesOf(make: () => unknown, random: Random, rounds: number): Sent[] {
  const out: Sent[] = []
  for (let i = 0; i < rounds; i++) {
    const valid = make()
    out.push(json('valid', valid))
    for (let n = 0; n < 9; n++) {
      const value = random.pick(WRONG)
      out.push(json(`wrong: ${JSON.stringify(value)?.slice(0, 40)}`, replaceSomewhere(random, valid, value)))
    }
    // Another half of them each round.
    out.push(...wholes(valid, random).filter(() => random.chance(0.5)))
  }
  return out
}

const ODD = [
  '',
  '%00',
  '%ff%fe',
  '%F0%28%8C%28',
  '__proto__',
  '-1',
  '1e9',
  '999999999999999999999',
  'NaN',
  'null',
  '[]',
  '{}',
  "'",
  '%22',
  '%2e%2e%2f',
  '2026-99-99',
  'a'.repeat(3000),
]
const cursors = (random: Random): string => {
  const when = random.pick(['2026-99-99', '9999999-01-01', '0', '2026-01-01 25:61:61', '-', 'T', '2026-01-01T00:00:00+99:99', '1'.repeat(40)])
  const tuple = random.pick<unknown[]>([[when, '0198c0de-0000-7000-8000-000000000000'], [when], [], [null, null], [1e308, 'x'], [{ a: 1 }], ['', '', '', '']])
  return Buffer.from(JSON.stringify(tuple)).toString('base64url')
}

/** One query string out of order; `names` are those that the contract knows. */
export function queryOf(names: readonly string[], random: Random): string {
  const all = names.length > 0 ? names : ['x']
  const parts = Array.from({ length: 1 + random.int(3) }, () => {
    const name = random.pick(all)
    const value = /cursor|before|after|around/i.test(name) && random.chance(0.7) ? cursors(random) : random.pick(ODD)
    return random.pick([
      `${name}=${value}`,
      `${name}=${value}&${name}=${random.pick(ODD)}`,
      `${name}[]=${value}`,
      `${name}[__proto__][x]=${value}`,
      `${name}`,
      `&&=&${name}=${value}`,
      `__proto__[x]=1&constructor[prototype][x]=1&${name}=${value}`,
    ])
  })
  return parts.join('&')
}
