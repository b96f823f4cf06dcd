import type { FastifyInstance } from 'fastify'
import type { World } from '../state/world.ts'
import { ControlError } from './control-error.ts'

/**
 * Lets only this machine use the control API, and no foreign page in this machine's browser: the
 * API has no token, so a page elsewhere must not be able to post to it.
 */
export function guardControl(app: FastifyInstance, world: World): void {
  app.addHook('onRequest', async (request) => {
    const { origin, host } = request.headers
    if (origin && (!URL.canParse(origin) || new URL(origin).host !== host)) throw new ControlError(403, 'requests from other origins are refused')
    if (request.headers['sec-fetch-site'] === 'cross-site') throw new ControlError(403, 'requests from other sites are refused')
    if (world.options.allowRemoteControl) return
    if (!isLoopback(request.ip)) throw new ControlError(403, 'the control API answers this machine only; start with allowRemoteControl to change that')
    const name = (host ?? '').replace(/:\d+$/, '')
    if (name !== 'localhost' && !name.endsWith('.localhost') && !isLoopback(name)) throw new ControlError(403, 'the control API answers local addresses only')
  })
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '').replace(/^\[|\]$/g, '')
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain)
}
