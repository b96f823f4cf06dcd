import { type ChannelHealth, NumberStatus, QualityRating } from '@atende/contracts/channels'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import * as health from './channel-health.db.ts'
import * as db from './channels.db.ts'
import { sayRestriction } from './whatsapp-cloud/account/account-update.ts'
import { explainError } from './whatsapp-cloud/error-table.ts'

const DIARY_LINES = 30
const SYNC_MS = 24 * 3600_000

const iso = (at: Date | null) => at?.toISOString() ?? null
const sending = (v: string | null): ChannelHealth['canSend'] => (v === 'AVAILABLE' || v === 'LIMITED' || v === 'BLOCKED' ? v : null)

function presentSync(row: db.ChannelRow): ChannelHealth['sync'] {
  const possible = row.coexistence_since !== null && row.onboarded_at !== null
  return {
    until: possible ? iso(new Date((row.onboarded_at?.getTime() ?? 0) + SYNC_MS)) : null,
    contactsAt: iso(row.sync_contacts_at),
    historyAt: iso(row.sync_history_at),
    progress: row.sync_progress,
    error: row.sync_error,
  }
}

const presentNumber = (row: db.ChannelRow) => ({
  numberStatus: row.number_status === null ? null : NumberStatus.catch('UNKNOWN').parse(row.number_status),
  quality: QualityRating.catch('UNKNOWN').parse(row.quality_rating),
  nameStatus: row.name_status,
  requestedName: row.requested_name === row.verified_name ? null : row.requested_name,
  username: row.username,
  messagingLimit: row.messaging_limit,
  maxNumbers: row.max_numbers,
  throughput: row.throughput,
  canSend: sending(row.can_send),
  healthProblems: row.health_problems,
  reviewStatus: row.review_status,
  coexistence: row.coexistence_since !== null,
  sync: presentSync(row),
  pinEnabled: row.pin_enabled,
  registered: row.registered,
  webhook: {
    subscribed: row.webhook_subscribed,
    ours: row.webhook_ours,
    url: row.webhook_url,
    handshakeAt: iso(row.handshake_at),
    lastAt: iso(row.last_webhook_at),
  },
  token: { valid: row.token_valid, expiresAt: iso(row.token_expires_at), missingScopes: row.token_missing_scopes },
  checkedAt: iso(row.checked_at),
})

/** How a number is: as Meta said last, with what its webhooks and our sending have told since. @throws AppError not_found */
export async function getChannelHealth(tx: TenantTx, id: string): Promise<ChannelHealth> {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  const [restricted, errors, events] = [
    await health.restrictions(tx, id),
    await health.errorsOfDay(tx, id),
    await health.diary(tx, id, row.waba_id, DIARY_LINES),
  ]
  return {
    ...presentNumber(row),
    restrictions: restricted.map((r) => ({ kind: r.kind, title: sayRestriction(r.kind), until: iso(r.until), remediation: r.remediation })),
    errors: errors.map((e) => {
      const known = explainError(e.code)
      return { code: e.code, title: e.title ?? known.title, action: e.action ?? known.action, count: e.count, lastAt: e.last_at.toISOString() }
    }),
    events: events.map((e) => ({ id: e.id, field: e.field, title: e.title, understood: e.understood, at: e.at.toISOString() })),
  }
}
