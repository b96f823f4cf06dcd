/** Numbers instead of a name: browsers keep no passkeys for them. */
const NUMERIC = /^[\d.]+$|^\[/

/** Can this browser use passkeys at this address? */
export const passkeyReady = (): boolean => window.isSecureContext && 'PublicKeyCredential' in window && !NUMERIC.test(window.location.hostname)
