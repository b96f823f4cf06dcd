import type { Message } from '@atende/contracts/messages'
import { Popover, Skeleton } from '@mantine/core'
import { Ban, Forward, MonitorSmartphone, ShoppingBag } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Bubble.module.css'

const SENT_FROM = { app: 'bubble.fromApp', other: 'bubble.fromOther', api: 'bubble.fromApi' } as const

const EarlierTexts = lazy(() => import('./bodies/EarlierTexts.tsx').then((m) => ({ default: m.EarlierTexts })))

/** Above the words: that it was passed on, or that it did not leave from here. */
export function Origin({ message }: { message: Message }) {
  const { t } = useTranslation('messages')
  return (
    <>
      {message.sentFrom && (
        <span className={classes.forwarded}>
          <MonitorSmartphone size={13} aria-hidden />
          {t(SENT_FROM[message.sentFrom])}
        </span>
      )}
      {message.forwarded && (
        <span className={classes.forwarded}>
          <Forward size={13} aria-hidden />
          {message.forwardedOften ? t('bubble.forwardedOften') : t('bubble.forwarded')}
        </span>
      )}
    </>
  )
}

/** The product of the catalogue that the customer asks about. */
export function ProductSign({ product }: { product: NonNullable<Message['product']> }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.product}>
      <ShoppingBag size={13} aria-hidden />
      {t('bubble.product', { id: product.productId })}
    </span>
  )
}

/** Beside the time; a click shows what stood there before. */
export function EditedMark({ texts }: { texts: Message['earlierTexts'] }) {
  const { t } = useTranslation('messages')
  const [opened, setOpened] = useState(false)
  if (texts.length === 0) return <span>{t('bubble.edited')}</span>
  return (
    <Popover opened={opened} onChange={setOpened} position="top" withRoles returnFocus>
      <Popover.Target>
        <button type="button" className={classes.edited} title={t('bubble.editedHint')} onClick={() => setOpened(!opened)}>
          {t('bubble.edited')}
        </button>
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <Suspense fallback={<Skeleton width={180} height={40} />}>
          <EarlierTexts texts={texts} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Whoever wrote it took it back; what we kept is for those who need it, by a click. */
export function RevokedNotice({ ours, shown, onToggle }: { ours: boolean; shown: boolean; onToggle: () => void }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.revoked}>
      <Ban size={14} aria-hidden />
      <span>{ours ? t('bubble.revokedOut') : t('bubble.revokedIn')}</span>
      <button type="button" aria-expanded={shown} onClick={onToggle}>
        {shown ? t('bubble.revokedHide') : t('bubble.revokedShow')}
      </button>
    </span>
  )
}
