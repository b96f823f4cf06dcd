import type { Tenant, Usage } from '@atende/contracts/tenants'
import { Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { formatDate } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './PlanLimits.module.css'

const NEAR = 0.8

function Limit({ name, used, limit }: { name: string; used: number; limit: number | null }) {
  const { t } = useTranslation('tenant')
  const share = limit === null ? 0 : Math.min(1, used / limit)
  const near = limit !== null && share >= NEAR
  const text = limit === null ? t('unlimited', { used }) : t('of', { used, limit })
  return (
    <div className={classes.limit}>
      <div className={classes.line}>
        <span className={classes.name}>{name}</span>
        <span className={classes.number}>
          {text}
          {near && ` · ${t('nearLimit')}`}
        </span>
      </div>
      <Progress value={share * 100} color={near ? 'amber' : 'sea'} size={6} aria-label={`${name}: ${text}`} />
    </div>
  )
}

export function PlanLimits({ tenant, usage }: { tenant: Tenant; usage: z.infer<typeof Usage> }) {
  const { t } = useTranslation('tenant')
  const healthy = tenant.status === 'ACTIVE' || tenant.status === 'TRIAL'
  return (
    <Section
      title={t('plan')}
      text={`${t(`planName.${tenant.plan}`)} · ${t('since', { when: formatDate(tenant.createdAt) })}`}
      actions={<Pill tone={healthy ? 'good' : 'harm'}>{t(`status.${tenant.status}`)}</Pill>}
    >
      <div className={classes.limits}>
        <Limit name={t('users')} used={usage.users} limit={tenant.limits.users} />
        <Limit name={t('channels')} used={usage.channels} limit={tenant.limits.channels} />
      </div>
    </Section>
  )
}
