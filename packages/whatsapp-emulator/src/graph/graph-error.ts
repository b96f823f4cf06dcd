import { createTraceId } from '../create-identifiers.ts'
import type { JsonObject } from '../json.ts'
import { findErrorEntry } from './error-table.ts'

/** An error answered in Meta's body shape (Cloud API, error codes). */
export class GraphError extends Error {
  override name = 'GraphError'
  readonly http: number
  readonly body: JsonObject

  readonly graphError: JsonObject

  /** @param beside keys that stand beside `error`, e.g. the lists of a partial failure */
  constructor(http: number, error: JsonObject, beside: JsonObject = {}) {
    super(String(error.message))
    this.http = http
    this.graphError = error
    this.body = { ...beside, error: { ...error, fbtrace_id: createTraceId() } }
  }
}

/** An error of the messaging product: `(#code) title`, with the details in `error_data`. */
export function messagingError(code: number, details?: string): GraphError {
  const known = findErrorEntry(code)
  return new GraphError(known.http, {
    message: `(#${code}) ${known.title}`,
    type: 'OAuthException',
    code,
    error_data: { messaging_product: 'whatsapp', details: details ?? known.details },
  })
}

/** Code 100 with Graph's own wording, without `error_data`. */
export function parameterError(text: string): GraphError {
  return new GraphError(400, { message: `(#100) ${text}`, type: 'OAuthException', code: 100 })
}

/** The object does not exist or the token may not see it: Graph does not say which. */
export function unknownObject(method: string, id: string): GraphError {
  return new GraphError(400, {
    message: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    type: 'GraphMethodException',
    code: 100,
    error_subcode: 33,
  })
}

/** A path no node has. */
export function unknownPath(path: string): GraphError {
  return new GraphError(400, { message: `Unknown path components: ${path}`, type: 'OAuthException', code: 2500 })
}

/**
 * A refusal of a form, with title and text for people: templates carry their `2388…` here as `error_subcode`
 * (Cloud API, error codes).
 */
export function userError(code: number, subcode: number, title: string, text: string, message = 'Invalid parameter'): GraphError {
  return new GraphError(400, {
    message,
    type: 'OAuthException',
    code,
    error_subcode: subcode,
    is_transient: false,
    error_user_title: title,
    error_user_msg: text,
  })
}

/** The token is missing, wrong or expired. */
export function tokenError(kind: 'missing' | 'invalid' | 'expired' | 'revoked'): GraphError {
  if (kind === 'missing') return new GraphError(401, { message: 'AuthException', type: 'OAuthException', code: 0 })
  if (kind === 'revoked') {
    return new GraphError(401, {
      message:
        'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
      type: 'OAuthException',
      code: 190,
      error_subcode: 467,
    })
  }
  if (kind === 'expired') {
    return new GraphError(401, {
      message: 'Error validating access token: Session has expired',
      type: 'OAuthException',
      code: 190,
      error_subcode: 463,
    })
  }
  return new GraphError(401, { message: 'Invalid OAuth access token - Cannot parse access token', type: 'OAuthException', code: 190 })
}
