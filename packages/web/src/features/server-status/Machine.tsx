import type { ServerDisk, ServerStatus } from '@atende/contracts/server-status'
import { Progress, Text } from '@mantine/core'
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'

const SOON_DAYS = 14
const LOW_PERCENT = 10
const FULL_SOON_DAYS = 7

function CertificateRow({ certificate }: { certificate: ServerStatus['certificate'] }) {
  const { t } = useTranslation('serverStatus')
  const days = certificate?.days ?? null
  const tone = days === null ? 'quiet' : days < 0 ? 'harm' : days < SOON_DAYS ? 'waiting' : 'good'
  const Icon = tone === 'harm' ? CircleX : tone === 'waiting' ? CircleAlert : CircleCheck
  const date = certificate?.notAfter ? formatDate(certificate.notAfter) : ''
  const text =
    certificate === null
      ? t('machine.none')
      : certificate.error !== null
        ? t('machine.unread', { code: certificate.error })
        : days !== null && days < 0
          ? ''
          : t('machine.until', { date })
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{t('machine.certificate')}</div>
        <div className={classes.small}>{text}</div>
      </div>
      {days !== null && (
        <Pill tone={tone} icon={<Icon size={13} aria-hidden />}>
          {days < 0 ? t('machine.over', { date }) : t('machine.days', { count: days })}
        </Pill>
      )}
    </Row>
  )
}

function DiskRow({ disk }: { disk: ServerDisk }) {
  const { t, i18n } = useTranslation('serverStatus')
  const gib = (mib: number) => (mib / 1024).toLocaleString(i18n.language, { maximumFractionDigits: 1 })
  const { fullInDays, measuredDays, freePercent } = disk
  const known = disk.mount === 'data' || disk.mount === 'logs' ? t(`machine.mount.${disk.mount}`) : disk.mount
  const forecast = fullInDays !== null ? t('machine.full', { count: fullInDays }) : t(measuredDays < 3 ? 'machine.learning' : 'machine.stays')
  const bad = freePercent < LOW_PERCENT || (fullInDays !== null && fullInDays < FULL_SOON_DAYS)
  const used = Math.round(100 - freePercent)
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>
          {known} · {disk.host}
        </div>
        <Progress value={used} color={bad ? 'red' : 'teal'} size="sm" my={6} aria-label={t('machine.used', { percent: used })} />
        <div className={classes.small}>
          {t('machine.free', { free: gib(disk.freeMib), total: gib(disk.freeMib + disk.usedMib) })} · {forecast}
        </div>
      </div>
    </Row>
  )
}

export function Machine({ certificate, disks }: Pick<ServerStatus, 'certificate' | 'disks'>) {
  const { t } = useTranslation('serverStatus')
  return (
    <Section flush title={t('machine.title')} text={t('machine.text')}>
      <CertificateRow certificate={certificate} />
      {disks === null && <NotRead />}
      {disks?.length === 0 && (
        <Row>
          <Text size="sm" c="dimmed">
            {t('machine.noDisk')}
          </Text>
        </Row>
      )}
      {disks?.map((disk) => (
        <DiskRow key={`${disk.host} ${disk.mount}`} disk={disk} />
      ))}
    </Section>
  )
}
