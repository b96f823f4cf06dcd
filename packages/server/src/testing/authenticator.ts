import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { PasskeyAssertion, PasskeyAttestation } from '@atende/contracts/factors'

type Cbor = number | string | Buffer | Map<number | string, Cbor>

function head(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n])
  return n < 256 ? Buffer.from([(major << 5) | 24, n]) : Buffer.from([(major << 5) | 25, n >> 8, n & 255])
}

/** Just enough CBOR for an authenticator's answers (RFC 8949). */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([k, v]) => [cbor(k), cbor(v)])])
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest()
const b64 = (data: Buffer | string) => Buffer.from(data).toString('base64url')

/** The options of the server, as far as the authenticator reads them. */
type Options = { challenge?: unknown; user?: { id?: string } | undefined }

const FLAGS = { present: 1, verified: 4, hasKey: 64 }

/**
 * A passkey of one person, made in memory: signs what the server asks, like a phone or a security key would (WebAuthn level 3).
 * `counter` and `verified` may be set to play a copied key, or one that did not check its person.
 */
export function createAuthenticator(origin: string) {
  const rpId = new URL(origin).hostname
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(32)
  const state = { counter: 0, verified: true, userHandle: '', origin }

  const clientData = (type: string, challenge: unknown) => Buffer.from(JSON.stringify({ type, challenge, origin: state.origin, crossOrigin: false }))
  function authData(more = 0): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(state.counter)
    const flags = FLAGS.present | (state.verified ? FLAGS.verified : 0) | more
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter])
  }

  function register(options: Options): PasskeyAttestation {
    state.userHandle = options.user?.id ?? ''
    const cose = cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    )
    const data = Buffer.concat([authData(FLAGS.hasKey), Buffer.alloc(16), Buffer.from([0, credentialId.length]), credentialId, cose])
    const attestation = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', data],
    ])
    return {
      id: b64(credentialId),
      rawId: b64(credentialId),
      type: 'public-key',
      response: { clientDataJSON: b64(clientData('webauthn.create', options.challenge)), attestationObject: b64(cbor(attestation)), transports: ['internal'] },
    }
  }

  function assert(options: Options): PasskeyAssertion {
    const client = clientData('webauthn.get', options.challenge)
    const data = authData()
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
    return {
      id: b64(credentialId),
      rawId: b64(credentialId),
      type: 'public-key',
      response: { clientDataJSON: b64(client), authenticatorData: b64(data), signature: b64(signature), userHandle: state.userHandle },
    }
  }
  return { state, register, assert }
}
