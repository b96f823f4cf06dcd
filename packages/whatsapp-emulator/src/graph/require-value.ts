import { isObject, type Json, type JsonObject } from '../json.ts'
import { messagingError } from './graph-error.ts'

/** The object at `path`, or 131008 when it is missing. */
export function requireObject(value: Json, path: string): JsonObject {
  if (value === undefined || value === null) throw messagingError(131008, `Required parameter is missing: ${path}`)
  if (!isObject(value)) throw messagingError(131009, `Parameter value is not valid: ${path} must be an object`)
  return value
}

/** The text at `path` within its limit, or 131008/131009. */
export function requireText(value: Json, path: string, max: number): string {
  if (value === undefined || value === null || value === '') throw messagingError(131008, `Required parameter is missing: ${path}`)
  return checkText(value, path, max)
}

/** Nothing when the text is missing; 131009 when it is too long or no text. */
export function optionalText(value: Json, path: string, max: number): void {
  if (value !== undefined && value !== null) checkText(value, path, max)
}

/** The array at `path` with its length within the limits. */
export function requireList(value: Json, path: string, min: number, max: number): Json[] {
  if (value === undefined || value === null) throw messagingError(131008, `Required parameter is missing: ${path}`)
  if (!Array.isArray(value)) throw messagingError(131009, `Parameter value is not valid: ${path} must be an array`)
  if (value.length < min || value.length > max) {
    throw messagingError(131009, `Parameter value is not valid: ${path} must have ${min} to ${max} items`)
  }
  return value
}

/** A finite number at `path` within its range; numeric strings are accepted as Meta does. */
export function requireNumber(value: Json, path: string, min: number, max: number): void {
  if (value === undefined || value === null || value === '') throw messagingError(131008, `Required parameter is missing: ${path}`)
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) throw messagingError(131009, `Parameter value is not valid: ${path} must be ${min} to ${max}`)
}

function checkText(value: Json, path: string, max: number): string {
  if (typeof value !== 'string') throw messagingError(131009, `Parameter value is not valid: ${path} must be a string`)
  // Meta counts characters as people see them nearly enough; code points are the closest simple count.
  if ([...value].length > max) throw messagingError(131009, `Parameter value is not valid: ${path} must be at most ${max} characters`)
  return value
}
