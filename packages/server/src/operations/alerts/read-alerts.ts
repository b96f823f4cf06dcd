import type { AlertChannelState, ServerAlert } from '@atende/contracts/server-status'
import type { Config } from '../../platform/config.ts'
import type { Database } from '../../platform/database.ts'
import type { Alert } from './alert-state.ts'
import { ALERTS, alertWords } from './alert-texts.ts'
import { loadAlerts, loadChannelStates } from './alerts.store.ts'
import { ALERT_CHANNELS, channelsOn } from './tell.ts'
import { whatsappFault } from './tell-whatsapp.ts'

const present = (a: Alert & { firingAt: number }): ServerAlert => ({
  id: a.id,
  code: a.code,
  severity: ALERTS[a.code].severity,
  words: { 'pt-BR': alertWords(a, 'pt-BR'), en: alertWords(a, 'en') },
  runbook: ALERTS[a.code].runbook,
  firingAt: new Date(a.firingAt).toISOString(),
  resolvedAt: a.resolvedAt === null ? null : new Date(a.resolvedAt).toISOString(),
  toldTo: ALERT_CHANNELS.filter((c) => a.told[c] !== undefined),
})

const isFired = (a: Alert): a is Alert & { firingAt: number } => a.firingAt !== null

/** What fires, the worst first, then what is over, the newest first. */
export async function readAlerts(db: Database, max = 20): Promise<ServerAlert[]> {
  const fired = (await loadAlerts(db, max)).filter(isFired)
  const rank = (a: Alert) => (a.resolvedAt !== null ? 2 : ALERTS[a.code].severity === 'critical' ? 0 : 1)
  return fired.toSorted((a, b) => rank(a) - rank(b) || b.firingAt - a.firingAt).map(present)
}

/** By which ways alerts leave, and whether they do. What is missing for WhatsApp is known before anything is sent. */
export async function readAlertChannels(deps: { config: Config; db: Database; mailMode: string }): Promise<AlertChannelState[]> {
  const states = new Map((await loadChannelStates(deps.db)).map((s) => [s.channel, s]))
  const on = channelsOn(deps.config)
  const missing = { email: deps.mailMode === 'off' ? 'mail_off' : null, slack: null, whatsapp: on.includes('whatsapp') ? await whatsappFault(deps) : null }
  return ALERT_CHANNELS.map((channel) => {
    const state = on.includes(channel) ? states.get(channel) : undefined
    const error = on.includes(channel) ? (missing[channel] ?? state?.error ?? null) : null
    return { channel, on: on.includes(channel), okAt: state?.okAt?.toISOString() ?? null, triedAt: state?.triedAt.toISOString() ?? null, error }
  })
}
