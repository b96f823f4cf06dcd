import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

type Tree = { [key: string]: Tree }

export type Description = {
  /** `POST /{Version}/{WABA-ID}/flows` of every operation. */
  operations: string[]
  /** What the request body of an operation does not meet; undefined when the file describes none of this content type. */
  checkRequest(operation: string, contentType: string, body: unknown): string[] | undefined
  /** What an answer does not meet; undefined when the file says nothing about this status. */
  checkAnswer(operation: string, status: number, body: unknown): string[] | undefined
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const FILE = 'https://openapi.invalid/meta.json'

/** Opens Meta's description of the API. The file is not part of the repository: its path is an argument. */
export function openDescription(path: string): Description {
  const document = parse(readFileSync(path, 'utf8'), { maxAliasCount: -1 }) as Tree
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, logger: false })
  // Both packages are CommonJS with a default export of their own.
  addFormats.default(ajv)
  ajv.addSchema({ ...document, $id: FILE })
  const paths = document.paths ?? {}
  const operations = Object.entries(paths).flatMap(([address, item]) =>
    METHODS.filter((method) => item[method]).map((method) => `${method.toUpperCase()} ${address}`),
  )

  const find = (...keys: string[]): { node: Tree; pointer: string[] } | undefined => {
    let node: Tree | undefined = document
    let pointer: string[] = []
    for (const key of keys) {
      node = node?.[key]
      pointer = [...pointer, key]
      const ref: unknown = node?.$ref
      if (typeof ref !== 'string') continue
      pointer = ref.slice(2).split('/')
      node = pointer.reduce<Tree | undefined>((at, step) => at?.[step], document)
    }
    return node ? { node, pointer } : undefined
  }
  const check = (pointer: string[], body: unknown): string[] => {
    const address = pointer.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.compile({ $ref: `${FILE}#/${address}` })
    return validate(body) ? [] : [...new Set(withoutBranches(validate.errors ?? []).map(describe))]
  }
  const split = (operation: string): [string, string] => {
    const [method = '', address = ''] = operation.split(' ')
    return [address, method.toLowerCase()]
  }

  return {
    operations,
    checkRequest(operation, contentType, body) {
      const [address, method] = split(operation)
      const schema = find('paths', address, method, 'requestBody', 'content', contentType, 'schema')
      return schema && check(narrow(schema.node, schema.pointer, body), body)
    },
    checkAnswer(operation, status, body) {
      const [address, method] = split(operation)
      const schema = find('paths', address, method, 'responses', String(status), 'content', 'application/json', 'schema')
      return schema && check(schema.pointer, body)
    },
  }
}

/** With a discriminator, only the schema of the body's own type is asked: the complaints of the others say nothing. */
function narrow(schema: Tree, pointer: string[], body: unknown): string[] {
  const name: unknown = schema.discriminator?.propertyName
  const type = typeof name === 'string' && typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
  const target: unknown = typeof type === 'string' ? schema.discriminator?.mapping?.[type] : undefined
  return typeof target === 'string' ? target.slice(2).split('/') : pointer
}

/** When no branch of a oneOf fits, the complaints of the single branches say nothing more. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  const open = errors.filter((error) => error.keyword === 'oneOf').map((error) => error.instancePath)
  return errors.filter((error) => error.keyword === 'oneOf' || !open.some((path) => error.instancePath === path || error.instancePath.startsWith(`${path}/`)))
}

/** `/data/* /status enum` and the like: the place without numbers, the rule, and what it wanted. */
function describe(error: ErrorObject): string {
  const place = error.instancePath.replace(/\/\d+(?=\/|$)/g, '/*') || '/'
  const wanted = error.params.missingProperty ?? error.params.additionalProperty ?? error.params.type ?? error.params.format ?? ''
  return `${place} ${error.keyword}${wanted === '' ? '' : ` ${String(wanted)}`}`
}
