import { hostname } from 'node:os'
import { runbookFile } from '@atende/contracts/server-status'
import type { Config } from '../../platform/config.ts'
import type { Due } from './alert-state.ts'
import { ALERTS, type AlertLocale, alertWords } from './alert-texts.ts'

/** One thing to tell, in words: a line, what to do, and where it is explained: an address, or a file of the repository. */
export type Telling = { mark: '🔴' | '🟠' | '🟢' | '🔔'; line: string; todo: string | null; runbook: string | null }
/** Everything that one channel is told at once. */
export type Message = { subject: string; tellings: Telling[]; server: string; locale: AlertLocale }

/** `told`: somebody got it. `error`: the code of what went wrong, also when only one of several was not reached. */
export type Outcome = { told: boolean; error: string | null; queued?: Queued }
/** Messages whose fate is known later. */
export type Queued = { tenantId: string; messageIds: string[] }
export const outcomeOf = (error: string | null): Outcome => ({ told: error === null, error })

const WORDS = {
  'pt-BR': {
    resolved: 'Resolvido',
    still: 'Continua',
    test: 'Teste de alerta',
    tested: 'É só um teste: se você está lendo isto, os alertas chegam.',
    and: 'e mais',
  },
  en: { resolved: 'Resolved', still: 'Still so', test: 'Test alert', tested: 'Only a test: if you read this, alerts arrive.', and: 'and more:' },
} as const

/** By which people know this server. */
export const serverName = (config: Pick<Config, 'PUBLIC_URL'>): string => (config.PUBLIC_URL ? new URL(config.PUBLIC_URL).host : hostname())

function tell({ alert, as }: Due, { ALERT_LOCALE: locale, RUNBOOK_URL }: Pick<Config, 'ALERT_LOCALE' | 'RUNBOOK_URL'>): Telling {
  const { title, todo } = alertWords(alert, locale)
  const { severity, runbook } = ALERTS[alert.code]
  if (as === 'resolved') return { mark: '🟢', line: `${WORDS[locale].resolved}: ${title}`, todo: null, runbook: null }
  const line = as === 'reminder' ? `${WORDS[locale].still}: ${title}` : title
  return {
    mark: severity === 'critical' ? '🔴' : '🟠',
    line,
    todo,
    runbook: `${RUNBOOK_URL?.replace(/\/+$/, '') ?? 'deploy/runbooks'}/${runbookFile(runbook, locale)}`,
  }
}

export function messageOf(due: readonly Due[], config: Pick<Config, 'PUBLIC_URL' | 'ALERT_LOCALE' | 'RUNBOOK_URL'>): Message {
  const locale = config.ALERT_LOCALE
  // What is wrong comes before what is over, and what is worse before the rest.
  const order = ['🔴', '🟠', '🟢']
  const tellings = due.map((d) => tell(d, config)).toSorted((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark))
  const [first] = tellings
  const more = tellings.length > 1 ? ` (${WORDS[locale].and} ${tellings.length - 1})` : ''
  return { subject: `${first?.mark ?? ''} ${first?.line ?? ''}${more}`, tellings, server: serverName(config), locale }
}

export function testMessage(config: Pick<Config, 'PUBLIC_URL' | 'ALERT_LOCALE'>): Message {
  const { test, tested } = WORDS[config.ALERT_LOCALE]
  return { subject: `🔔 ${test}`, tellings: [{ mark: '🔔', line: test, todo: tested, runbook: null }], server: serverName(config), locale: config.ALERT_LOCALE }
}
