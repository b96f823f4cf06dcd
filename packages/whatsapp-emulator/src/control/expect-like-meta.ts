import { createHmac } from 'node:crypto'
import { expect } from 'vitest'
import type { Receiver } from '../testing/start-receiver.ts'

/** Every POST that arrived is signed over its bytes and escaped as Meta does (Cloud API, webhooks). */
export function expectLikeMeta(receiver: Receiver, appSecret: string): void {
  expect(receiver.received.length).toBeGreaterThan(0)
  for (const { body, headers } of receiver.received) {
    expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`)
    expect(headers['content-type']).toContain('application/json')
    expect(body).toMatch(/^[\x20-\x7e]*$/)
    expect(body.replaceAll('\\/', '')).not.toContain('/')
    const parsed = JSON.parse(body)
    expect(parsed.object).toBe('whatsapp_business_account')
    for (const entry of parsed.entry) expect(Object.keys(entry).filter((key) => key !== 'time')).toEqual(['id', 'changes'])
  }
}
