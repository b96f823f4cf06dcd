import { trace } from '@opentelemetry/api'
import type { Http } from '../../platform/http.ts'

/** A request's span is called by the pattern of its route: `GET /api/contacts/:id`. */
export function nameSpans(app: Http): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url
    if (route === undefined) return
    trace.getActiveSpan()?.updateName(`${request.method} ${route}`).setAttribute('http.route', route)
  })
}
