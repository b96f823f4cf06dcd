import type { Engine } from '../state/engine.ts'
import { resetWorld } from '../state/reset-world.ts'
import { createChatVerbs } from './control-chats.ts'
import { createCustomerVerbs } from './control-customers.ts'
import { ControlError } from './control-error.ts'
import { createNumberVerbs } from './control-numbers.ts'
import type { EmulatorControl } from './control-types.ts'
import { describeState } from './describe-state.ts'
import { requireNumber } from './find-target.ts'
import { sendRawWebhook } from './send-raw-webhook.ts'

/** The verbs behind both the control API and `Emulator.control`. */
export function createControl(engine: Engine): EmulatorControl {
  const { world, webhooks } = engine
  return {
    ...createNumberVerbs(engine),
    ...createCustomerVerbs(engine),
    ...createChatVerbs(engine),
    readState: () => describeState(world),
    setScenario(changes) {
      const unknown = Object.keys(changes).filter((key) => !(key in world.scenario))
      if (unknown.length > 0) throw new ControlError(400, `unknown scenario settings: ${unknown.join(', ')}`)
      world.setScenario(changes)
      world.emit({ kind: 'state' })
      return { ...world.scenario }
    },
    advanceClock(ms) {
      world.advanceClock(ms)
      return world.now()
    },
    sendRawWebhook: (webhook) => sendRawWebhook(requireNumber(world, webhook.phoneNumberId), webhook),
    listWebhooks: (limit = 100) => webhooks.log.slice(-limit),
    retryNow: () => webhooks.retryNow(),
    settle: () => webhooks.settle(),
    reset(options = {}) {
      resetWorld(world, options.numbers === true)
      world.emit({ kind: 'state' })
    },
  }
}
