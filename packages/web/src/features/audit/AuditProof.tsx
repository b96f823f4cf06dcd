import type { AuditProgress, AuditStatus } from '@atende/contracts/audit'
import { Alert, Button, Group, Progress, Skeleton, Stack, Text } from '@mantine/core'
import { CircleCheck, CircleX, Download, ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Section } from '../../ui/Section.tsx'
import { toastError } from '../../ui/toast.ts'
import { downloadCheckpoints, useAuditBase, useAuditStatus } from './use-audit.ts'
import { useVerify } from './use-verify.ts'

function Outcome({ step }: { step: AuditProgress }) {
  const { t } = useTranslation('audit')
  if (step.type === 'progress') {
    const percent = step.total === 0 ? 0 : Math.min(100, (100 * step.lines) / step.total)
    return (
      <div role="status">
        <Text size="sm" mb={6}>
          {t('proof.verifying', step)}
        </Text>
        <Progress value={percent} animated aria-label={t('proof.progress')} />
      </div>
    )
  }
  if (step.type === 'failed') return <Alert color="amber">{t('proof.failed')}</Alert>
  const { verdict } = step
  if (verdict.break === null) {
    return (
      <Alert color="teal" icon={<CircleCheck size={18} aria-hidden />} title={t('proof.whole')} role="status">
        {t('proof.wholeText', { count: verdict.lines, checkpoints: verdict.checkpoints })}
      </Alert>
    )
  }
  return (
    <Alert color="red" icon={<CircleX size={18} aria-hidden />} title={t('proof.broken')}>
      {t(`proof.kind.${verdict.break.kind}`, { seq: verdict.break.seq })} {t('proof.brokenNext')}
    </Alert>
  )
}

function Standing({ status }: { status: AuditStatus }) {
  const { t } = useTranslation('audit')
  const { lastCheckpoint: last } = status
  return (
    <div>
      <Text size="sm" fw={530}>
        {t('proof.lines', { count: status.lines })}
        {last !== null && ` · ${t('proof.signed', { when: formatRelative(last.at), seq: last.seq })}`}
      </Text>
      {last === null && (
        <Text size="sm" c="dimmed">
          {t('proof.unsigned')}
        </Text>
      )}
      <Text size="sm" c="dimmed" mt={2}>
        {t(status.copied ? 'proof.copied' : 'proof.notCopied')}
      </Text>
    </div>
  )
}

/** How far the chain is signed, and the button that verifies all of it. */
export function AuditProof() {
  const { t } = useTranslation('audit')
  const base = useAuditBase()
  const status = useAuditStatus()
  const { step, verify, running } = useVerify()
  return (
    <Section title={t('proof.title')} text={t('proof.text')}>
      <Stack gap="md">
        {status.data === undefined && status.error === null && <Skeleton height={46} />}
        {status.error !== null && <ErrorState compact error={status.error} retry={() => void status.refetch()} />}
        {status.data !== undefined && <Standing status={status.data} />}
        <Group gap="sm">
          <Button leftSection={<ShieldCheck size={16} aria-hidden />} loading={running} onClick={() => void verify()}>
            {t('proof.verify')}
          </Button>
          <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => void downloadCheckpoints(base).catch(toastError)}>
            {t('proof.checkpoints')}
          </Button>
        </Group>
        {step !== null && <Outcome step={step} />}
      </Stack>
    </Section>
  )
}
