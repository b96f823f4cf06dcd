import '../roles/late-texts.ts'
import './late-texts.ts'
import type { ApiKey } from '@atende/contracts/api-keys'
import { Button } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatRelative, formatRemaining } from '../../lib/time.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { LoadedList } from '../../ui/LoadedList.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import classes from '../roles/Roles.module.css'
import { NewApiKey } from './NewApiKey.tsx'
import { useApiKeys, useRevokeApiKey } from './use-api-keys.ts'

const hasEnded = (key: ApiKey): boolean => key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now()
const isLive = (key: ApiKey): boolean => key.revokedAt === null && !hasEnded(key)

function KeyFacts({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation(['apiKeys', 'roles'])
  const { lastUsedAt, lastUsedFrom, expiresAt } = apiKey
  const ends = expiresAt === null ? t('endless') : t('ends', { when: formatRemaining(expiresAt) })
  const facts = [
    lastUsedAt === null ? t('neverUsed') : t('used', { when: formatRelative(lastUsedAt), from: lastUsedFrom ?? '?' }),
    ...(isLive(apiKey) ? [ends] : []),
    t('by', { who: apiKey.createdBy.name, when: formatRelative(apiKey.createdAt) }),
  ]
  return (
    <>
      <div className={classes.hint}>{facts.join(' · ')}</div>
      <div className={classes.hint}>{t('may', { list: apiKey.scopes.map((p) => t(`roles:permission.${p}`).toLocaleLowerCase()).join(', ') })}</div>
    </>
  )
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation('apiKeys')
  const revoke = useRevokeApiKey()
  const { name } = apiKey
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{name}</div>
        <KeyFacts apiKey={apiKey} />
      </div>
      {isLive(apiKey) ? (
        <ConfirmButton
          variant="default"
          size="xs"
          loading={revoke.isPending}
          aria-label={t('revokeOf', { name })}
          question={t('revokeQuestion', { name })}
          verb={t('revoke')}
          onConfirm={() => revoke.mutate(apiKey.id, { onSuccess: () => toast(t('revoked')) })}
        >
          {t('revoke')}
        </ConfirmButton>
      ) : (
        <Pill tone="quiet">{apiKey.revokedAt === null ? t('ended') : t('revokedState')}</Pill>
      )}
    </Row>
  )
}

function Keys() {
  const { t } = useTranslation('apiKeys')
  const apiKeys = useApiKeys()
  const live = apiKeys.data?.filter(isLive) ?? []
  const old = apiKeys.data?.filter((key) => !isLive(key)) ?? []
  return (
    <>
      <Section flush title={t('active')} text={t('activeText')}>
        <LoadedList query={apiKeys} rows={3}>
          {() => (
            <>
              {live.length === 0 && <EmptyState icon={<KeyRound size={24} aria-hidden />} title={t('emptyTitle')} text={t('emptyText')} />}
              {live.map((key) => (
                <KeyRow key={key.id} apiKey={key} />
              ))}
            </>
          )}
        </LoadedList>
      </Section>
      {old.length > 0 && (
        <Section flush title={t('old')}>
          {old.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </Section>
      )}
    </>
  )
}

export function ApiKeysPage() {
  const { t } = useTranslation('apiKeys')
  const mayManage = useCan('api_keys.manage')
  const [making, setMaking] = useState(false)
  return (
    <SettingsFrame
      title={t('title')}
      text={t('text')}
      actions={mayManage && <Button onClick={() => setMaking(true)}>{t('new')}</Button>}
      permission="api_keys.manage"
    >
      <Keys />
      {making && <NewApiKey onClose={() => setMaking(false)} />}
    </SettingsFrame>
  )
}
