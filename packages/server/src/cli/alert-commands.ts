import type { Command } from 'commander'
import { print, table, warn } from './output.ts'

export function alertCommands(program: Command): void {
  const alerts = program.command('alerts').description('what the server tells its operator by e-mail, Slack and WhatsApp')
  alerts.command('list').description('what is wrong at this moment, what was, and whether the channels work').action(list)
  alerts
    .command('test')
    .description('send a test alert to each channel; fails when one does not take it')
    .addHelpText('after', '\nThe channels are settings: ALERT_EMAILS, ALERT_SLACK_URL, ALERT_WHATSAPP_TO.\n\nExample:\n  atende alerts test')
    .action(test)
}

async function list(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const { readAlertChannels, readAlerts } = await import('../operations/alerts/read-alerts.ts')
  const found = await withInstallation(async ({ config, installation: { db } }) => {
    const mailMode = config.SMTP_URL || config.SMTP_HOST ? 'smtp' : 'off'
    return { alerts: await readAlerts(db), channels: await readAlertChannels({ config, db, mailMode }) }
  })
  const rows = found.alerts.map((a) => [a.resolvedAt === null ? a.severity : 'resolved', a.code, a.firingAt, a.resolvedAt ?? '-', a.words.en.title])
  const channels = found.channels.map((c) => [c.channel, c.on ? (c.error ?? 'ok') : 'off', c.okAt ?? '-'])
  print(json, found, [
    ...(rows.length === 0 ? ['Nothing was ever wrong.'] : table([['STATE', 'CODE', 'SINCE', 'UNTIL', 'WHAT'], ...rows])),
    '',
    ...table([['CHANNEL', 'STATE', 'LAST TOLD'], ...channels]),
  ])
}

async function test(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { withInstallation } = await import('./with-installation.ts')
  const { sendTestAlert } = await import('../operations/alerts/tell.ts')
  const { createLog } = await import('../platform/log.ts')
  const { createMailer } = await import('../platform/mail.ts')
  const { createOutgoing } = await import('../platform/outgoing/outgoing.ts')
  const results = await withInstallation(async ({ config, installation: { db } }) => {
    const [mail, outgoing] = [createMailer(config, createLog({ LOG_LEVEL: 'fatal' })), createOutgoing(config)]
    try {
      return await sendTestAlert({ config, db, mail, outgoing })
    } finally {
      mail.close()
      outgoing.close()
    }
  })
  const lines = table([['CHANNEL', 'OUTCOME', 'WHY'], ...results.map((r) => [r.channel, r.outcome, r.error ?? ''])])
  print(json, { results }, lines)
  if (results.every((r) => r.outcome === 'off')) warn('note: no channel is set; see ALERT_EMAILS, ALERT_SLACK_URL and ALERT_WHATSAPP_TO.')
  const failed = results.filter((r) => r.outcome === 'failed')
  if (failed.length > 0) throw new Error(`not told: ${failed.map((r) => `${r.channel} (${r.error})`).join(', ')}`)
}
