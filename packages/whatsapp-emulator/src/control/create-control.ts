import type { Engine } from '../state/engine.ts'
import { resetWorld } from '../state/reset-world.ts'
import { createAppVerbs } from './control-app.ts'
import { createCallVerbs } from './control-calls.ts'
import { createChatVerbs } from './control-chats.ts'
import { createCustomerVerbs } from './control-customers.ts'
import { createEditVerbs } from './control-edits.ts'
import { ControlError } from './control-error.ts'
import { createGroupVerbs } from './control-groups.ts'
import { createNumberVerbs } from './control-numbers.ts'
import { createPhoneVerbs } from './control-phones.ts'
import { createPlatformVerbs } from './control-platform.ts'
import { createThreadVerbs } from './control-thread.ts'
import type { EmulatorControl } from './control-types.ts'
import { createCrowdVerbs } from './crowd.ts'
import { describeState } from './describe-state.ts'
import { requireNumber } from './find-target.ts'
import { followWorld } from './follow-world.ts'
import { sendRawWebhook } from './send-raw-webhook.ts'

/** The verbs behind both the control API and `Emulator.control`. */
export function createControl(engine: Engine): EmulatorControl {
  const { world, webhooks } = engine
  const appVerbs = createAppVerbs(engine)
  followWorld(engine, appVerbs)
  return {
    ...createNumberVerbs(engine),
    ...createCustomerVerbs(engine),
    ...createChatVerbs(engine),
    ...createEditVerbs(engine),
    ...createPhoneVerbs(engine),
    ...createGroupVerbs(engine),
    ...createCrowdVerbs(engine),
    ...createPlatformVerbs(engine),
    ...appVerbs,
    ...createThreadVerbs(engine),
    ...createCallVerbs(engine),
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
