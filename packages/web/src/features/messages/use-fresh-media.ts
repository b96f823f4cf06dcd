import { Media } from '@atende/contracts/media'
import { useState } from 'react'
import { api } from '../../lib/api.ts'

/** Addresses are signed for an hour or two. Renewed ones are shared by everything that shows the same file. */
const renewed = new Map<string, Media>()

export const useFreshMedia = (given: Media) => {
  const [, redraw] = useState(0)
  const [asked, setAsked] = useState<string | null>(null)
  const [broken, setBroken] = useState<string | null>(null)
  const known = renewed.get(given.id)
  const media = known && known.status === 'stored' ? known : given

  const renew = async (byHand: boolean): Promise<void> => {
    try {
      const fresh = await api(Media, 'GET', `/api/media/${given.id}`)
      renewed.set(given.id, fresh)
      // The same address again: it had not expired, the file itself cannot be shown. By hand it is tried all the same.
      setBroken(!byHand && fresh.url === media.url ? given.url : null)
      redraw((n) => n + 1)
    } catch {
      setBroken(given.url)
    }
  }
  /** Once by itself: the address has probably expired. After that it is said. */
  const onError = (): void => {
    if (asked === given.url) {
      setBroken(given.url)
      return
    }
    setAsked(given.url)
    void renew(false)
  }
  return { media, broken: broken !== null && broken === given.url, onError, retry: () => void renew(true) }
}
