import { word } from './words.js'

const SAMPLES = { uuid: '01990000-0000-7000-8000-000000000000', 'date-time': '2026-11-20T12:00:00.000Z', email: 'ana@example.com', uri: 'https://example.com' }
/** zod writes the limits of a safe integer into every integer; they tell nobody anything. */
const MEANINGFUL = 1e15

const nameOf = (schema) => schema?.$ref?.split('/').at(-1)

const LIMITS = {
  minLength: (v) => `≥ ${v}`,
  maxLength: (v) => `≤ ${v}`,
  minimum: (v) => (v > -MEANINGFUL ? `min ${v}` : ''),
  maximum: (v) => (v < MEANINGFUL ? `max ${v}` : ''),
  minItems: (v) => `≥ ${v} []`,
  maxItems: (v) => `≤ ${v} []`,
  pattern: (v, s) => (s.format ? '' : v.length > 60 ? `${v.slice(0, 60)}…` : v),
  default: (v) => `= ${JSON.stringify(v)}`,
}

/** Questions about the schemas of one document. */
export class SchemaFacts {
  #schemas

  constructor(spec) {
    this.#schemas = spec.components?.schemas ?? {}
  }

  resolve(schema) {
    return schema?.$ref ? (this.#schemas[nameOf(schema)] ?? {}) : (schema ?? {})
  }

  #isNull(schema) {
    return this.resolve(schema).type === 'null'
  }

  /** `anyOf [X, null]` reads as "X or null": the null is no variant. */
  variants(schema) {
    const s = this.resolve(schema)
    return (s.anyOf ?? s.oneOf ?? []).filter((x) => !this.#isNull(x))
  }

  #unionName(options) {
    const names = [...new Set(options.map((o) => (this.#isNull(o) ? 'null' : this.typeName(o))))]
    return names.length > 4 ? `${names.slice(0, 4).join(' | ')} | …` : names.join(' | ')
  }

  typeName(schema) {
    const s = this.resolve(schema)
    const options = s.anyOf ?? s.oneOf
    if (options) return this.#unionName(options)
    if (s.const !== undefined) return JSON.stringify(s.const)
    if (nameOf(schema)) return nameOf(schema)
    if (s.type === 'array') return `${this.typeName(s.items ?? {})}[]`
    if (Array.isArray(s.type)) return s.type.join(' | ')
    if (s.type === 'object' && s.additionalProperties && !s.properties) return `{ [key]: ${this.typeName(s.additionalProperties)} }`
    return s.enum ? 'enum' : [s.type ?? word('anything'), s.format].filter(Boolean).join(' · ')
  }

  limits(schema) {
    const s = this.resolve(schema)
    const notes = Object.entries(LIMITS).map(([key, say]) => (s[key] === undefined ? '' : say(s[key], s)))
    return notes.filter(Boolean).join('  ')
  }

  values(schema) {
    const s = this.resolve(schema)
    return s.enum ?? (s.type === 'array' ? this.resolve(s.items).enum : undefined)
  }

  /** The schema whose fields are worth showing below a field, if any. */
  inner(schema) {
    const s = this.resolve(schema)
    const options = this.variants(s)
    if (options.length > 1) return options.some((o) => this.inner(o)) ? s : undefined
    if (options.length === 1) return this.inner(options[0])
    if (s.type === 'array') return this.inner(s.items ?? {})
    if (s.properties) return s
    return typeof s.additionalProperties === 'object' ? this.inner(s.additionalProperties) : undefined
  }

  variantTitle(schema) {
    const s = this.resolve(schema)
    const constant = Object.entries(s.properties ?? {}).find(([, p]) => this.resolve(p).const !== undefined)
    return constant ? `${constant[0]}: ${JSON.stringify(this.resolve(constant[1]).const)}` : this.typeName(schema)
  }

  example(schema, depth = 0) {
    const s = this.resolve(schema)
    const given = s.const ?? s.default ?? s.enum?.[0]
    if (given !== undefined) return given
    if (depth > 4) return {}
    const [first] = this.variants(s)
    return first ? this.example(first, depth + 1) : this.#exampleOf(s, depth)
  }

  #exampleOf(s, depth) {
    switch (Array.isArray(s.type) ? s.type[0] : s.type) {
      case 'object':
        return Object.fromEntries(Object.entries(s.properties ?? {}).map(([name, p]) => [name, this.example(p, depth + 1)]))
      case 'array':
        return [this.example(s.items ?? {}, depth + 1)]
      case 'integer':
      case 'number':
        return s.minimum > 0 ? s.minimum : 0
      case 'boolean':
        return true
      case 'string':
        return SAMPLES[s.format] ?? 'texto'
      default:
        return null
    }
  }

  /** Every word of a schema, for the search. */
  textOf(schema, seen = new Set()) {
    const s = this.resolve(schema)
    if (seen.has(s) || seen.size > 60) return ''
    seen.add(s)
    const fields = Object.entries(s.properties ?? {}).flatMap(([name, p]) => [name, this.textOf(p, seen)])
    const below = [...(s.anyOf ?? s.oneOf ?? []), ...(s.items ? [s.items] : [])].map((x) => this.textOf(x, seen))
    return [s.description ?? '', ...(s.enum ?? []), ...fields, ...below].join(' ')
  }
}
