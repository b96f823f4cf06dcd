import type { Order } from '@atende/contracts/messages'
import { ShoppingBag } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { getLocale } from '../../../lib/locale.ts'
import classes from './rich.module.css'
import { TextBody } from './TextBody.tsx'

/** An unknown currency is written as it came: Intl refuses what is none. */
const money = (amount: number, currency: string): string =>
  /^[A-Z]{3}$/.test(currency)
    ? new Intl.NumberFormat(getLocale(), { style: 'currency', currency }).format(amount)
    : `${new Intl.NumberFormat(getLocale(), { minimumFractionDigits: 2 }).format(amount)} ${currency}`.trim()

const inWords = (n: number): string => new Intl.NumberFormat(getLocale()).format(n)

/** What the customer put into the basket: items, quantities, and what it comes to. */
export function OrderBody({ order }: { order: Order }) {
  const { t } = useTranslation('rich')
  const { items, total, currency, text } = order
  return (
    <span className={classes.sheet}>
      <span className={classes.sheetHead}>
        <ShoppingBag size={16} aria-hidden />
        <strong>{t('order.title')}</strong>
        <span className={classes.faint}>{t('order.items', { count: items.length })}</span>
      </span>
      {items.length === 0 && <span className={classes.faint}>{t('order.noItems')}</span>}
      <span className={classes.lines}>
        {items.map((item, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the items of an order never change
          <span key={i} className={classes.line}>
            <span className={`${classes.count} tabular`}>{inWords(item.quantity)}×</span>
            <span className={classes.grow}>{item.productId}</span>
            <span className="tabular">{money(item.price * item.quantity, item.currency)}</span>
          </span>
        ))}
      </span>
      {items.length > 0 && (
        <span className={classes.total}>
          <span className={classes.grow}>{total === null ? t('order.mixed') : t('order.total')}</span>
          {total !== null && <strong className="tabular">{money(total, currency ?? '')}</strong>}
        </span>
      )}
      {text && <TextBody text={text} />}
    </span>
  )
}
