import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3StandIn } from '../testing/s3-stand-in.ts'
import { eventually } from '../testing/test-server.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { createStorage, type Storage } from './storage.ts'
import { diskStorage } from './storage-disk.ts'
import { NoSuchObject } from './storage-keys.ts'

type S3 = Awaited<ReturnType<typeof startS3StandIn>>

const newKey = () => `${randomUUID()}/${randomUUID()}`
const read = async (stream: Readable) => {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}
async function* pieces(data: Buffer, size: number, failAtEnd = false) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
  if (failAtEnd) throw new Error('the source broke')
}

describe.each(['disk', 's3'] as const)('storage on %s', (kind) => {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-storage-'))
  let s3: S3
  let storage: Storage
  beforeAll(async () => {
    s3 = await startS3StandIn()
    const config: Config = loadConfig(kind === 's3' ? { ...s3.env, S3_PREFIX: '/inn/one/' } : { STORAGE: 'disk' })
    storage = createStorage(config, home)
  })
  afterAll(async () => {
    await s3.close()
    rmSync(home, { recursive: true, force: true })
  })
  const leftovers = () => readdirSync(path.join(home, 'media', '.incoming'))

  test('what was put comes back, whole and in ranges; nothing is left behind', async () => {
    const key = newKey()
    const data = randomBytes(300_000)
    await storage.put(key, pieces(data, 7000))
    expect((await read(await storage.get(key))).equals(data)).toBe(true)
    expect(await storage.stat(key)).toEqual({ size: data.length })
    expect((await read(await storage.get(key, { start: 10, end: 19 }))).equals(data.subarray(10, 20))).toBe(true)
    expect(leftovers()).toEqual([])
    await storage.put(`${key}.thumb`, Buffer.from('small'))
    expect((await read(await storage.get(`${key}.thumb`))).toString()).toBe('small')
  })

  test('an empty object, and one that replaces another', async () => {
    const key = newKey()
    await storage.put(key, Buffer.alloc(0))
    expect(await storage.stat(key)).toEqual({ size: 0 })
    await storage.put(key, Buffer.from('new'))
    expect((await read(await storage.get(key))).toString()).toBe('new')
  })

  test('a source that breaks leaves what was there before, and no piece of itself', async () => {
    const key = newKey()
    await storage.put(key, Buffer.from('before'))
    await expect(storage.put(key, pieces(randomBytes(50_000), 1000, true))).rejects.toThrow('the source broke')
    expect((await read(await storage.get(key))).toString()).toBe('before')
    const absent = newKey()
    await expect(storage.put(absent, pieces(randomBytes(5000), 1000, true))).rejects.toThrow('the source broke')
    await expect(storage.stat(absent)).rejects.toBeInstanceOf(NoSuchObject)
    expect(leftovers()).toEqual([])
  })

  test('what is not there is told apart from trouble; deleting it is fine', async () => {
    const key = newKey()
    await expect(storage.get(key)).rejects.toBeInstanceOf(NoSuchObject)
    await expect(storage.stat(key)).rejects.toBeInstanceOf(NoSuchObject)
    await storage.put(key, Buffer.from('x'))
    await storage.delete(key)
    await storage.delete(key)
    await expect(storage.get(key)).rejects.toBeInstanceOf(NoSuchObject)
  })

  test('a key of another form never becomes a path', async () => {
    for (const key of ['../../etc/passwd', `${randomUUID()}/../${randomUUID()}`, `${newKey()}.exe`, '']) {
      await expect(storage.put(key, Buffer.from('x'))).rejects.toThrow('malformed key')
    }
  })

  test('it can be asked whether it works', async () => {
    await expect(storage.check()).resolves.toBeUndefined()
  })
})

describe('storage on S3', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-storage-'))
  let s3: S3
  beforeAll(async () => {
    s3 = await startS3StandIn()
  })
  afterAll(async () => {
    await s3.close()
    rmSync(home, { recursive: true, force: true })
  })
  const open = (more: Record<string, string> = {}) => createStorage(loadConfig({ ...s3.env, ...more }), home)

  test('objects lie by path under the prefix, sent in one piece of known length', async () => {
    const key = newKey()
    await open({ S3_PREFIX: 'inn' }).put(key, pieces(randomBytes(90_000), 1000))
    expect(s3.objects.get(`inn/${key}`)).toHaveLength(90_000)
    expect(s3.seen.at(-1)).toEqual({ method: 'PUT', path: `/atende-test/inn/${key}`, length: '90000', chunked: false })
  })

  test('a passing fault is repeated, also of an upload; a lasting one is told', async () => {
    const storage = open()
    const key = newKey()
    s3.failNext(503, 2)
    await storage.put(key, pieces(Buffer.from('late but whole'), 3))
    expect(s3.objects.get(key)?.toString()).toBe('late but whole')
    s3.failNext(500)
    expect((await read(await storage.get(key))).toString()).toBe('late but whole')
    s3.failNext(503, 3)
    await expect(storage.stat(key)).rejects.toThrow('S3 answered 503')
  })

  test('a refusal is not repeated, and tells no address and no key', async () => {
    const before = s3.seen.length
    const error = await open({ S3_SECRET_ACCESS_KEY: 'a wrong one' })
      .put(newKey(), Buffer.from('x'))
      .catch((e) => e)
    expect(String(error)).toMatch(/S3 answered 403 to PUT$/)
    expect(s3.seen).toHaveLength(before + 1)
    await expect(open({ S3_BUCKET: 'another-one' }).check()).rejects.toThrow()
  })

  test('settings that cannot work are refused by name', () => {
    expect(() => loadConfig({ STORAGE: 's3', S3_ENDPOINT: 'https://s3.example' })).toThrow(ConfigError)
    expect(() => loadConfig({ STORAGE: 's3', S3_ENDPOINT: 'https://s3.example' })).toThrow(
      'S3_BUCKET: is needed with STORAGE=s3\nS3_ACCESS_KEY_ID: is needed with STORAGE=s3\nS3_SECRET_ACCESS_KEY: is needed with STORAGE=s3',
    )
    const file = path.join(home, 'secret')
    writeFileSync(file, 'from a file\n')
    const { S3_SECRET_ACCESS_KEY: _, ...others } = s3.env
    expect(loadConfig({ ...others, S3_SECRET_ACCESS_KEY_FILE: file }).S3_SECRET_ACCESS_KEY).toBe('from a file')
  })
})

test('what a process left that died while writing is removed a day later', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'atende-storage-'))
  await diskStorage(root).put(newKey(), Buffer.from('x'))
  const [old, young] = [path.join(root, '.incoming', 'old'), path.join(root, '.incoming', 'young')]
  for (const file of [old, young]) writeFileSync(file, 'half')
  utimesSync(old, new Date(0), new Date(0))
  diskStorage(root)
  await eventually(() => readdirSync(path.join(root, '.incoming')).join() === 'young')
  rmSync(root, { recursive: true, force: true })
})
