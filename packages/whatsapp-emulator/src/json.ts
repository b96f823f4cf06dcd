export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json }
export interface JsonObject {
  [key: string]: Json
}

/** True for a plain JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object under `key`, or undefined when it is missing or of another kind. */
export function readObject(from: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = from?.[key]
  return isObject(value) ? value : undefined
}

/** The string under `key`, or undefined when it is missing, empty or of another kind. */
export function readText(from: JsonObject | undefined, key: string): string | undefined {
  const value = from?.[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The objects of the array under `key`; anything else in the array is left out. */
export function readObjects(from: JsonObject | undefined, key: string): JsonObject[] {
  const value = from?.[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}
