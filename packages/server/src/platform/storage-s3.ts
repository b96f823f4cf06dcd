import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { AwsClient } from 'aws4fetch'
import type { Config } from './config.ts'
import type { Storage } from './storage.ts'
import { checkKey, NoSuchObject } from './storage-keys.ts'
import { type Spooled, spool, sweepSpool } from './storage-spool.ts'

export type S3Settings = Pick<Config, 'S3_ENDPOINT' | 'S3_REGION' | 'S3_BUCKET' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY' | 'S3_PREFIX'>
type Call = { method: 'GET' | 'PUT' | 'HEAD' | 'DELETE'; query?: string; headers?: Record<string, string>; body?: Spooled; timeoutMs?: number }

const TRIES = 3
const FIRST_GAP_MS = 200
const ANSWER_MS = 30_000
/** Room for 100 MB on a slow line. */
const TRANSFER_MS = 300_000
const NO_BODY = createHash('sha256').update('').digest('hex')

/** What S3 answered, without addresses and keys. */
class S3Refusal extends Error {
  readonly status: number
  constructor(method: string, status: number) {
    super(`storage: S3 answered ${status} to ${method}`)
    this.name = 'S3Refusal'
    this.status = status
  }
}

const passes = (e: unknown): boolean => !(e instanceof S3Refusal) || e.status >= 500 || e.status === 429 || e.status === 408

/** Every call here may be repeated: the same key gets the same bytes. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work()
    } catch (e) {
      if (e instanceof NoSuchObject || n === TRIES || !passes(e)) throw e
      await wait(FIRST_GAP_MS * 4 ** (n - 1) * (0.5 + Math.random()))
    }
  }
}

/** A stream as a body wants to be declared half-duplex. */
const streamOf = (file: string) => ({ body: Readable.toWeb(createReadStream(file)), duplex: 'half' as const })

function createCaller(settings: S3Settings) {
  const base = `${settings.S3_ENDPOINT?.replace(/\/+$/, '')}/${settings.S3_BUCKET}`
  const client = new AwsClient({
    accessKeyId: settings.S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? '',
    region: settings.S3_REGION,
    service: 's3',
    retries: 0,
  })
  /** `path` is the key with its prefix, or empty for the bucket itself. */
  return async function call(path: string, { method, query = '', headers = {}, body, timeoutMs = ANSWER_MS }: Call): Promise<Response> {
    const hash = body?.sha256 ?? NO_BODY
    const signed = await client.sign((path === '' ? base : `${base}/${path}`) + query, { method, headers: { ...headers, 'x-amz-content-sha256': hash } })
    const sent = new Headers(signed.headers)
    if (body) sent.set('content-length', String(body.size))
    const stream = body && body.size > 0 ? streamOf(body.file) : {}
    const response = await fetch(signed.url, { method, headers: sent, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs), ...stream })
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status === 404) throw new NoSuchObject()
    throw new S3Refusal(method, response.status)
  }
}

const prefixOf = (settings: S3Settings): string => (settings.S3_PREFIX ?? '').replace(/^\/+|\/+$/g, '')
const unescapeXml = (s: string) => s.replace(/&(amp|lt|gt|quot|apos);/g, (_, n: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[n] ?? '')
const tag = (xml: string, name: string): string => unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '')

export type Listed = { key: string; size: number; at: Date }

/** What lies under a folder of the prefix, in pages of a thousand (ListObjectsV2); keys without the prefix. */
export async function* listS3(settings: S3Settings, folder: string): AsyncGenerator<Listed> {
  const call = createCaller(settings)
  const prefix = prefixOf(settings)
  const under = prefix === '' ? folder : `${prefix}/${folder}`
  for (let next = ''; ; ) {
    const query = new URLSearchParams({ 'list-type': '2', prefix: under, ...(next ? { 'continuation-token': next } : {}) })
    const xml = await patiently(async () => (await call('', { method: 'GET', query: `?${query}` })).text())
    for (const [, object = ''] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
      const key = tag(object, 'Key').slice(prefix === '' ? 0 : prefix.length + 1)
      yield { key, size: Number(tag(object, 'Size')), at: new Date(tag(object, 'LastModified')) }
    }
    next = tag(xml, 'NextContinuationToken')
    if (tag(xml, 'IsTruncated') !== 'true' || next === '') return
  }
}

/**
 * Objects in a bucket of any S3-compatible service, addressed by path (as MinIO, Garage, Ceph and R2 want it). The bucket stays
 * private: what it holds is served through us.
 */
export function s3Storage(settings: S3Settings, spoolFolder: string, check: (key: string) => string = checkKey): Storage {
  const call = createCaller(settings)
  const prefix = prefixOf(settings)
  const at = (key: string) => (prefix === '' ? check(key) : `${prefix}/${check(key)}`)
  void sweepSpool(spoolFolder)
  return {
    kind: 's3',
    async put(key, body) {
      const to = at(key)
      // Length and hash must be known before the first byte leaves.
      const spooled = await spool(spoolFolder, body)
      try {
        await patiently(async () => {
          const answer = await call(to, { method: 'PUT', body: spooled, headers: { 'content-type': 'application/octet-stream' }, timeoutMs: TRANSFER_MS })
          await answer.body?.cancel()
        })
      } finally {
        await rm(spooled.file, { force: true })
      }
    },
    async get(key, range) {
      const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {}
      const { body } = await patiently(() => call(at(key), { method: 'GET', headers, timeoutMs: TRANSFER_MS }))
      return body ? Readable.from(body) : Readable.from([])
    },
    async stat(key) {
      const { headers } = await patiently(() => call(at(key), { method: 'HEAD' }))
      return { size: Number(headers.get('content-length')) }
    },
    async delete(key) {
      await patiently(() => call(at(key), { method: 'DELETE' })).catch((e) => {
        if (!(e instanceof NoSuchObject)) throw e
      })
    },
    async check() {
      await call('', { method: 'HEAD', timeoutMs: 2_000 })
    },
  }
}
