import type { AddressBan } from '@atende/contracts/limits'
import { Button, Text, TextInput } from '@mantine/core'
import { ShieldCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorSentence, fieldErrors } from '../../lib/error-text.ts'
import { formatRemaining, useNow } from '../../lib/time.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toastError } from '../../ui/toast.ts'
import classes from './ServerLimits.module.css'
import { useRelease } from './use-server-limits.ts'

function BanRow({ ban, now }: { ban: AddressBan; now: number }) {
  const { t } = useTranslation('serverLimits')
  const release = useRelease()
  const details = [t(`scope.${ban.scope}`), t('level', { count: ban.level }), t('left', { time: formatRemaining(ban.until, now) })]
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{ban.network}</div>
        <Text size="xs" c="dimmed">
          {details.join(' · ')}
        </Text>
      </div>
      <Button
        variant="default"
        size="xs"
        loading={release.isPending}
        onClick={() => release.mutate({ ip: ban.network }, { onError: toastError })}
        aria-label={t('releaseLabel', { network: ban.network })}
      >
        {t('release')}
      </Button>
    </Row>
  )
}

export function BansSection({ bans }: { bans: readonly AddressBan[] }) {
  const { t } = useTranslation('serverLimits')
  const now = useNow(1000)
  return (
    <Section flush title={t('bans')} text={t('bansText')}>
      {bans.length === 0 && <EmptyState compact icon={<ShieldCheck size={24} aria-hidden />} title={t('noBans')} text={t('noBansText')} />}
      {bans.map((ban) => (
        <BanRow key={`${ban.scope} ${ban.network}`} ban={ban} now={now} />
      ))}
      <ReleaseForm />
    </Section>
  )
}

/** For somebody who calls and cannot get in, banned or not. */
function ReleaseForm() {
  const { t } = useTranslation('serverLimits')
  const [ip, setIp] = useState('')
  const release = useRelease()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    release.mutate({ ip }, { onSuccess: () => setIp('') })
  }
  const fault = release.error === null ? undefined : (fieldErrors(release.error).ip ?? errorSentence(release.error))
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <TextInput
        className={classes.field}
        label={t('releaseAny')}
        placeholder="203.0.113.7"
        value={ip}
        onChange={(event) => setIp(event.currentTarget.value)}
        error={fault}
        autoComplete="off"
        spellCheck={false}
        description={t('releaseAnyText')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
      />
      <Button type="submit" className={classes.submit} variant="default" loading={release.isPending} disabled={ip.trim() === ''}>
        {t('release')}
      </Button>
    </form>
  )
}
