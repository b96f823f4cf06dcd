import type { ChannelHealth } from '@atende/contracts/channels'
import { Button } from '@mantine/core'
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDate, formatRelative } from '../../lib/time.ts'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import classes from './ConnectionChecks.module.css'
import { useSubscribeChannel } from './channel-mutations.ts'

const SIGNS = { good: CircleCheck, bad: CircleX, unknown: CircleHelp }

function CheckRow({ name, good, children, action }: { name: string; good: boolean | null; children: ReactNode; action?: ReactNode }) {
  const { t } = useTranslation('channelHealth')
  const state = good === null ? 'unknown' : good ? 'good' : 'bad'
  const Sign = SIGNS[state]
  return (
    <div className={classes.row} data-state={state}>
      <Sign size={18} aria-label={t(`checks.${state}`)} role="img" className={classes.sign} />
      <div className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.text}>{children}</span>
      </div>
      {action}
    </div>
  )
}

function TokenRows({ token }: { token: ChannelHealth['token'] }) {
  const { t } = useTranslation('channelHealth')
  const { valid, expiresAt, missingScopes } = token
  const works = expiresAt === null ? t('checks.tokenGood') : t('checks.tokenUntil', { day: formatDate(expiresAt) })
  return (
    <>
      <CheckRow name={t('checks.token')} good={valid}>
        {valid === null ? t('checks.unknownText') : valid ? works : t('checks.tokenBad')}
      </CheckRow>
      <CheckRow name={t('checks.scopes')} good={missingScopes.length > 0 ? false : valid === true ? true : null}>
        {missingScopes.length > 0
          ? t('checks.scopesBad', { scopes: missingScopes.join(', ') })
          : valid === true
            ? t('checks.scopesGood')
            : t('checks.unknownText')}
      </CheckRow>
    </>
  )
}

function WebhookRows({ webhook, subscribe }: { webhook: ChannelHealth['webhook']; subscribe: ReactNode }) {
  const { t } = useTranslation('channelHealth')
  const { subscribed, ours, url, handshakeAt, lastAt } = webhook
  const said = (good: boolean | null, yes: string, no: string) => (good === null ? t('checks.unknownText') : good ? yes : no)
  return (
    <>
      <CheckRow name={t('checks.subscribed')} good={subscribed} action={subscribed === false && subscribe}>
        {said(subscribed, t('checks.subscribedGood'), t('checks.subscribedBad'))}
      </CheckRow>
      <CheckRow name={t('checks.address')} good={ours}>
        {said(ours, t('checks.addressGood'), t('checks.addressBad', { url: url ?? '' }))}
      </CheckRow>
      <CheckRow name={t('checks.handshake')} good={handshakeAt !== null}>
        {handshakeAt === null ? t('checks.handshakeBad') : t('checks.handshakeGood', { when: formatRelative(handshakeAt) })}
      </CheckRow>
      <CheckRow name={t('checks.last')} good={lastAt === null ? null : true}>
        {lastAt === null ? t('checks.lastNone') : formatRelative(lastAt)}
      </CheckRow>
    </>
  )
}

/** What must be right to send and receive, one line each. */
export function ConnectionChecks({ channelId, health, mayManage }: { channelId: string; health: ChannelHealth; mayManage: boolean }) {
  const { t } = useTranslation(['channelHealth', 'channels'])
  const subscribe = useSubscribeChannel(channelId)
  const button = mayManage && (
    <Button
      size="xs"
      variant="default"
      loading={subscribe.isPending}
      onClick={() => subscribe.mutate(undefined, { onSuccess: () => toast(t('channels:setup.subscribed')) })}
    >
      {t('checks.subscribe')}
    </Button>
  )
  return (
    <Section title={t('checks.title')} text={t('checks.text')} flush>
      <TokenRows token={health.token} />
      <WebhookRows webhook={health.webhook} subscribe={button} />
    </Section>
  )
}
