import type { AccountState, NumberState } from '../emulator-types.ts'
import type { AppState, TokenState } from './platform-types.ts'
import type { World } from './world.ts'

/** A number's state, with the defaults of an ordinary connected number. */
export function readNumberState(world: World, phoneNumberId: string): NumberState {
  return (
    world.numberStates.get(phoneNumberId) ?? {
      phoneNumberId,
      status: null,
      quality: 'GREEN',
      nameStatus: 'APPROVED',
      newNameStatus: null,
      messagingLimit: 'TIER_2K',
      throughput: 'STANDARD',
      coexistence: false,
      onboardedAt: world.numbers.get(phoneNumberId)?.createdAt ?? world.now(),
      syncs: [],
      official: true,
      verified: true,
      verificationCode: null,
      pin: null,
      pinFailures: [],
      registrations: [],
      deletedAt: null,
      maintenanceUntil: null,
      settings: {},
      commerce: { is_cart_enabled: true, is_catalog_visible: false },
      automation: {},
      username: null,
      encryptionKey: null,
      allowedRecipients: null,
      serviceUsed: {},
    }
  )
}

/** Changes a number's state and tells the pages. */
export function changeNumberState(world: World, phoneNumberId: string, changes: Partial<NumberState>): NumberState {
  const state = world.numberStates.put(phoneNumberId, { ...readNumberState(world, phoneNumberId), ...changes })
  world.emit({ kind: 'state' })
  return state
}

/** An account's state, with the defaults of a verified account that can pay. */
export function readAccountState(world: World, wabaId: string): AccountState {
  return (
    world.accountStates.get(wabaId) ?? {
      wabaId,
      standing: 'ok',
      standingUntil: null,
      paymentMethod: true,
      paidExempt: false,
      reviewStatus: 'APPROVED',
      businessVerification: 'verified',
      blockedNames: {},
      templateCreations: [],
    }
  )
}

/** Changes an account's state and tells the pages. */
export function changeAccountState(world: World, wabaId: string, changes: Partial<AccountState>): AccountState {
  const state = world.accountStates.put(wabaId, { ...readAccountState(world, wabaId), ...changes })
  world.emit({ kind: 'state' })
  return state
}

/** A token's state: valid with both WhatsApp permissions unless somebody changed it. */
export function readTokenState(world: World, token: string): TokenState {
  return (
    world.tokenStates.get(token) ?? { token, state: 'valid', scopes: ['whatsapp_business_management', 'whatsapp_business_messaging', 'business_management'] }
  )
}

/** Expires or revokes a token, or takes permissions from it. */
export function changeTokenState(world: World, token: string, changes: Partial<TokenState>): TokenState {
  return world.tokenStates.put(token, { ...readTokenState(world, token), ...changes })
}

/** An app's webhook fields and whether it wants `appsecret_proof`. */
export function readAppState(world: World, appId: string): AppState {
  return world.appStates.get(appId) ?? { appId, fields: null, requireProof: false }
}

export function changeAppState(world: World, appId: string, changes: Partial<AppState>): AppState {
  return world.appStates.put(appId, { ...readAppState(world, appId), ...changes })
}
