import { uuidv7 } from '../../platform/ids.ts'
import { ALERTS, type AlertCode } from './alert-texts.ts'

export type AlertChannel = 'email' | 'slack' | 'whatsapp'
export type AlertDetails = Record<string, string | number>
/** What is wrong at this moment; `key` says where, when it may be wrong in several places. */
export type Seen = { code: AlertCode; key: string; details: AlertDetails }
export type Told = { as: 'firing' | 'resolved'; at: number }
export type Alert = {
  id: string
  code: AlertCode
  key: string
  details: AlertDetails
  /** When it was seen first, and last. */
  since: number
  lastSeen: number
  /** Null while it is only suspected. */
  firingAt: number | null
  resolvedAt: number | null
  /** It was resolved a short while before: it goes up and down, and must be quiet for longer before it counts as over. */
  again: boolean
  told: Partial<Record<AlertChannel, Told>>
}

/** In minutes of the alerts. */
const QUIET = 3
const QUIET_AGAIN = 30
const AGAIN_WITHIN = 60
const REMIND = 24 * 60

const nameOf = (a: Pick<Seen, 'code' | 'key'>): string => `${a.code}\0${a.key}`

function begin(seen: Seen, known: readonly Alert[], now: number, minute: number): Alert {
  const again = known.some((a) => nameOf(a) === nameOf(seen) && a.resolvedAt !== null && now - a.resolvedAt < AGAIN_WITHIN * minute)
  return { ...seen, id: uuidv7(), since: now, lastSeen: now, firingAt: null, resolvedAt: null, again, told: {} }
}

/** What could not be asked stays as it was: silence is no recovery. */
const frozen = (a: Alert, now: number): Alert => ({ ...a, lastSeen: now })

function afterSilence(a: Alert, now: number, minute: number): Alert | undefined {
  if (now - a.lastSeen < (a.again ? QUIET_AGAIN : QUIET) * minute) return a
  return a.firingAt === null ? undefined : { ...a, resolvedAt: now }
}

/**
 * The next state: what is seen for long enough fires, what is not seen for a while is over. In between nothing changes, so that what
 * goes up and down is told once. Pure.
 * @param unknown codes that could not be asked
 */
export function nextAlerts(known: readonly Alert[], seen: readonly Seen[], unknown: readonly AlertCode[], now: number, minute: number): Alert[] {
  const open = new Map(known.filter((a) => a.resolvedAt === null).map((a) => [nameOf(a), a]))
  const out = known.filter((a) => a.resolvedAt !== null)
  for (const one of seen) {
    const before = open.get(nameOf(one)) ?? begin(one, known, now, minute)
    open.delete(nameOf(one))
    const held = now - before.since >= ALERTS[one.code].hold * minute
    out.push({ ...before, details: one.details, lastSeen: now, firingAt: before.firingAt ?? (held ? now : null) })
  }
  for (const a of open.values()) {
    const after = unknown.includes(a.code) ? frozen(a, now) : afterSilence(a, now, minute)
    if (after) out.push(after)
  }
  return out
}

export type Due = { alert: Alert; as: 'firing' | 'reminder' | 'resolved' }

/** What this channel has to be told: what fires, once and then once a day, and the end of what it was told. Pure. */
export function dueOf(alerts: readonly Alert[], channel: AlertChannel, now: number, minute: number): Due[] {
  return alerts.flatMap((alert): Due[] => {
    const told = alert.told[channel]
    if (alert.resolvedAt !== null) return told?.as === 'firing' ? [{ alert, as: 'resolved' }] : []
    if (alert.firingAt === null) return []
    if (told === undefined) return [{ alert, as: 'firing' }]
    return now - told.at >= REMIND * minute ? [{ alert, as: 'reminder' }] : []
  })
}

export const markTold = (alert: Alert, channel: AlertChannel, at: number): Alert => ({
  ...alert,
  told: { ...alert.told, [channel]: { as: alert.resolvedAt === null ? 'firing' : 'resolved', at } },
})
