import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeError, scrub } from './log-errors.ts'

const SECRET = 'Joana Segredo'
const thrown = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (e) {
    return e
  }
}

describe('an error in the log', () => {
  it.each<[string, unknown]>([
    ['of JSON', thrown(() => JSON.parse(`{"name": ${SECRET}`))],
    ['of an address', thrown(() => new URL(`https://${SECRET}:x@`))],
    ['of a contract', z.object({ a: z.enum(['x']) }).safeParse({ a: SECRET, [SECRET]: 1 }).error],
    ['of a map with a key of somebody', z.record(z.string(), z.number()).safeParse({ [SECRET]: SECRET }).error],
    [
      'of the database',
      Object.assign(new pg.DatabaseError(`invalid input: "${SECRET}"`, 1, 'error'), { severity: 'ERROR', code: '22P02', detail: SECRET, where: SECRET }),
    ],
    ['with a cause', new Error('outer', { cause: new Error(`inner "${SECRET}"`) })],
    ['that is none', { message: SECRET, stack: SECRET }],
    ['that is a text', `'${SECRET}'`],
    ['with properties', Object.assign(new Error('x'), { body: SECRET, code: SECRET, table: SECRET })],
  ])('%s does not quote', (_, error) => {
    expect(JSON.stringify(describeError(error))).not.toMatch(/Joana|Segredo/)
  })

  it('still says what, where and why', () => {
    const told = describeError(Object.assign(new Error('connect ECONNREFUSED', { cause: new TypeError('x is not a function') }), { code: 'ECONNREFUSED' }))
    expect(told).toMatchObject({
      type: 'Error',
      message: 'connect ECONNREFUSED',
      code: 'ECONNREFUSED',
      cause: { type: 'TypeError', message: 'x is not a function' },
    })
    expect(told.stack).toMatch(/^\s+at .*log-errors\.test\.ts/)
  })

  it('telephones, e-mail addresses, links and tokens go', () => {
    const said = scrub('failed for +55 (11) 98765-4321 and joana@example.com at https://graph.example/v1?access_token=abc with EAAGm0PX4ZCpsBAKZCdefghijklmnop')
    expect(said).toBe('failed for # and …@… at …://… with …')
  })
})
