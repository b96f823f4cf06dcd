/**
 * The number that exists from the first start. The values never change, so that a client can keep
 * them in its configuration across restarts of the emulator.
 */
export const DEFAULT_NUMBER = {
  businessId: '300100200300400',
  appId: '300100200300401',
  wabaId: '300100200300402',
  phoneNumberId: '300100200300403',
  displayPhoneNumber: '+55 11 4002-2026',
  accessToken: 'EMULATORdefaultAccessToken0001',
  appSecret: 'emulator-default-app-secret',
  verifyToken: 'emulator-default-verify-token',
} as const

export const DEFAULT_BUSINESS_NAME = 'Pousada Recanto do Mar'

/** The customer who exists from the first start. */
export const DEFAULT_CUSTOMER = {
  name: 'Marina Souza',
  phone: '+55 11 98765-4321',
  waId: '5511987654321',
} as const

export const CURRENT_VERSION = 'v26.0'
export const OLDEST_LIVE_VERSION = 'v21.0'
