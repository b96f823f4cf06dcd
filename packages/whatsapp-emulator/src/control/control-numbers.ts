import { createObjectId, createSecret } from '../create-identifiers.ts'
import { DEFAULT_NUMBER } from '../default-number.ts'
import type { BusinessNumber } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { verifyCallback } from '../webhooks/verify-callback.ts'
import { ControlError } from './control-error.ts'
import type { EmulatorControl, NewNumber } from './control-types.ts'
import { requireNumber } from './find-target.ts'

type NumberVerbs = Pick<EmulatorControl, 'createNumber' | 'changeNumber' | 'removeNumber' | 'setWebhook'>

/** The verbs about business numbers. */
export function createNumberVerbs({ world }: Engine): NumberVerbs {
  function putNumber(number: BusinessNumber): BusinessNumber {
    world.numbers.put(number.phoneNumberId, number)
    world.emit({ kind: 'state' })
    return number
  }

  return {
    createNumber(input) {
      const number = completeNumber(input, world.now())
      if (world.numbers.get(number.phoneNumberId)) throw new ControlError(409, `number ${number.phoneNumberId} exists already`)
      return putNumber(number)
    },
    changeNumber: (phoneNumberId, changes) => putNumber({ ...requireNumber(world, phoneNumberId), ...changes }),
    removeNumber(phoneNumberId) {
      if (phoneNumberId === DEFAULT_NUMBER.phoneNumberId) throw new ControlError(400, 'the default number cannot be removed')
      world.numbers.remove(requireNumber(world, phoneNumberId).phoneNumberId)
      for (const customer of [...world.customers.values()]) {
        if (customer.phoneNumberId === phoneNumberId) world.customers.put(customer.waId, { ...customer, phoneNumberId: DEFAULT_NUMBER.phoneNumberId })
      }
      world.emit({ kind: 'state' })
    },
    async setWebhook(phoneNumberId, settings) {
      requireNumber(world, phoneNumberId)
      await verifyCallback(settings.callbackUrl, settings.verifyToken)
      const { callbackUrl, verifyToken, appSecret } = settings
      return putNumber({ ...requireNumber(world, phoneNumberId), callbackUrl, verifyToken, subscribed: true, ...(appSecret ? { appSecret } : {}) })
    },
  }
}

function completeNumber(input: NewNumber, now: number): BusinessNumber {
  return {
    businessId: input.businessId ?? createObjectId(),
    appId: input.appId ?? createObjectId(),
    wabaId: input.wabaId ?? createObjectId(),
    phoneNumberId: input.phoneNumberId ?? createObjectId(),
    displayPhoneNumber: input.displayPhoneNumber,
    verifiedName: input.verifiedName,
    accessToken: input.accessToken ?? `EMULATOR${createSecret(24)}`,
    appSecret: input.appSecret ?? createSecret(),
    verifyToken: input.verifyToken ?? createSecret(),
    callbackUrl: null,
    accountOverride: null,
    numberOverride: null,
    subscribed: true,
    registered: true,
    sendFault: null,
    profile: {},
    createdAt: now,
  }
}
