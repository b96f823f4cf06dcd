import './late-texts.ts'
import type { WhatsappUsage } from '@atende/contracts/usage'
import { Alert, Button, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ChartColumn, Info, ListOrdered } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Section } from '../../ui/Section.tsx'
import { MonthSwitch } from './MonthSwitch.tsx'
import { QuotaBars } from './QuotaBars.tsx'
import classes from './Usage.module.css'
import { UsageTable } from './UsageTable.tsx'
import { UsageTotals } from './UsageTotals.tsx'
import { formatMonth } from './usage-words.ts'
import { useWhatsappUsage } from './use-usage.ts'

const PriceListDialog = lazy(() => import('./PriceListDialog.tsx').then((m) => ({ default: m.PriceListDialog })))

function Month({ usage, onPrices }: { usage: WhatsappUsage; onPrices: () => void }) {
  const { t } = useTranslation('usage')
  return (
    <>
      {usage.rows.length === 0 ? (
        <Section flush>
          <EmptyState icon={<ChartColumn size={24} aria-hidden />} title={t('emptyTitle', { month: formatMonth(usage.month) })} text={t('emptyText')} />
        </Section>
      ) : (
        <>
          <UsageTotals usage={usage} />
          {usage.unpriced > 0 && (
            <Alert color="amber" mb="lg">
              <div className={classes.unpriced}>
                {t('unpriced', { count: usage.unpriced })}
                <Button size="xs" variant="default" onClick={onPrices}>
                  {t('setPrice')}
                </Button>
              </div>
            </Alert>
          )}
          <UsageTable rows={usage.rows} />
        </>
      )}
      {usage.quotas.length > 0 && <QuotaBars quotas={usage.quotas} />}
    </>
  )
}

function Usage({ onPrices }: { onPrices: () => void }) {
  const { t } = useTranslation('usage')
  const { mes } = useSearch({ from: '/app/configuracoes/uso' })
  const navigate = useNavigate()
  const { data, error, refetch } = useWhatsappUsage(mes)
  if (data === undefined) return error === null ? <Skeleton height={420} radius="lg" /> : <ErrorState error={error} retry={() => void refetch()} />
  const show = (month: string): void => void navigate({ to: '/configuracoes/uso', search: { mes: month }, replace: true })
  return (
    <>
      <MonthSwitch month={data.month} months={data.months} onChange={show} />
      <Month usage={data} onPrices={onPrices} />
      <p className={classes.estimate}>
        <Info size={15} aria-hidden />
        <span>{t('estimate')}</span>
      </p>
    </>
  )
}

export function UsagePage() {
  const { t } = useTranslation('usage')
  const mayRead = useCan('usage.read')
  const [listed, list] = useDisclosure(false)
  return (
    <SettingsFrame
      title={t('title')}
      text={t('text')}
      actions={
        mayRead && (
          <Button variant="default" leftSection={<ListOrdered size={16} aria-hidden />} onClick={list.open}>
            {t('prices')}
          </Button>
        )
      }
      permission="usage.read"
    >
      <Usage onPrices={list.open} />
      {listed && (
        <Suspense fallback={null}>
          <PriceListDialog onClose={list.close} />
        </Suspense>
      )}
    </SettingsFrame>
  )
}
