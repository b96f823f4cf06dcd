import { randomUUID } from 'node:crypto'
import type { Afternoon } from './afternoon.ts'
import type { Contract, Route } from './contract.ts'
import { generate } from './generate.ts'
import { bodiesOf, queryOf, type Sent } from './mutate.ts'
import type { Random } from './random.ts'

export type Attacker = {
  random: Random
  contract: Contract
  /** Own and foreign ids, which may stand wherever an id is wanted. */
  ids: readonly string[]
  rounds: number
  /** A header that works now: what was sent before may have ended the login. */
  authorization: (route: Route) => Promise<string | undefined>
  /** Called when an answer says that it works no longer. */
  loggedOut: (route: Route) => void
}

const ODD_PARAMS = [
  '%00',
  '..%2f..%2fetc',
  '%ff',
  '__proto__',
  'null',
  '-1',
  "'",
  'a'.repeat(290),
  'a'.repeat(2000),
  '%F0%9F%92%A3',
  '00000000-0000-0000-0000-000000000000',
  '0198C0DE-0000-7000-8000-000000000000',
]

/** What the operator may do with any company is no crossing: there, ids are nobody's. */
const isOperators = (route: Route): boolean => route.access === 'server.manage'
const fill = (route: Route, { random, ids }: Attacker): string => {
  const id = () => (isOperators(route) ? randomUUID() : random.pick(ids))
  return route.url.replace(/:\w+/g, () => (random.chance(0.7) ? id() : random.pick(ODD_PARAMS))).replace('*', 'x')
}

async function attack(afternoon: Afternoon, attacker: Attacker, route: Route, sent: Sent | undefined, query: string): Promise<void> {
  const authorization = await attacker.authorization(route)
  const url = `${fill(route, attacker)}${query ? `?${query}` : ''}`
  const headers = { ...(authorization ? { authorization } : {}), ...(sent?.type ? { 'content-type': sent.type } : {}), ...sent?.headers }
  const bytes = typeof sent?.bytes === 'string' ? Buffer.from(sent.bytes) : sent?.bytes
  const body = sent && route.method !== 'GET' ? { body: new Blob([new Uint8Array(bytes ?? [])]) } : {}
  const what = `${route.method} ${url.slice(0, 300)} ${sent ? `(${sent.what})` : ''}`
  const status = await afternoon.hit('routes', what, url, { method: route.method, headers, ...body }, { mayCross: isOperators(route) })
  if (status === 401 && authorization) attacker.loggedOut(route)
}

/** Every route: without a login, with one, with what the contract wants, and with everything that it does not want. */
export async function abuseRoutes(afternoon: Afternoon, attacker: Attacker): Promise<void> {
  const { random, contract, rounds, ids } = attacker
  for (const route of contract.routes) {
    const names = route.query.map((p) => p.name)
    const query = () => queryOf(names, random)
    const takesBody = route.method !== 'GET'
    const schema = route.body
    const make = () => (schema ? generate(schema, { random, ids, resolve: contract.resolve }) : {})
    const sent: (Sent | undefined)[] = takesBody ? bodiesOf(make, random, rounds) : []
    const works = [
      ...Array.from({ length: 4 * rounds }, () => () => attack(afternoon, attacker, route, undefined, '')),
      ...Array.from({ length: (names.length > 0 ? 14 : 3) * rounds }, () => () => attack(afternoon, attacker, route, takesBody ? sent[0] : undefined, query())),
      ...sent.map((one) => () => attack(afternoon, attacker, route, one, random.chance(0.1) ? query() : '')),
      () => afternoon.hit('routes', `${route.method} ${route.url} without a login`, fill(route, attacker), { method: route.method }),
    ]
    await afternoon.all(works)
  }
}
