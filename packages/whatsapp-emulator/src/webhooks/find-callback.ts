import type { BusinessNumber } from '../emulator-types.ts'

/** The address that gets a number's message webhooks: number override, account override, app (Cloud API, webhooks). */
export function findCallback(number: BusinessNumber): string | null {
  return number.numberOverride ?? number.accountOverride ?? number.callbackUrl
}
