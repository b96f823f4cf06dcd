import type {} from '@fastify/swagger'
import type { Http } from './http.ts'

export type ListedRoute = { method: string; url: string; summary: string; access: string }

/** Every route of the document, for people who look around. */
export function listRoutes(app: Http): ListedRoute[] {
  return Object.entries(app.swagger().paths ?? {}).flatMap(([url, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) => {
      const summary = typeof operation === 'object' && operation !== null && 'summary' in operation ? String(operation.summary) : ''
      const description = typeof operation === 'object' && operation !== null && 'description' in operation ? String(operation.description) : ''
      const access = /permission `([^`]+)`/.exec(description)?.[1] ?? (description.includes('Needs a login.') ? 'login' : 'public')
      return { method: method.toUpperCase(), url, summary, access }
    }),
  )
}
