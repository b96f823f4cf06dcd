import type { FastifyRequest } from 'fastify'
import { isObject, type JsonObject, readText } from '../json.ts'
import { ControlError } from './control-error.ts'

/** The JSON body, with the texts that must be there. */
export function readInput<T>(request: FastifyRequest, ...required: string[]): T {
  const body: JsonObject = isObject(request.body) ? request.body : {}
  for (const key of required) if (!readText(body, key)) throw new ControlError(400, `${key} is missing`)
  // The verbs check what they use; the body's type says what callers should send.
  return body as T
}

/** Runs a verb that has nothing to answer. */
export function done(run: () => void): { success: true } {
  run()
  return { success: true }
}
