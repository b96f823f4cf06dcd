import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { linksFor, mayHoldLinks } from './media-url.ts'

/** Every answer to a person names files by links of their own session; a program fetches them with its key. */
export function personaliseLinks(app: Http, ctx: Context): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const { login } = request
    if (!login || login.apiKeyId || typeof payload !== 'string' || !mayHoldLinks(payload)) return payload
    return linksFor(ctx, login.sessionId, payload)
  })
}
