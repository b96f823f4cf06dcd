import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { readStored, writeStored } from '../../lib/locale.ts'

const STORED = 'atende.inbox.details'

/** Beside the conversation where there is room (as this person left it), over it and closed at first where there is not. */
export const useDetailsOpen = () => {
  const roomy = useMediaQuery('(min-width: 1280px)', true, { getInitialValueInEffect: false })
  const [beside, setBeside] = useState(() => readStored(STORED) !== 'hidden')
  const [over, setOver] = useState(false)
  const toggle = (): void => {
    if (!roomy) {
      setOver((was) => !was)
      return
    }
    writeStored(STORED, beside ? 'hidden' : null)
    setBeside(!beside)
  }
  return { roomy, opened: roomy ? beside : over, toggle, closeOver: () => setOver(false) }
}
