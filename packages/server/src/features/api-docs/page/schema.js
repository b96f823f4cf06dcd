import { word } from './words.js'

/** Builds an element; children are nodes or text, never HTML. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
    else node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((c) => c !== undefined && c !== null && c !== false))
  return node
}

const MAX_DEPTH = 6

export function createSchemaView(spec) {
  const nameOf = (schema) => schema?.$ref?.split('/').at(-1)
  const resolve = (schema) => (schema?.$ref ? (spec.components?.schemas?.[nameOf(schema)] ?? {}) : (schema ?? {}))
  const optionsOf = (schema) => schema.anyOf ?? schema.oneOf

  const isNull = (schema) => resolve(schema).type === 'null'
  /** `anyOf [X, null]` reads as "X or null". */
  const variants = (schema) => (optionsOf(schema) ?? []).filter((s) => !isNull(s))

  function typeName(schema) {
    const s = resolve(schema)
    const ref = nameOf(schema)
    const options = optionsOf(s)
    if (options) {
      const names = [...new Set(options.map((o) => (isNull(o) ? 'null' : typeName(o))))]
      return names.length > 4 ? `${names.slice(0, 4).join(' | ')} | …` : names.join(' | ')
    }
    if (s.const !== undefined) return JSON.stringify(s.const)
    if (ref) return ref
    if (s.type === 'array') return `${typeName(s.items ?? {})}[]`
    if (Array.isArray(s.type)) return s.type.join(' | ')
    if (s.type === 'object' && s.additionalProperties && !s.properties) return `{ [key]: ${typeName(s.additionalProperties)} }`
    if (s.enum) return 'enum'
    return [s.type ?? word('anything'), s.format].filter(Boolean).join(' · ')
  }

  function limits(schema) {
    const s = resolve(schema)
    const notes = []
    if (s.minLength !== undefined) notes.push(`≥ ${s.minLength}`)
    if (s.maxLength !== undefined) notes.push(`≤ ${s.maxLength}`)
    if (s.minimum !== undefined && s.minimum > -1e15) notes.push(`min ${s.minimum}`)
    if (s.maximum !== undefined && s.maximum < 1e15) notes.push(`max ${s.maximum}`)
    if (s.minItems !== undefined) notes.push(`≥ ${s.minItems} []`)
    if (s.maxItems !== undefined) notes.push(`≤ ${s.maxItems} []`)
    if (s.pattern && !s.format) notes.push(s.pattern.length > 60 ? `${s.pattern.slice(0, 60)}…` : s.pattern)
    if (s.default !== undefined) notes.push(`= ${JSON.stringify(s.default)}`)
    return notes.join('  ')
  }

  /** The object whose fields are worth showing below a field, if any. */
  function inner(schema) {
    const s = resolve(schema)
    const options = variants(s)
    if (options.length > 1) return options.some((o) => inner(o)) ? s : undefined
    if (options.length === 1) return inner(options[0])
    if (s.type === 'array') return inner(s.items ?? {})
    if (s.properties) return s
    if (s.additionalProperties && typeof s.additionalProperties === 'object') return inner(s.additionalProperties)
    return undefined
  }

  function fieldRow(name, schema, required, depth) {
    const s = resolve(schema)
    const values = s.enum ?? (s.type === 'array' ? resolve(s.items).enum : undefined)
    const below = depth < MAX_DEPTH ? inner(schema) : undefined
    const head = el(
      'div',
      { class: 'field-head' },
      el('code', { class: 'name' }, name),
      el('span', { class: 'type' }, typeName(schema)),
      required && el('span', { class: 'required' }, word('required')),
      el('span', { class: 'limits' }, limits(schema)),
    )
    return el(
      'li',
      { class: 'field' },
      head,
      s.description && el('p', { class: 'note' }, s.description),
      values && el('p', { class: 'values' }, ...values.flatMap((v) => [el('code', {}, String(v)), ' '])),
      below && lazyDetails(word('deeper'), () => renderFields(below, depth + 1)),
    )
  }

  /** Content made when it is opened: schemas may refer to themselves. */
  function lazyDetails(title, make) {
    const details = el('details', { class: 'deeper' }, el('summary', {}, title))
    details.addEventListener('toggle', () => details.open && details.children.length === 1 && details.append(make()), { once: false })
    return details
  }

  function variantTitle(schema) {
    const s = resolve(schema)
    const constant = Object.entries(s.properties ?? {}).find(([, p]) => resolve(p).const !== undefined)
    return constant ? `${constant[0]}: ${JSON.stringify(resolve(constant[1]).const)}` : typeName(schema)
  }

  function renderFields(schema, depth = 0) {
    const s = resolve(schema)
    const options = variants(s)
    if (options.length > 1) {
      return el('div', { class: 'variants' }, ...options.map((o) => lazyDetails(variantTitle(o), () => renderFields(inner(o) ?? o, depth + 1))))
    }
    const target = s.properties ? s : inner(s)
    if (!target) return el('p', { class: 'type' }, typeName(schema))
    if (!target.properties) return renderFields(target, depth)
    const required = new Set(target.required ?? [])
    return el('ul', { class: 'fields' }, ...Object.entries(target.properties).map(([name, p]) => fieldRow(name, p, required.has(name), depth)))
  }

  const SAMPLES = { uuid: '01990000-0000-7000-8000-000000000000', 'date-time': '2026-11-20T12:00:00.000Z', email: 'ana@example.com', uri: 'https://example.com' }

  function example(schema, depth = 0) {
    const s = resolve(schema)
    if (s.const !== undefined) return s.const
    if (s.default !== undefined) return s.default
    if (s.enum) return s.enum[0]
    if (depth > 4) return {}
    const options = variants(s)
    if (options.length > 0) return example(options[0], depth + 1)
    const type = Array.isArray(s.type) ? s.type[0] : s.type
    if (type === 'object') {
      return Object.fromEntries(Object.entries(s.properties ?? {}).map(([name, p]) => [name, example(p, depth + 1)]))
    }
    if (type === 'array') return [example(s.items ?? {}, depth + 1)]
    if (type === 'integer' || type === 'number') return Math.max(s.minimum > -1e15 ? s.minimum : 0, 0)
    if (type === 'boolean') return true
    return type === 'string' ? (SAMPLES[s.format] ?? 'texto') : null
  }

  /** Every word of a schema, for the search. */
  function textOf(schema, seen = new Set()) {
    const s = resolve(schema)
    if (seen.has(s) || seen.size > 60) return ''
    seen.add(s)
    const parts = [s.description ?? '', ...(s.enum ?? [])]
    for (const [name, p] of Object.entries(s.properties ?? {})) parts.push(name, textOf(p, seen))
    for (const o of optionsOf(s) ?? []) parts.push(textOf(o, seen))
    if (s.items) parts.push(textOf(s.items, seen))
    return parts.join(' ')
  }

  return { renderFields, example, typeName, textOf, limits }
}
