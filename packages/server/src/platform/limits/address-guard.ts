import { AddressLists } from '@atende/contracts/limits'
import type { Config } from '../config.ts'
import type { Database } from '../database.ts'
import type { Keys } from '../keys.ts'
import type { Logger } from '../log.ts'
import type { Signals } from '../signals.ts'
import { inRanges, networkOf, rangesOf } from './client-address.ts'
import * as db from './limits.db.ts'
import type { Limits, Rule } from './limits.ts'

/** One minute, five, fifteen, an hour; not longer: an address may be a whole city's. */
export const BAN_LADDER = [60, 300, 900, 3600] as const
/** After a quiet day the ladder begins anew. */
const QUIET_SECONDS = 24 * 3600
const REFRESH_MS = 30_000
const CHANNEL = 'atende_addresses'
const KNOWN_MAX = 10_000

/** `public`: everything without a login. `login`: asking for passwords. */
export type BanScope = 'public' | 'login'
export type Ban = { scope: BanScope; network: string; level: number; bannedAt: Date; until: Date }

type Ranges = { allow: ReturnType<typeof rangesOf>; block: ReturnType<typeof rangesOf> }

const LISTS_CONTEXT = 'address_lists.lists'
const banContext = (key: Buffer): string => `address_bans.network:${key.toString('hex')}`

/** Keys of the bans of this address's network. */
export const banKeys = (limits: Pick<Limits, 'keyOf'>, address: string): Buffer[] =>
  (['public', 'login'] as const).map((scope) => limits.keyOf({ name: `ban:${scope}` }, networkOf(address)))

export const openBan = (keys: Keys, row: db.BanRow): Ban => ({
  scope: row.scope === 'login' ? 'login' : 'public',
  network: keys.open(banContext(row.key), row.network_enc),
  level: row.level,
  bannedAt: row.banned_at,
  until: row.banned_until,
})

type Parts = { config: Pick<Config, 'IP_ALLOW_LIST' | 'IP_BLOCK_LIST'>; db: Database; keys: Keys; log: Logger; signals: Signals; limits: Limits }

/**
 * Bans and lists of this server, in memory of each process and told between them. They are read from the database, which is away now
 * and then: what was known last holds then, and a new ban holds here.
 */
