import type { AuditLine } from '@atende/contracts/audit'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../lib/session.ts'

/** Who did it, in words. Somebody who is no colleague came from the administration of the server. */
export function useWho({ actor, details }: Pick<AuditLine, 'actor' | 'details'>): string {
  const { t } = useTranslation('audit')
  const { tenant } = useMe()
  if (actor === null) return details?.by === 'command line' ? t('commandLine') : t('nobody')
  return actor.name ?? (tenant === null ? actor.id : t('server'))
}
