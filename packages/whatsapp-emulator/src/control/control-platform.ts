import type { AccountState, BusinessNumber, NumberState, Template } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import {
  announceCategoryChange,
  completeCategoryChange,
  disableTemplate,
  pauseTemplate,
  rejectTemplate,
  setTemplateQuality,
  tellTemplateEvent,
  unpauseTemplate,
} from '../state/decide-template.ts'
import type { Engine } from '../state/engine.ts'
import { changeAccountState, changeNumberState, changeTokenState, readAccountState, readNumberState, readTokenState } from '../state/platform-state.ts'
import { buildAccountAlert, buildAccountUpdate, buildCapability, buildNameUpdate, buildQualityUpdate } from '../webhooks/build-account-webhooks.ts'
import type { TemplateEvent } from '../webhooks/build-template-values.ts'
import { isMessageField } from '../webhooks/find-callback.ts'
import { queueAccountChange, queueNumberChange } from '../webhooks/queue-change.ts'
import { FIELD_BUILDERS } from './account-fields.ts'
import type { Platform, PlatformChanges, PlatformControl, TemplateDecision } from './backstage-types.ts'
import { ControlError } from './control-error.ts'
import { requireNumber } from './find-target.ts'

type PlatformVerbs = Pick<PlatformControl, 'changePlatform' | 'readPlatform' | 'listTemplates' | 'listFlows' | 'listGroups' | 'decideTemplate' | 'sendField'>
type Effect = (engine: Engine, number: BusinessNumber, value: never, all: PlatformChanges) => void

const LIMITS: Record<NumberState['messagingLimit'], number> = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_2K: 2000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: -1,
}

/** What Meta decides and notices: number, account, token, templates, and any webhook field. */
export function createPlatformVerbs(engine: Engine): PlatformVerbs {
  const { world } = engine
  const readPlatform = (phoneNumberId: string): Platform => {
    const number = requireNumber(world, phoneNumberId)
    return {
      number: readNumberState(world, phoneNumberId),
      account: readAccountState(world, number.wabaId),
      token: readTokenState(world, number.accessToken).state,
    }
  }
  return {
    readPlatform,
    changePlatform(phoneNumberId, changes) {
      const number = requireNumber(world, phoneNumberId)
      for (const [key, value] of Object.entries(changes)) {
        const effect = Object.hasOwn(EFFECTS, key) ? EFFECTS[key as keyof typeof EFFECTS] : undefined
        if (!effect) throw new ControlError(400, `unknown change: ${key}`)
        // The table below has one effect per key, each for the type of its key.
        effect(engine, number, value as never, changes)
      }
      world.emit({ kind: 'state' })
      return readPlatform(phoneNumberId)
    },
    listTemplates: (phoneNumberId) => byAccount(world.templates.values(), requireNumber(world, phoneNumberId)),
    listFlows: (phoneNumberId) => byAccount(world.flows.values(), requireNumber(world, phoneNumberId)),
    listGroups(phoneNumberId) {
      const number = requireNumber(world, phoneNumberId)
      return [...world.groups.values()].filter((group) => group.phoneNumberId === number.phoneNumberId)
    },
    decideTemplate(templateId, decision) {
      if (!world.templates.get(templateId)) throw new ControlError(404, `no template ${templateId}`)
      decideTemplate(engine, templateId, decision)
      // It was there a line above, and no decision removes one.
      return world.templates.get(templateId) as Template
    },
    sendField(field, input = {}, options = {}) {
      const number = requireNumber(world, options.phoneNumberId)
      const given = input.value
      const build = FIELD_BUILDERS[field]
      if (given === undefined && !build)
        throw new ControlError(400, `no builder for ${field}: give a value; known are ${Object.keys(FIELD_BUILDERS).join(', ')}`)
      const value = given === undefined && build ? build(number, input, world) : (given as JsonObject)
      if (isMessageField(field)) queueNumberChange(engine, number, field, value)
      else queueAccountChange(engine, number.wabaId, field, value)
      return value
    },
  }
}

function byAccount<T extends { wabaId: string }>(all: Iterable<T>, number: BusinessNumber): T[] {
  return [...all].filter((entry) => entry.wabaId === number.wabaId)
}

function decideTemplate(engine: Engine, id: string, decision: TemplateDecision): void {
  const { event, reason, quality, category, impending } = decision
  if (quality) setTemplateQuality(engine, id, quality)
  if (category && impending) announceCategoryChange(engine, id, category)
  else if (category) completeCategoryChange(engine, id, category)
  if (event === 'REJECTED') rejectTemplate(engine, id, reason)
  else if (event === 'PAUSED') pauseTemplate(engine, id)
  else if (event === 'DISABLED') disableTemplate(engine, id)
  else if (event === 'REINSTATED') unpauseTemplate(engine, id)
  // Any other event is told as it was named.
  else if (event) tellTemplateEvent(engine, id, event as TemplateEvent, reason ? { reason } : {})
}

function tellAccount(engine: Engine, number: BusinessNumber, field: string, value: JsonObject): void {
  queueAccountChange(engine, number.wabaId, field, value)
}

