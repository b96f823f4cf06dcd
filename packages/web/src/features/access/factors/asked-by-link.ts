import { ProofMethod, type SecondFactorAsked } from '@atende/contracts/factors'

/**
 * A login that came back from elsewhere (an identity provider, a reset) and lacks its second step: `#etapa=TOKEN&jeitos=totp,passkey`.
 * Behind the `#`, so that it reaches no server's log; and taken away at once, so that it stays in no history.
 */
export function askedByLink(): SecondFactorAsked['secondFactor'] | null {
  const said = new URLSearchParams(window.location.hash.slice(1))
  const token = said.get('etapa')
  if (token === null) return null
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  return { token, methods: (said.get('jeitos') ?? 'totp,recovery').split(',').flatMap((m) => ProofMethod.safeParse(m).data ?? []) }
}
