import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { addressReader, badRanges, inRanges, networkOf, normalAddress, normalRange, rangesOf } from './client-address.ts'

const PROXIES = ['10.0.0.0/8', '192.0.2.1', '2001:db8:1::/48']
const read = addressReader(PROXIES)
const from = (peer: string | undefined, headers: Record<string, string> = {}, port = 40_123): IncomingMessage =>
  ({ socket: { remoteAddress: peer, remotePort: port }, headers }) as unknown as IncomingMessage
const addressFor = (peer: string, forwarded: string): string => read(from(peer, { 'x-forwarded-for': forwarded })).address

describe('where a request comes from', () => {
  test.each([
    ['nobody in front', '203.0.113.9', '', '203.0.113.9'],
    ['a stranger who invents a header', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a stranger who claims to be our proxy', '203.0.113.9', '10.0.0.1', '203.0.113.9'],
    ['one proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['one proxy, and a client that invented the rest', '10.0.0.1', '127.0.0.1, 10.9.9.9, 198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 192.0.2.1', '198.51.100.1'],
    ['two proxies, and an invented hop before the client', '10.0.0.1', '8.8.8.8, 198.51.100.1, 192.0.2.1', '198.51.100.1'],
    ['a chain through somebody else’s proxy ends there', '10.0.0.1', '198.51.100.1, 203.0.113.77, 192.0.2.1', '203.0.113.77'],
    ['only proxies: the outermost', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a proxy written as IPv6', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a client written as IPv6', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a hop written as IPv6', '10.0.0.1', '198.51.100.1, ::ffff:192.0.2.1', '198.51.100.1'],
    ['an IPv6 proxy with an IPv6 client', '2001:db8:1::5', '2001:DB8:2::9', '2001:db8:2::9'],
    ['a peer with a zone', 'fe80::1%eth0', '198.51.100.1', 'fe80::1'],
    ['no header at all behind a proxy', '10.0.0.1', '', '10.0.0.1'],
    ['rubbish ends the chain at the last hop that made sense', '10.0.0.1', '198.51.100.1, not-an-address, 192.0.2.1', '192.0.2.1'],
    ['rubbish alone', '10.0.0.1', '<script>', '10.0.0.1'],
    ['an octal spelling is no address', '10.0.0.1', '0177.0.0.1', '10.0.0.1'],
    ['a number is no address', '10.0.0.1', '2130706433', '10.0.0.1'],
    ['a port behind the address is not ours', '10.0.0.1', '198.51.100.1:443', '10.0.0.1'],
    ['empty hops', '10.0.0.1', ',,', '10.0.0.1'],
  ])('%s', (_, peer, forwarded, expected) => {
    expect(addressFor(peer, forwarded)).toBe(expected)
  })

  it('believes nobody when no proxy is trusted', () => {
    expect(addressReader([])(from('127.0.0.1', { 'x-forwarded-for': '198.51.100.1', 'x-client-port': '9' }))).toEqual({ address: '127.0.0.1', port: 40_123 })
  })

  it('knows the client’s port: its own connection’s, or what a trusted proxy says', () => {
    expect(read(from('203.0.113.9', { 'x-client-port': '1' })).port).toBe(40_123)
    const behind = (said: Record<string, string>) => read(from('10.0.0.1', { 'x-forwarded-for': '198.51.100.1', ...said })).port
    expect(behind({ 'x-client-port': '51234' })).toBe(51_234)
    for (const bad of ['0', '65536', '-1', '1e3', '80, 81', '']) expect([bad, behind({ 'x-client-port': bad })]).toEqual([bad, null])
    expect(behind({})).toBeNull()
  })

  it('whatever a stranger writes, a stranger stays the peer; behind a proxy the answer is an address', () => {
    const hop = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constantFrom('10.0.0.9', '192.0.2.1', '::ffff:10.1.1.1', ' '))
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 30 }), (hops) => {
        expect(addressFor('203.0.113.9', hops.join(', '))).toBe('203.0.113.9')
        const behind = addressFor('10.0.0.1', hops.join(', '))
        expect(normalAddress(behind)).toBe(behind)
      }),
      { numRuns: 500 },
    )
  })

  it('a connection that is gone already is nobody’s', () => {
    expect(read(from(undefined))).toEqual({ address: 'unknown', port: null })
  })
})

describe('networks and ranges', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
    ['rubbish', 'unknown'],
  ])('%s belongs to the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9/32', '203.0.113.9'],
    ['203.0.113.9/24', '203.0.113.0/24'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/x', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0', undefined],
    ['example.com', undefined],
  ])('%s is the range %s', (text, range) => {
    expect(normalRange(text)).toBe(range)
  })

  it('an address is in its ranges, and in no others', () => {
    const ranges = rangesOf(['10.0.0.0/8', '2001:db8::/32', 'loopback'])
    expect(['10.255.0.1', '::ffff:10.0.0.1', '2001:db8:ffff::1', '127.9.9.9', '::1'].map((a) => inRanges(a, ranges))).toEqual(Array(5).fill(true))
    expect(['11.0.0.1', '2001:db9::1', 'rubbish', '::a00:1'].map((a) => inRanges(a, ranges))).toEqual(Array(4).fill(false))
    expect(badRanges(['10.0.0.0/8', 'uniquelocal', 'my-proxy', '1.2.3.4/40'])).toEqual(['my-proxy', '1.2.3.4/40'])
  })
})
