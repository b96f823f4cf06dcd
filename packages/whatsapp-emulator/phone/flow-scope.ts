import { isObject, type Json, type JsonObject } from '../src/json.ts'

/** What expressions of a Flow screen can name. */
export interface Scope {
  data: JsonObject
  /** What was filled in on earlier screens, by screen. */
  forms: Record<string, JsonObject>
  form(): JsonObject
}

/** An object written as JSON text; empty when it is none. */
export function parseObject(text: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Replaces `${data.x}`, `${form.y}` and `${screen.S.form.y}` in a value of flow.json. */
export function resolveFlow(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return value.map((entry) => resolveFlow(entry, scope))
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveFlow(entry, scope)]))
  if (typeof value !== 'string') return value
  const whole = /^\$\{([^}]+)\}$/.exec(value)
  if (whole) return readPath(whole[1] ?? '', scope)
  return value.replace(/\$\{([^}]+)\}/g, (_all, path: string) => String(readPath(path, scope) ?? ''))
}

function readPath(path: string, scope: Scope): Json {
  const [root, ...keys] = path.trim().split('.')
  if (root === 'data') return follow(scope.data, keys)
  if (root === 'form') return follow(scope.form(), keys)
  if (root === 'screen') return follow(scope.forms[keys[0] ?? ''], keys.slice(2))
  return undefined
}

function follow(start: Json, keys: string[]): Json {
  return keys.reduce<Json>((value, key) => (isObject(value) ? value[key] : undefined), start)
}
