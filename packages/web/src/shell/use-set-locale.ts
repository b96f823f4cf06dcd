import { Me } from '@atende/contracts/access'
import { api } from '../lib/api.ts'
import { changeLocale } from '../lib/i18n.ts'
import type { Locale } from '../lib/locale.ts'
import { keys, queryClient } from '../lib/query.ts'
import { toastError } from '../ui/toast.ts'

/** Shown at once; kept at the server so that the next device speaks it too. */
export function useSetLocale(): (locale: Locale) => void {
  return (locale) => {
    void changeLocale(locale)
    queryClient.setQueryData<Me>(keys.me, (me) => me && { ...me, user: { ...me.user, locale } })
    api(Me, 'PATCH', '/api/auth/me', { body: { locale } }).then((me) => queryClient.setQueryData(keys.me, me), toastError)
  }
}
