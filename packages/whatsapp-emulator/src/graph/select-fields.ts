import { isObject, type Json, type JsonObject } from '../json.ts'

interface Wanted {
  name: string
  inner: Wanted[] | null
}

/** Reads `a,b{c,d{e}},f.limit(5){g}` as Graph writes field lists; arguments of modifiers are skipped (Graph API, field expansion). */
export function parseFields(text: string): Wanted[] {
  return readList(text, 0).list
}

function readList(text: string, from: number): { list: Wanted[]; at: number } {
  const list: Wanted[] = []
  let name = ''
  let at = from
  const close = (inner: Wanted[] | null): void => {
    if (name.trim()) list.push({ name: name.trim(), inner })
    name = ''
  }
  while (at < text.length) {
    const sign = text[at] ?? ''
    at += 1
    if (sign === '}') break
    if (sign === ',') close(null)
    else if (sign === '{') {
      const nested = readList(text, at)
      close(nested.list)
      at = nested.at
    } else if (sign === '.' || sign === '(') at = skipModifiers(text, at - 1)
    else name += sign
  }
  close(null)
  return { list, at }
}

/** Skips `.limit(5).as(x)` and `(args)`. */
function skipModifiers(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const sign = text[at]
    if (sign === '(') depth += 1
    else if (sign === ')') depth -= 1
    else if (depth === 0 && (sign === ',' || sign === '{' || sign === '}')) break
    at += 1
  }
  return at
}

function narrow(value: Json, inner: Wanted[]): Json {
  if (Array.isArray(value)) return value.map((item) => narrow(item, inner))
  if (!isObject(value)) return value
  // An edge comes as {data: [...]}: its sub-fields are those of the items.
  if (Array.isArray(value.data)) return { ...value, data: narrow(value.data, inner) }
  return pickWanted(value, inner)
}

function pickWanted(node: JsonObject, wanted: Wanted[]): JsonObject {
  const picked: JsonObject = {}
  for (const { name, inner } of [...wanted, { name: 'id', inner: null }]) {
    const value = node[name]
    if (value !== undefined && picked[name] === undefined) picked[name] = inner ? narrow(value, inner) : value
  }
  return picked
}

/** Only the wanted fields, sub-fields included; the id always comes along. Unknown names are left out. */
export function pickFields(node: JsonObject, fields: string | undefined, defaults: string[]): JsonObject {
  return pickWanted(node, fields ? parseFields(fields) : defaults.map((name) => ({ name, inner: null })))
}
