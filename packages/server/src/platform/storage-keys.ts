/** There is no such object (any more). */
export class NoSuchObject extends Error {
  constructor() {
    super('storage: no such object')
    this.name = 'NoSuchObject'
  }
}

/** Tenant, media, and what was made of it. */
export const storageKeyPattern = /^[0-9a-f-]{36}\/[0-9a-f-]{36}(\.(thumb|shown))?$/

/** A key is never a path of somebody else's making. @throws when it is not of our form */
export function checkKey(key: string): string {
  if (!storageKeyPattern.test(key)) throw new Error('storage: malformed key')
  return key
}
