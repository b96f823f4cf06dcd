import { DEFAULT_NUMBER } from '../default-number.ts'
import type { BusinessNumber, Customer } from '../emulator-types.ts'
import { findCustomer } from '../state/find-customer.ts'
import type { World } from '../state/world.ts'
import { ControlError } from './control-error.ts'

/** The number with this id, the default one without an id. */
export function requireNumber(world: World, phoneNumberId: string = DEFAULT_NUMBER.phoneNumberId): BusinessNumber {
  const number = world.numbers.get(phoneNumberId)
  if (!number) throw new ControlError(404, `no number with phoneNumberId ${phoneNumberId}`)
  return number
}

/** The customer with this phone. */
export function requireCustomer(world: World, phone: string): Customer {
  const customer = findCustomer(world, phone)
  if (!customer) throw new ControlError(404, `no customer with phone ${phone}`)
  return customer
}

/** A customer and the number meant: the given one, else the one the phone is showing. */
export function requireChat(world: World, phone: string, phoneNumberId?: string): { customer: Customer; number: BusinessNumber } {
  const customer = requireCustomer(world, phone)
  return { customer, number: requireNumber(world, phoneNumberId ?? customer.phoneNumberId) }
}
