import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

type DialogProps = { title: string; size: number; onClose: () => void; children: ReactNode }

/** A modal whose cross has a name for those who do not see it. Mounted while it is open. */
export function Dialog({ title, size, onClose, children }: DialogProps) {
  const { t } = useTranslation('common')
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': t('action.close') }}>
      {children}
    </Modal>
  )
}