/** What each change does: the state, and the webhook Meta sends with it. */
const EFFECTS: { [key in keyof PlatformChanges]-?: Effect } = {
  quality: (engine, number, quality: NumberState['quality']) => {
    const before = readNumberState(engine.world, number.phoneNumberId)
    changeNumberState(engine.world, number.phoneNumberId, { quality })
    const event = quality === 'RED' ? 'FLAGGED' : before.quality === 'RED' ? 'UNFLAGGED' : null
    if (event) tellAccount(engine, number, 'phone_number_quality_update', buildQualityUpdate(number, { event, limit: before.messagingLimit }))
  },
  messagingLimit: (engine, number, messagingLimit: NumberState['messagingLimit']) => {
    const old = readNumberState(engine.world, number.phoneNumberId).messagingLimit
    changeNumberState(engine.world, number.phoneNumberId, { messagingLimit })
    const rank = (limit: NumberState['messagingLimit']): number => (LIMITS[limit] < 0 ? Number.POSITIVE_INFINITY : LIMITS[limit])
    const event = rank(messagingLimit) < rank(old) ? 'DOWNGRADE' : 'UPGRADE'
    const limit = messagingLimit.replace('TIER_UNLIMITED', 'UNLIMITED')
    tellAccount(engine, number, 'phone_number_quality_update', buildQualityUpdate(number, { event, limit, oldLimit: old }))
    tellAccount(engine, number, 'business_capability_update', buildCapability({ limit: LIMITS[messagingLimit] }))
  },
  throughput: (engine, number, throughput: NumberState['throughput']) => {
    const { messagingLimit } = changeNumberState(engine.world, number.phoneNumberId, { throughput })
    if (throughput === 'HIGH')
      tellAccount(engine, number, 'phone_number_quality_update', buildQualityUpdate(number, { event: 'THROUGHPUT_UPGRADE', limit: messagingLimit }))
  },
  status: (engine, number, status: string | null) => void changeNumberState(engine.world, number.phoneNumberId, { status }),
  coexistence: (engine, number, coexistence: boolean) => {
    changeNumberState(engine.world, number.phoneNumberId, { coexistence, onboardedAt: engine.world.now(), syncs: [] })
    tellAccount(engine, number, 'account_update', buildAccountUpdate(number, { event: coexistence ? 'PARTNER_ADDED' : 'PARTNER_REMOVED' }))
  },
  official: (engine, number, official: boolean) => {
    changeNumberState(engine.world, number.phoneNumberId, { official })
    const type = official ? 'OBA_APPROVED' : 'OBA_REJECTED'
    tellAccount(engine, number, 'account_alerts', buildAccountAlert(number, { type, severity: 'INFORMATIONAL' }))
  },
  nameDecision: (engine, number, decision: string, all) => {
    const name = all.nameRequested ?? number.verifiedName
    changeNumberState(engine.world, number.phoneNumberId, {
      nameStatus: decision === 'APPROVED' ? 'APPROVED' : decision === 'REJECTED' ? 'DECLINED' : 'PENDING_REVIEW',
    })
    if (decision === 'APPROVED') engine.world.numbers.put(number.phoneNumberId, { ...number, verifiedName: name })
    tellAccount(engine, number, 'phone_number_name_update', buildNameUpdate(number, { decision, name }))
  },
  nameRequested: () => {},
  maintenanceSeconds: (engine, number, seconds: number) => {
    changeNumberState(engine.world, number.phoneNumberId, { maintenanceUntil: seconds > 0 ? engine.world.now() + seconds * 1000 : null })
  },
  allowedRecipients: (engine, number, allowedRecipients: string[] | null) =>
    void changeNumberState(engine.world, number.phoneNumberId, { allowedRecipients: allowedRecipients?.map((phone) => phone.replace(/\D/g, '')) ?? null }),
  standing: (engine, number, standing: AccountState['standing'], all) => {
    const { world } = engine
    const before = readAccountState(world, number.wabaId).standing
    changeAccountState(world, number.wabaId, { standing, standingUntil: all.standingDays ? world.now() + all.standingDays * 86_400_000 : null })
    if (standing === 'ok' && before === 'ok') return
    const events = { restricted: 'ACCOUNT_RESTRICTION', locked: 'ACCOUNT_VIOLATION', banned: 'DISABLED_UPDATE', ok: 'DISABLED_UPDATE' }
    const parts =
      standing === 'ok' ? { parts: { ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: new Date(world.now()).toISOString().slice(0, 10) } } } : {}
    tellAccount(
      engine,
      number,
      'account_update',
      buildAccountUpdate(number, { event: events[standing], ...(all.standingDays ? { days: all.standingDays } : {}), ...parts }),
    )
  },
  standingDays: () => {},
  paymentMethod: (engine, number, paymentMethod: boolean) => void changeAccountState(engine.world, number.wabaId, { paymentMethod }),
  paidExempt: (engine, number, paidExempt: boolean) => void changeAccountState(engine.world, number.wabaId, { paidExempt }),
  reviewStatus: (engine, number, reviewStatus: string) => {
    changeAccountState(engine.world, number.wabaId, { reviewStatus })
    tellAccount(engine, number, 'account_review_update', { decision: reviewStatus })
  },
  token: (engine, number, state: 'valid' | 'expired' | 'revoked') => void changeTokenState(engine.world, number.accessToken, { state }),
  permissions: (engine, number, scopes: string[]) => void changeTokenState(engine.world, number.accessToken, { scopes }),
}
