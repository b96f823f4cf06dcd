import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { hmacSha256, randomToken, sameBytes } from '../../platform/crypto.ts'

const NAME = 'atende_device'
const SECURE_NAME = `__Secure-${NAME}`
const LIFE_SECONDS = 180 * 24 * 3600
/** People who share a browser. */
const MAX_ACCOUNTS = 5

type Device = { id: string; tags: string[] }

/** `id.tag.tag`: each tag is a signature over the device and an account that once logged in here. */
function parse(cookie: string | undefined): Device | undefined {
  const [id = '', ...tags] = (cookie ?? '').split('.')
  return /^[\w-]{22}$/.test(id) && tags.length > 0 && tags.every((t) => /^[\w-]{22}$/.test(t)) ? { id, tags: tags.slice(0, MAX_ACCOUNTS) } : undefined
}

const tagOf = (key: Buffer, id: string, email: string): string => hmacSha256(key, `${id}\0${email.toLowerCase()}`).subarray(0, 16).toString('base64url')

const has = (device: Device, tag: string): boolean => device.tags.some((t) => sameBytes(Buffer.from(t), Buffer.from(tag)))

/** The device's id, when this account has logged in on it before; nobody can make such a cookie for an account that is not theirs. */
export function knownDevice(ctx: Context, cookie: string | undefined, email: string): string | undefined {
  const device = parse(cookie)
  const keys = ctx.keys.accepted('known-device', LIFE_SECONDS * 1000)
  return device && keys.some((key) => has(device, tagOf(key, device.id, email))) ? device.id : undefined
}

/** This account has just proved itself on this browser. */
export function rememberDevice(ctx: Context, reply: FastifyReply, email: string): void {
  const { id, tags } = parse(readDeviceCookie(reply.request)) ?? { id: randomToken(16), tags: [] }
  const tag = tagOf(ctx.keys.derive('known-device'), id, email)
  const value = [id, tag, ...tags.filter((t) => t !== tag)].slice(0, 1 + MAX_ACCOUNTS).join('.')
  const secure = ctx.publicUrl().startsWith('https:')
  reply.setCookie(secure ? SECURE_NAME : NAME, value, { httpOnly: true, sameSite: 'strict', path: '/api/auth', secure, maxAge: LIFE_SECONDS })
}

export const readDeviceCookie = ({ cookies }: Pick<FastifyRequest, 'cookies'>): string | undefined => cookies[SECURE_NAME] ?? cookies[NAME]
