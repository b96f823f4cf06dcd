import { describe, expect, test } from 'vitest'
import { ERROR_TABLE, explainError, explainOwn, OWN_ERRORS } from './error-table.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
/** Meta's documented codes, written out here on purpose: a code that falls out of the table is noticed. */
const DOCUMENTED = [
  0,
  1,
  2,
  3,
  4,
  10,
  33,
  100,
  190,
  ...range(200, 299),
  368,
  613,
  80007,
  130403,
  130429,
  130472,
  130497,
  130501,
  131000,
  131005,
  131008,
  131009,
  131016,
  131020,
  131021,
  131026,
  131030,
  131031,
  131037,
  131041,
  131042,
  131044,
  131045,
  ...range(131047, 131053),
  ...range(131055, 131057),
  ...range(131059, 131065),
  131201,
  131202,
  131204,
  131207,
  131208,
  ...range(131209, 131215),
  132000,
  132001,
  132005,
  132007,
  132012,
  132015,
  132016,
  132068,
  132069,
  133000,
  133004,
  133005,
  133006,
  133008,
  133009,
  133010,
  133015,
  133016,
  134011,
  134100,
  134101,
  134102,
  135000,
  136024,
  137000,
  ...range(138000, 138023),
  ...range(139000, 139006),
  ...range(139100, 139103),
  ...range(147001, 147005),
  2388040,
  2388047,
  2388072,
  2388073,
  2388293,
  2388299,
  2388019,
  2388001,
  2388012,
  2388091,
  2388093,
  2388103,
  2494100,
  2494191,
  2593107,
  2593108,
  2593109,
  200005,
  200006,
  200007,
]

describe('error table', () => {
  test('every documented code has a sentence and an action', () => {
    expect(DOCUMENTED.filter((code) => !ERROR_TABLE[code])).toEqual([])
  })

  test('sentences are for people: they end as sentences, without codes, shouting or an empty action', () => {
    for (const [code, e] of [...Object.entries(ERROR_TABLE), ...Object.entries(OWN_ERRORS)]) {
      for (const text of [e.title, e.action]) {
        expect(text, code).toMatch(/^[A-ZÀ-Ú].{8,}\.$/)
        expect(text, code).not.toMatch(/!|\d{6}/)
      }
    }
  })

  test.each([
    [131056, 'back_off', true],
    [130429, 'back_off', true],
    [131000, 'limited', true],
    [190, 'act', true],
    [131042, 'act', true],
    [131026, 'never', false],
    [131047, 'never', false],
  ])('%i is %s', (code, kind, canRetry) => {
    expect(explainError(code)).toMatchObject({ code, kind, canRetry })
  })

  test('an unknown code and a missing one still explain themselves', () => {
    expect(explainError(999_999, 'Something new')).toMatchObject({ code: 999_999, kind: 'limited', details: 'Something new' })
    expect(explainError(null).code).toBeNull()
  })

  test('a known subcode says more than its code', () => {
    expect(explainError(100, undefined, 2388019).title).toBe(ERROR_TABLE[2388019]?.title)
    expect(explainError(190, undefined, 463).title).toBe(ERROR_TABLE[190]?.title)
    expect(explainError(100, undefined, 33).title).toBe(ERROR_TABLE[100]?.title)
  })

  test('an unknown outcome asks a person to look before sending again', () => {
    expect(explainOwn('unknown_outcome')).toMatchObject({ code: null, kind: 'act', title: expect.stringContaining('Não sabemos se chegou') })
  })
})