export class AddressGuard {
  readonly #parts: Parts
  #bans = new Map<string, Ban>()
  #lists: AddressLists = { allow: [], block: [] }
  #ranges: Ranges
  /** What the lists say of addresses that came lately. */
  readonly #known = new Map<string, 'allowed' | 'blocked' | 'none'>()
  /** Bans on their way: of many refusals at once one asks for it. */
  readonly #raising = new Set<string>()
  readonly #listeners: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#ranges = this.#compile()
  }

  /** The block list wins over the allow list. */
  standing(address: string): 'allowed' | 'blocked' | 'none' {
    const known = this.#known.get(address)
    if (known) return known
    const found = inRanges(address, this.#ranges.block) ? 'blocked' : inRanges(address, this.#ranges.allow) ? 'allowed' : 'none'
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(address, found)
    return found
  }

  /** Seconds until the end of the ban; 0 without one. */
  bannedSeconds(scope: BanScope, address: string): number {
    if (this.#bans.size === 0) return 0
    const ban = this.#bans.get(`${scope}|${networkOf(address)}`)
    const left = ban ? Math.ceil((ban.until.getTime() - Date.now()) / 1000) : 0
    return left > 0 && this.standing(address) !== 'allowed' ? left : 0
  }

  /** The next, longer ban of this address's network. Never fails: without the database it holds in this process. */
  async ban(scope: BanScope, address: string): Promise<void> {
    const network = networkOf(address)
    const name = `${scope}|${network}`
    if (this.standing(address) === 'allowed' || this.bannedSeconds(scope, address) > 0 || this.#raising.has(name)) return
    this.#raising.add(name)
    await this.#raise(scope, network).finally(() => this.#raising.delete(name))
  }

  async #raise(scope: BanScope, network: string): Promise<void> {
    const { keys, limits, log, signals } = this.#parts
    const key = limits.keyOf({ name: `ban:${scope}` }, network)
    const networkEnc = keys.seal(banContext(key), network)
    const made = await db.raiseBan(this.#parts.db, { key, scope, networkEnc, ladder: BAN_LADDER, quietSeconds: QUIET_SECONDS }).catch((err: unknown) => {
      log.warn({ err }, 'limits: a ban could not be saved; it holds in this process')
      return undefined
    })
    const { level, banned_until: until } = made ?? { level: 1, banned_until: new Date(Date.now() + BAN_LADDER[0] * 1000) }
    this.#bans.set(`${scope}|${network}`, { scope, network, level, bannedAt: new Date(), until })
    log.warn({ scope, level }, 'limits: a network is banned for a while')
    await signals.send(CHANNEL, 'bans')
  }

  bans(): Ban[] {
    return [...this.#bans.values()].filter((b) => b.until.getTime() > Date.now()).toSorted((a, b) => b.until.getTime() - a.until.getTime())
  }

  /** As saved by the operator; those of the settings are not in it. */
  lists(): AddressLists {
    return this.#lists
  }

  sealLists(lists: AddressLists): Buffer {
    return this.#parts.keys.seal(LISTS_CONTEXT, JSON.stringify(lists))
  }

  /** Forgets what was counted for a network: here, in the shared store, and in the memory of the other processes. */
  async clearCounts(rules: readonly Pick<Rule, 'name'>[], address: string): Promise<void> {
    const { limits, signals } = this.#parts
    const keys = rules.map((rule) => limits.keyOf(rule, networkOf(address)))
    await limits.clearKeys(keys)
    await signals.send(CHANNEL, clearPayload(keys))
  }

  /** Tells the other processes to look again, and looks. */
  async changed(): Promise<void> {
    await this.refresh()
    await this.#parts.signals.send(CHANNEL, 'lists')
  }

  async refresh(): Promise<void> {
    const { keys, log } = this.#parts
    try {
      const rows = await db.activeBans(this.#parts.db)
      const sealed = await db.readAddressLists(this.#parts.db)
      this.#bans = new Map(rows.map((r) => openBan(keys, r)).map((b) => [`${b.scope}|${b.network}`, b]))
      if (sealed) this.#lists = AddressLists.parse(JSON.parse(keys.open(LISTS_CONTEXT, sealed)))
      this.#ranges = this.#compile()
      this.#known.clear()
      for (const tell of this.#listeners) tell()
    } catch (err) {
      log.warn({ err }, 'limits: bans and lists could not be read; the last known ones hold')
    }
  }

  /** Runs after each look at the lists. */
  onLook(listener: () => void): void {
    this.#listeners.push(listener)
  }

  async start(): Promise<void> {
    const { signals } = this.#parts
    signals.on(CHANNEL, (payload) => void this.#heard(payload))
    signals.onReconnect(() => void this.refresh())
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS)
    this.#timer.unref()
    await this.refresh()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #heard(payload: string): Promise<void> {
    const keys = readClearPayload(payload)
    if (keys) await this.#parts.limits.clearKeys(keys).catch(() => {})
    await this.refresh()
  }

  #compile(): Ranges {
    const { IP_ALLOW_LIST, IP_BLOCK_LIST } = this.#parts.config
    return {
      allow: rangesOf([...IP_ALLOW_LIST, ...this.#lists.allow.map((e) => e.range)]),
      block: rangesOf([...IP_BLOCK_LIST, ...this.#lists.block.map((e) => e.range)]),
    }
  }
}

const clearPayload = (keys: readonly Buffer[]): string => `clear ${keys.map((k) => k.toString('hex')).join(' ')}`
function readClearPayload(payload: string): Buffer[] | undefined {
  const [verb, ...keys] = payload.split(' ')
  return verb === 'clear' ? keys.filter((k) => /^[0-9a-f]{32}$/.test(k)).map((k) => Buffer.from(k, 'hex')) : undefined
}
/** For a command beside the running servers. */
export const CLEAR_SIGNAL = { channel: CHANNEL, payload: clearPayload }
