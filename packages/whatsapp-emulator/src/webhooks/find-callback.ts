import type { BusinessNumber } from '../emulator-types.ts'

const MESSAGE_CLASS = /^(messages|message_echoes|smb_.+|history|calls|group_.+|standby|messaging_handovers|user_preferences|emulator_typing)$/

/** True for fields that belong to messages and people; all others are about an account (Cloud API, webhook fields). */
export function isMessageField(field: string): boolean {
  return MESSAGE_CLASS.test(field)
}

/**
 * The address that gets a number's webhooks: number override, account override, app. Account and template fields do not
 * follow overrides (Cloud API, webhook overrides).
 */
export function findCallback(number: BusinessNumber, field = 'messages'): string | null {
  if (!isMessageField(field)) return number.callbackUrl
  return number.numberOverride ?? number.accountOverride ?? number.callbackUrl
}
