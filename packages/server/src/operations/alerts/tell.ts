import type { Config } from '../../platform/config.ts'
import type { Database } from '../../platform/database.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import { inTime } from '../in-time.ts'
import type { AlertChannel } from './alert-state.ts'
import { noteChannel } from './alerts.store.ts'
import { type Message, type Outcome, testMessage } from './compose.ts'
import { tellByMail } from './tell-mail.ts'
import { tellSlack } from './tell-slack.ts'
import { tellByWhatsapp } from './tell-whatsapp.ts'

/** What telling needs; the command line has it without a running server. */
export type TellDeps = { config: Config; db: Database; mail: Mailer; outgoing: Outgoing }

const CHANNELS: Record<AlertChannel, { isOn: (c: Config) => boolean; tell: (deps: TellDeps, message: Message) => Promise<Outcome> }> = {
  email: { isOn: (c) => c.ALERT_EMAILS.length > 0, tell: tellByMail },
  slack: { isOn: (c) => c.ALERT_SLACK_URL !== undefined, tell: tellSlack },
  whatsapp: { isOn: (c) => c.ALERT_WHATSAPP_TO.length > 0, tell: tellByWhatsapp },
}
export const ALERT_CHANNELS = ['email', 'slack', 'whatsapp'] as const satisfies readonly AlertChannel[]

/** Those that the settings name. */
export const channelsOn = (config: Config): AlertChannel[] => ALERT_CHANNELS.filter((c) => CHANNELS[c].isOn(config))

/** Tells one channel, and keeps how that went; with the database away it is told all the same. */
export async function tellChannel(deps: TellDeps, channel: AlertChannel, message: Message): Promise<Outcome> {
  const outcome = await CHANNELS[channel].tell(deps, message)
  await inTime(deps.db, (tx) => noteChannel(tx, channel, outcome.error)).catch(() => {})
  return outcome
}

export type TestResult = { channel: AlertChannel; outcome: 'sent' | 'failed' | 'off'; error: string | null }

/** A test to each channel: whoever waits for an alert should have seen one before. */
export async function sendTestAlert(deps: TellDeps): Promise<TestResult[]> {
  const on = channelsOn(deps.config)
  return Promise.all(
    ALERT_CHANNELS.map(async (channel): Promise<TestResult> => {
      if (!on.includes(channel)) return { channel, outcome: 'off', error: null }
      const { told, error } = await tellChannel(deps, channel, testMessage(deps.config))
      return { channel, outcome: told ? 'sent' : 'failed', error }
    }),
  )
}
