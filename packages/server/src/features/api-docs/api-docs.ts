import { ERRORS } from '@atende/contracts/errors'
import { MediaKind } from '@atende/contracts/media'
import swagger from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { VERSION } from '../../platform/config.ts'
import type { Access, Http } from '../../platform/http.ts'
import { tidyComponents } from './tidy-components.ts'

/** Files of the web client are no part of the API. */
const API = /^\/(api|webhooks|health|ready|alive|debug)(\/|$)/
const PROBLEM_REF = { $ref: '#/components/schemas/Problem' }
const problem = {
  description: 'Problem details (RFC 9457); `code` is one of the list of errors.',
  content: { 'application/problem+json': { schema: PROBLEM_REF } },
}

/** Fastify validates no multipart forms, so routes that take one only say so. */
const UPLOAD = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' }, kind: { type: 'string', enum: MediaKind.options } },
}

type Documented = FastifySchema & {
  consumes?: readonly string[]
  description?: string
  security?: readonly Record<string, readonly string[]>[]
  hide?: boolean
}

/** Says who may call it, and that every route can answer a problem. */
function describeAccess(schema: Documented, access: Access | undefined, dangerous: boolean): Documented {
  const open = access === undefined || access === 'public'
  const who = open ? undefined : access === 'login' ? 'Needs a login.' : `Needs the permission \`${access}\`.`
  const proof = dangerous ? 'Needs a proof of who you are from the last ten minutes, else 403 `step_up_required`.' : undefined
  const answers = typeof schema.response === 'object' && schema.response !== null ? schema.response : { 200: { description: 'Done' } }
  return {
    ...schema,
    description: [schema.description, who, proof].filter(Boolean).join('\n\n'),
    response: { ...answers, default: problem },
    ...(schema.consumes?.includes('multipart/form-data') ? { body: UPLOAD } : {}),
    ...(open ? { security: [] } : {}),
  }
}

const accessOf = (route: RouteOptions | undefined): Access | undefined => route?.config?.access

/** Must run before the routes: it watches them being registered. */
export async function registerOpenApi(app: Http): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Atende API',
        version: VERSION,
        description: 'WhatsApp front desk. Errors are problem details (RFC 9457). Lists are paged by cursor: take `nextCursor` and never build one.',
        license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'Access token of /api/auth/login, valid for 15 minutes; or an API key (`atd_…`).' },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: (document) => {
      const { schema, url } = document
      if (!API.test(url) || url.endsWith('*')) return { schema: { ...schema, hide: true }, url }
      const transformed = jsonSchemaTransform({ ...document, schema: schema ?? {} })
      return { schema: describeAccess(transformed.schema ?? {}, accessOf(document.route), document.route?.config?.stepUp !== undefined), url }
    },
    transformObject: jsonSchemaTransformObject,
  })
}

const errorList = () => Object.entries(ERRORS).map(([code, e]) => ({ code, ...e }))

let cached: { app: Http; text: string } | undefined
/** The document as JSON text, made once: routes do not change while the server runs. */
export function openApiJson(app: Http): string {
  if (cached?.app !== app) cached = { app, text: JSON.stringify({ ...tidyComponents(app.swagger()), 'x-error-codes': errorList() }) }
  return cached.text
}
