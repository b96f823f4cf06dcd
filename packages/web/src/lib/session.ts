import { type Login, Me, type Permission } from '@atende/contracts/access'
import { useQuery } from '@tanstack/react-query'
import { endSession, onSessionEnd, startLeaving, tellTabsLogout, tokenKeeper } from './access-token.ts'
import { api, NoContent } from './api.ts'
import { startEventsAt } from './event-cursor.ts'
import { changeLocale } from './i18n.ts'
import { readStored, writeStored } from './locale.ts'
import { keys, queryClient } from './query.ts'

const HINT = 'atende.session'
/** Spares visitors of the login page a refresh that cannot succeed. */
export const wasLoggedIn = (): boolean => readStored(HINT) !== null
onSessionEnd(() => writeStored(HINT, null))

async function keepMe(me: Me): Promise<Me> {
  writeStored(HINT, '1')
  queryClient.setQueryData(keys.me, me)
  if (me.cursor !== undefined) startEventsAt(me.cursor)
  await changeLocale(me.user.locale)
  return me
}

/** Takes over the answer of a login, a sign-up or an accepted invitation. */
export function acceptLogin(answer: Login): Promise<Me> {
  queryClient.clear()
  tokenKeeper.accept(answer)
  return keepMe(answer.me)
}

/** Who is logged in, from memory or through the refresh cookie; null when nobody is. Throws ApiError when the server is away. */
export async function startSession(): Promise<Me | null> {
  const known = queryClient.getQueryData<Me>(keys.me)
  if (known !== undefined && tokenKeeper.sessionId() !== null) return known
  const refreshed = await tokenKeeper.refresh(null)
  if (refreshed === null) return null
  return keepMe(refreshed.login?.me ?? (await api(Me, 'GET', '/api/auth/me')))
}

/** Leaves here and in the other tabs, even when the server cannot be told: the token is forgotten in any case. */
export async function logout(): Promise<void> {
  // First, or the server's word reaches the other tabs before ours and reads as if somebody else had ended the session.
  tellTabsLogout()
  startLeaving()
  await api(NoContent, 'POST', '/api/auth/logout').catch(() => undefined)
  endSession('logout')
}

/** Ends every session of this person, this one too. */
export async function logoutEverywhere(): Promise<void> {
  await api(NoContent, 'POST', '/api/auth/logout-all')
  tellTabsLogout()
  endSession('logout')
}

/** Inside the app shell, where somebody is logged in for sure. */
export function useMe(): Me {
  const { data } = useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => api(Me, 'GET', '/api/auth/me', { signal }),
    staleTime: 5 * 60_000,
  })
  if (data === undefined) throw new Error('useMe outside of the app shell')
  return data
}

export const useCan = (permission: Permission): boolean => useMe().user.permissions.includes(permission)
