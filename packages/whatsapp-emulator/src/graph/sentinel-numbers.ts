/** What sending to a sentinel number does; see the table in the README. */
export type Sentinel =
  | { kind: 'refuse'; code: number }
  | { kind: 'fail-later'; code: number }
  | { kind: 'transport'; fault: TransportFault }
  | { kind: 'statuses'; order: 'sent-only' | 'no-delivered' | 'reversed' }

export type TransportFault = 'empty-500' | 'silent-after-accept' | 'reset-before-accept' | 'reset-after-accept' | 'slow-answer' | 'html-503' | 'cut-answer'

const TRANSPORT: Record<string, TransportFault> = {
  '000': 'empty-500',
  '001': 'silent-after-accept',
  '002': 'reset-before-accept',
  '003': 'reset-after-accept',
  '004': 'slow-answer',
  '005': 'html-503',
  '009': 'cut-answer',
}

const STATUSES = { '006': 'sent-only', '007': 'no-delivered', '008': 'reversed' } as const

/**
 * Reads a fault out of a recipient number. Area code 00 does not exist in Brazil, so no real number
 * is taken: `5500000<code>` refuses, `5500001<code>` fails later, `5500002<mode>…` breaks the
 * transport or the statuses (digits after the mode are free, to have several such recipients).
 */
export function readSentinel(waId: string): Sentinel | null {
  const match = /^550000([012])(\d+)$/.exec(waId)
  if (!match) return null
  const [, family, rest = ''] = match
  if (family === '0') return { kind: 'refuse', code: Number(rest) }
  if (family === '1') return { kind: 'fail-later', code: Number(rest) }
  const mode = rest.slice(0, 3)
  const fault = TRANSPORT[mode]
  if (fault) return { kind: 'transport', fault }
  const order = STATUSES[mode as keyof typeof STATUSES]
  return order ? { kind: 'statuses', order } : null
}
