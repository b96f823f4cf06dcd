import { useState } from 'react'

/** The secret after the `#`: taken once and removed from the address, so that neither history nor a screenshot keeps it. */
export function useLinkSecret(): string {
  const [secret] = useState(() => {
    const found = window.location.hash.slice(1)
    if (found !== '') window.history.replaceState(window.history.state, '', window.location.pathname)
    return found
  })
  return secret
}
