import type { Login } from '@atende/contracts/access'

export type Grant = { token: string /** Milliseconds since 1970. */; expiresAt: number; sessionId: string }

export type KeeperParts = {
  /** Asks the server with the refresh cookie; null when the cookie is no longer good. */
  requestRefresh: () => Promise<Login | null>
  /** Runs one piece of work at a time over all tabs of this browser. */
  withLock: <T>(work: () => Promise<T>) => Promise<T>
  /** Tells the other tabs. */
  publish: (grant: Grant) => void
  now: () => number
}

/** Answer of a refresh: `login` is there only when this tab asked the server itself. */
export type Refreshed = { token: string; login: Login | null }

const EARLY_MS = 15_000

/**
 * Keeps the access token in memory. The server rotates refresh tokens and treats a reused one as stolen, so two tabs must never
 * send the same cookie: a refresh waits for the lock, and then first looks whether another tab brought a new token meanwhile.
 */
export function createTokenKeeper({ requestRefresh, withLock, publish, now }: KeeperParts) {
  let grant: Grant | null = null
  let running: Promise<Refreshed | null> | null = null

  const fresh = (): string | null => (grant !== null && grant.expiresAt - EARLY_MS > now() ? grant.token : null)

  const adopt = (next: Grant): void => {
    grant = next
  }

  const grantOf = (login: Login): Grant => ({
    token: login.accessToken,
    expiresAt: now() + login.expiresIn * 1000,
    sessionId: login.me.sessionId,
  })

  /** A login, a sign-up or a refresh answered: keep it and tell the other tabs. */
  const accept = (login: Login): void => {
    adopt(grantOf(login))
    if (grant !== null) publish(grant)
  }

  const refreshLocked = (refused: string | null): Promise<Refreshed | null> =>
    withLock(async () => {
      const token = fresh()
      if (token !== null && token !== refused) return { token, login: null }
      const before = grant
      const login = await requestRefresh()
      if (login === null) {
        // Whoever logged in meanwhile has another cookie: the refusal was about the one of before.
        const since = grant === before ? null : fresh()
        if (since !== null) return { token: since, login: null }
        grant = null
        return null
      }
      accept(login)
      return { token: login.accessToken, login }
    })

  /** `refused` is the token that the server did not take; null when there was none. */
  const refresh = (refused: string | null): Promise<Refreshed | null> => {
    running ??= refreshLocked(refused).finally(() => {
      running = null
    })
    return running
  }

  return {
    fresh,
    adopt,
    accept,
    refresh,
    sessionId: () => grant?.sessionId ?? null,
    forget: () => {
      grant = null
    },
  }
}
