import './late-texts.ts'
import type { PriceList } from '@atende/contracts/usage'
import { ActionIcon, Skeleton, Text } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { toast } from '../../ui/toast.ts'
import { PriceForm } from './PriceForm.tsx'
import classes from './PriceList.module.css'
import { QuotaForm } from './QuotaForm.tsx'
import { countryName, formatCount, formatDay, formatMoney, useCategoryName } from './usage-words.ts'
import { usePriceList, useRemoveRow } from './use-usage.ts'

type RowProps = { id: string; name: string; text: string; value: string; validFrom: string; builtIn: boolean; what: 'prices' | 'quotas'; mayChange: boolean }

function ListRow({ id, name, text, value, validFrom, builtIn, what, mayChange }: RowProps) {
  const { t } = useTranslation('usage')
  const remove = useRemoveRow(what)
  const date = formatDay(validFrom)
  return (
    <li className={classes.row} data-own={!builtIn || undefined}>
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.text}>{[text, t('list.from', { date }), builtIn ? t('list.builtIn') : ''].filter((w) => w !== '').join(' · ')}</span>
      </span>
      <span className={classes.value}>{value}</span>
      {mayChange && !builtIn && (
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={remove.isPending}
          aria-label={t('list.remove', { name, date })}
          onClick={() => remove.mutate(id, { onSuccess: () => toast(t('list.removed')) })}
        >
          <Trash2 size={16} aria-hidden />
        </ActionIcon>
      )}
    </li>
  )
}

function Lists({ list, mayChange }: { list: PriceList; mayChange: boolean }) {
  const { t } = useTranslation('usage')
  const nameOf = useCategoryName()
  return (
    <>
      <h3 className={classes.title}>{t('list.prices')}</h3>
      <ul className={classes.list}>
        {list.prices.map((p) => (
          <ListRow
            key={p.id}
            {...p}
            name={nameOf(p.category)}
            text={p.country === '*' ? t('list.everywhere') : countryName(p.country)}
            value={formatMoney(p.amount, p.currency, 6)}
            what="prices"
            mayChange={mayChange}
          />
        ))}
      </ul>
      {list.prices.length === 0 && <Text size="sm">{t('list.none')}</Text>}
      {mayChange && <PriceForm />}
      <h3 className={classes.title}>{t('list.quotas')}</h3>
      <ul className={classes.list}>
        {list.quotas.map((q) => (
          <ListRow key={q.id} {...q} name={nameOf(q.category)} text="" value={formatCount(q.perNumberAndMonth)} what="quotas" mayChange={mayChange} />
        ))}
      </ul>
      {mayChange && <QuotaForm />}
    </>
  )
}

/** What a message costs and what is free, with the day from which it holds: yours and those that came with the server. */
export function PriceListDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('usage')
  const { data, error, refetch } = usePriceList()
  const mayChange = useCan('tenant.manage')
  return (
    <Dialog title={t('list.title')} size={620} onClose={onClose}>
      <Text size="sm" c="dimmed">
        {t('list.text')} {!mayChange && t('list.readOnly')}
      </Text>
      {data === undefined && error === null && <Skeleton height={260} mt="md" radius="md" />}
      {data === undefined && error !== null && <ErrorState compact error={error} retry={() => void refetch()} />}
      {data !== undefined && <Lists list={data} mayChange={mayChange} />}
    </Dialog>
  )
}
