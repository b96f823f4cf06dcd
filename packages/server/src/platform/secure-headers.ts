import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { Context } from './context.ts'

function contentPolicy(ctx: Context) {
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      workerSrc: ["'self'", 'blob:'],
      manifestSrc: ["'self'"],
      ...(ctx.config.NODE_ENV === 'production' && ctx.publicUrl().startsWith('https') ? { upgradeInsecureRequests: [] } : {}),
    },
  }
}

/** What the pages use, for ourselves only; the rest for nobody. */
const PERMISSIONS = [
  ...['accelerometer', 'camera', 'display-capture', 'gyroscope', 'hid', 'magnetometer', 'midi', 'payment', 'screen-wake-lock', 'serial', 'usb'].map(
    (f) => `${f}=()`,
  ),
  ...[
    'autoplay',
    'clipboard-read',
    'clipboard-write',
    'fullscreen',
    'geolocation',
    'microphone',
    'publickey-credentials-create',
    'publickey-credentials-get',
  ].map((f) => `${f}=(self)`),
].join(', ')

/** Headers that every answer carries, whoever made it. */
export async function secureHeaders(app: FastifyInstance, ctx: Context): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', PERMISSIONS)
  })
  await app.register(helmet, {
    contentSecurityPolicy: contentPolicy(ctx),
    strictTransportSecurity: ctx.publicUrl().startsWith('https') ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
  })
}

const HOST = /^[a-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](:\d{1,5})?$/i

/**
 * The page's own policy. Its kit writes style elements, which carry a nonce; style attributes come from scripts only, so that
 * nothing inline is allowed. Firefox does not count WebSockets as 'self': ours are named.
 */
export function pagePolicy(policy: string, nonce: string, host: string | undefined): string {
  const sockets = host && HOST.test(host) ? ` ws://${host} wss://${host}` : ''
  return policy.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`).replace("connect-src 'self'", `connect-src 'self'${sockets}`)
}
