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

  const renew = async (): Promise<void> => {
    try {
      renewed.set(given.id, await api(Media, 'GET', `/api/media/${given.id}`))
      setBroken(null)
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
    void renew()
  }
  return { media, broken: broken !== null && broken === given.url, onError, retry: () => void renew() }
}
