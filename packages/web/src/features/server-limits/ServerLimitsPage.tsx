import './late-texts.ts'
import type { ServerLimits } from '@atende/contracts/limits'
import { Alert, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../lib/time.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { ServerNav } from '../server-status/ServerNav.tsx'
import { BansSection } from './BansSection.tsx'
import { ListSection } from './ListSection.tsx'
import classes from './ServerLimits.module.css'
import { serverLimitsTexts } from './server-limits.texts.ts'
import { useServerLimits } from './use-server-limits.ts'

type RuleName = keyof (typeof serverLimitsTexts)['pt-BR']['rule']
/** A server may be newer than this page. */
const isKnown = (name: string): name is RuleName => name in serverLimitsTexts['pt-BR'].rule

function Rules({ limits }: { limits: ServerLimits }) {
  const { t, i18n } = useTranslation('serverLimits')
  return (
    <Section flush title={t('rules')} text={`${t(`store.${limits.store}`)} ${t('rulesText')}`}>
      {limits.rules.map((rule) => (
        <Row key={rule.name}>
          <Text size="sm" className={classes.words}>
            {isKnown(rule.name) ? t(`rule.${rule.name}`) : rule.name}
          </Text>
          <span className={classes.figure}>
            {t('per', { limit: rule.limit.toLocaleString(i18n.language), time: formatDuration(rule.windowSeconds * 1000) })}
          </span>
        </Row>
      ))}
    </Section>
  )
}

function Content() {
  const { t } = useTranslation('serverLimits')
  const limits = useServerLimits()
  if (limits.isPending) return <ListSkeleton rows={5} />
  if (limits.isError) return <ErrorState error={limits.error} retry={() => void limits.refetch()} />
  return (
    <>
      {limits.data.standIn && (
        <Alert color="yellow" variant="light" mb="lg">
          {t('standIn')}
        </Alert>
      )}
      <BansSection bans={limits.data.bans} />
      <ListSection limits={limits.data} which="allow" />
      <ListSection limits={limits.data} which="block" />
      <Text size="sm" c="dimmed" mt={-16} mb="xl">
        {t('yours', { address: limits.data.yourAddress })}
      </Text>
      <Rules limits={limits.data} />
    </>
  )
}

/** For who runs the server. */
export function ServerLimitsPage() {
  const { t } = useTranslation('serverLimits')
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="server.manage">
      <ServerNav />
      <Content />
    </SettingsFrame>
  )
}
