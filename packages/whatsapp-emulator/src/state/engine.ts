import type { WebhookDeliverer } from '../webhooks/deliver-webhooks.ts'
import type { World } from './world.ts'

/** What every verb of the emulator works on. */
export interface Engine {
  world: World
  webhooks: WebhookDeliverer
}
