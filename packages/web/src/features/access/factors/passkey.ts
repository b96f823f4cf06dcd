import type { PasskeyAssertion, PasskeyAttestation } from '@atende/contracts/factors'
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import './late-texts.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { i18n } from '../../../lib/i18n.ts'

/** What the browser says when nothing came of it, in words. */
function understand(error: unknown): never {
  const name = error instanceof Error ? error.name : ''
  const key = name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : name === 'InvalidStateError' ? 'known' : 'failed'
  throw new ApiError({ status: 422, code: `passkey_${key}`, title: i18n.t(`factors:proof.${key}`) }, { cause: error })
}

/** The browser's dialog. The options are the server's, made for exactly this call. */
export const askPasskey = (options: Record<string, unknown>): Promise<PasskeyAssertion> =>
  startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }).catch(understand)

export const createPasskey = (options: Record<string, unknown>): Promise<PasskeyAttestation> =>
  startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }).catch(understand)
