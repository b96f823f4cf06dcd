import type { TestServer } from '../../packages/server/src/testing/test-server.ts'

export type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  propertyNames?: Schema
  items?: Schema
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  format?: string
  pattern?: string
}
type Parameter = { name: string; in: string; schema?: Schema }
type Operation = { parameters?: Parameter[]; requestBody?: { content?: Record<string, { schema?: Schema }> } }
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } }

export type Route = { method: string; url: string; access: string; query: Parameter[]; body: Schema | undefined }
export type Contract = { routes: Route[]; resolve: (schema: Schema) => Schema }

/** Every route of the server, with what its contract says of it; those without a contract are attacked all the same. */
export async function readContract(server: Pick<TestServer, 'call' | 'routes'>): Promise<Contract> {
  const { body: document } = await server.call<Document>('GET', '/api/openapi.json')
  const routes = server.routes
    .filter((r) => r.method !== 'HEAD' && !r.url.startsWith('/assets/'))
    .map(({ method, url, access }) => {
      const operation = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      const query = (operation?.parameters ?? []).filter((p) => p.in === 'query')
      return { method, url, access, query, body: operation?.requestBody?.content?.['application/json']?.schema }
    })
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1)
    return name ? resolve(document.components.schemas[name] ?? {}) : schema
  }
  // What ends sessions and takes things away comes last, so that there is something to attack until then.
  const late = (r: Route) => Number(r.method === 'DELETE' || r.url.includes('logout'))
  return { routes: routes.sort((a, b) => late(a) - late(b)), resolve }
}
