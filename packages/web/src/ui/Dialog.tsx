import { Modal } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

type DialogProps = { title: string; size: number; onClose: () => void; children: ReactNode }

/** Whoever opened it by keyboard goes on from there, unless the focus has already been put elsewhere. */
function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (opener instanceof HTMLElement && opener.isConnected && document.activeElement === document.body) opener.focus({ preventScroll: true })
      })
    },
    [opener],
  )
}

/** A modal whose cross has a name for those who do not see it. Mounted while it is open. */
export function Dialog({ title, size, onClose, children }: DialogProps) {
  const { t } = useTranslation('common')
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': t('action.close') }}>
      {children}
    </Modal>
  )
}
