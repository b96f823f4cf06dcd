import { keepDigits } from '../create-identifiers.ts'
import type { Customer } from '../emulator-types.ts'
import { formatPhone } from '../format-phone.ts'
import type { Engine } from '../state/engine.ts'
import { findCustomer } from '../state/find-customer.ts'
import { deliverWaiting } from '../state/run-status-flow.ts'
import { ControlError } from './control-error.ts'
import type { EmulatorControl, NewCustomer } from './control-types.ts'
import { requireCustomer, requireNumber } from './find-target.ts'

type CustomerVerbs = Pick<EmulatorControl, 'createCustomer' | 'removeCustomer' | 'setOnline'>

/** The verbs about customers and their phones. */
export function createCustomerVerbs(engine: Engine): CustomerVerbs {
  const { world } = engine
  function putCustomer(customer: Customer): Customer {
    world.customers.put(customer.waId, customer)
    world.emit({ kind: 'state' })
    return customer
  }
  function completeCustomer(input: NewCustomer): Customer {
    const digits = keepDigits(input.waId ?? input.phone)
    if (digits.length < 8 || digits.length > 15) throw new ControlError(400, 'phone must have 8 to 15 digits, with country code')
    const known = input.waId ? world.customers.get(digits) : findCustomer(world, digits)
    const base = known ?? { waId: digits, username: null, online: true, readReceipts: true, createdAt: world.now() }
    return {
      ...base,
      name: input.name,
      phone: formatPhone(keepDigits(input.phone)),
      phoneNumberId: requireNumber(world, input.phoneNumberId ?? known?.phoneNumberId).phoneNumberId,
      username: input.username ?? base.username,
      online: input.online ?? base.online,
      readReceipts: input.readReceipts ?? base.readReceipts,
      onDesk: input.onDesk ?? true,
    }
  }

  return {
    createCustomer(input) {
      const customer = putCustomer(completeCustomer(input))
      if (customer.online) deliverWaiting(engine, customer.waId)
      return customer
    },
    removeCustomer(phone) {
      // The chats stay: a customer who is put back finds the conversation again.
      putCustomer({ ...requireCustomer(world, phone), onDesk: false })
    },
    setOnline(phone, online) {
      const customer = putCustomer({ ...requireCustomer(world, phone), online })
      if (online) deliverWaiting(engine, customer.waId)
    },
  }
}
