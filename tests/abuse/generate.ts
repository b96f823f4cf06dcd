import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { Schema } from './contract.ts'
import type { Random } from './random.ts'

/** `words` stand for every free text, in place of odd ones. */
export type World = { random: Random; ids: readonly string[]; resolve: (schema: Schema) => Schema; words?: readonly string[]; email?: string }

const WORDS = [
  'oi',
  'Pousada do Mar',
  'ação',
  'emoji 👩‍👩‍👧',
  '  ',
  "Robert'); drop table tags;--",
  '{{7*7}}<%= 7*7 %>',
  '../../etc/passwd',
  'a'.repeat(300),
  'א\u202eב',
  '\ufeff',
  '%00%0a',
]

function text(s: Schema, { random, ids, words = WORDS, email }: World): string {
  if (s.format === 'uuid') return random.chance(0.8) ? random.pick(ids) : randomUUID()
  if (s.format === 'email') return email ?? `abuso${random.int(1e9)}@example.com`
  if (s.format === 'uri')
    return random.pick(['https://example.com/', 'http://127.0.0.1:9/', 'http://169.254.169.254/', 'http://[::1]/', 'https://user:pass@example.com/'])
  if (s.format === 'date-time') return random.pick(['2026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00'])
  if (s.format === 'date') return random.pick(['2026-01-01', '0001-01-01', '9999-12-31'])
  if (s.pattern) return fc.sample(fc.stringMatching(new RegExp(s.pattern)), { numRuns: 1, seed: random.int(2 ** 31) })[0] ?? ''
  const [least, most] = [s.minLength ?? 0, s.maxLength ?? 2000]
  return random.pick(words).padEnd(least, 'x').slice(0, most)
}

function numeric(s: Schema, { random }: World): number {
  const [low, high] = [Math.max(s.minimum ?? -1e6, -1e9), Math.min(s.maximum ?? 1e6, 1e9)]
  const any = low + random.next() * (high - low)
  return s.type === 'integer' ? Math.round(any) : any
}

function object(s: Schema, world: World, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(s.properties ?? {})) {
    if ((s.required ?? []).includes(name) || (depth < 6 && world.random.chance(0.6))) out[name] = generate(property, world, depth + 1)
  }
  if (typeof s.additionalProperties === 'object') {
    for (let i = world.random.int(3); i > 0; i--)
      out[s.propertyNames ? text(world.resolve(s.propertyNames), world) : `k${i}`] = generate(s.additionalProperties, world, depth + 1)
  }
  return out
}

/** A value that the contract accepts, as far as JSON Schema says it. */
export function generate(schema: Schema, world: World, depth = 0): unknown {
  const s = world.resolve(schema)
  const { random } = world
  if (s.const !== undefined) return s.const
  if (s.enum) return random.pick(s.enum)
  const choices = s.anyOf ?? s.oneOf
  if (choices) return generate(random.pick(choices), world, depth + 1)
  if (s.allOf) return Object.assign({}, ...s.allOf.map((part) => generate(part, world, depth + 1)))
  switch (Array.isArray(s.type) ? random.pick(s.type) : s.type) {
    case 'string':
      return text(s, world)
    case 'integer':
    case 'number':
      return numeric(s, world)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'array': {
      const length = Math.min((s.minItems ?? 0) + random.int(3), s.maxItems ?? 3)
      return Array.from({ length }, () => generate(s.items ?? {}, world, depth + 1))
    }
    default:
      return object(s, world, depth)
  }
}
