export interface QrCode {
  code: string
  phoneNumberId: string
  prefilledMessage: string
  imageFormat: 'SVG' | 'PNG' | null
}

export interface UploadSession {
  id: string
  appId: string
  fileName: string | null
  fileType: string
  fileLength: number
  received: number
  /** Set when all bytes are there. */
  handle: string | null
}

/** State of an access token. `readTokenState` gives the defaults. */
export interface TokenState {
  token: string
  state: 'valid' | 'expired' | 'revoked'
  scopes: string[]
}

export interface AppState {
  appId: string
  /** Subscribed webhook fields; null = all. */
  fields: string[] | null
  requireProof: boolean
}
