import type { Config } from '../../platform/config.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import { type Message, type Outcome, outcomeOf } from './compose.ts'

const TIMEOUT_MS = 10_000
/** Slack's own escapes (incoming webhooks, formatting). */
const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** To the incoming webhook. */
export async function tellSlack(deps: { config: Config; outgoing: Outgoing }, message: Message): Promise<Outcome> {
  const { tellings, server } = message
  const blocks = tellings.map((t) => [`${t.mark} *${plain(t.line)}*`, ...(t.todo ? [plain(t.todo)] : []), ...(t.runbook ? [plain(t.runbook)] : [])].join('\n'))
  const text = [`*${plain(server)}*`, ...blocks].join('\n\n')
  try {
    const answer = await deps.outgoing.fetch(deps.config.ALERT_SLACK_URL ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.body?.cancel()
    return outcomeOf(answer.ok ? null : `slack_refused_${answer.status}`)
  } catch {
    return outcomeOf('slack_unreached')
  }
}
