import type { Context } from '../../platform/context.ts'
import { networkOf } from '../../platform/limits/client-address.ts'
import type { Take } from '../../platform/limits/limits.ts'
import { strike, tooMany } from '../../platform/limits/request-limits.ts'
import { limitRules } from '../../platform/limits/rules.ts'
import { knownDevice } from './device-cookie.ts'

/** `device` is the cookie of the browser, if any. */
type Who = { ip: string; email: string; device?: string | undefined }

/**
 * Limits wrong passwords per network and per account, and per device for those that the account has logged in on before: who guesses
 * from outside cannot lock its owner out. Only failures count: each try takes its place before the password is looked at and gets it
 * back afterwards, so that of many at once, also at several servers, no more than the limit are looked at. A success forgets the
 * failures of the account, not those of the network (who guesses may own an account too).
 *
 * Tries of one network, and of one account, go one after the other in a process: people who log in together do not take each other's
 * places.
 */
export class LoginLimit {
  readonly #ctx: Context
  readonly #last = new Map<string, Promise<unknown>>()

  readonly #kind: 'login' | 'code'

  /** `code`: second factors, counted apart from passwords; `email` is then the person's id. */
  constructor(ctx: Context, kind: 'login' | 'code' = 'login') {
    this.#ctx = ctx
    this.#kind = kind
  }

  /**
   * Runs a check of a password; `undefined` is a failure and counts.
   * @throws AppError too_many_requests, before the check
   */
  attempt<T>(who: Who, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const email = who.email.toLowerCase()
    const device = knownDevice(this.#ctx, who.device, email)
    const turns = device ? [`device ${device} ${email}`] : [`network ${networkOf(who.ip)}`, `account ${email}`]
    const work = () => this.#counted({ ...who, email }, device, check)
    return turns.reduceRight<() => Promise<T | undefined>>((inner, key) => () => this.#inTurn(key, inner), work)()
  }

  async #counted<T>(who: Who, device: string | undefined, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const { limits, addresses } = this.#ctx
    const banned = device ? 0 : addresses.bannedSeconds('login', who.ip)
    if (banned > 0) return this.#refuse(who.ip, banned)
    const takes = this.#takes(who, device)
    const verdicts = await limits.takeAll(takes)
    const refused = verdicts.filter((v) => !v.allowed)
    if (refused.length > 0) return this.#refuse(who.ip, Math.max(...refused.map((v) => v.retryAfterSeconds)))
    const result = await check().catch(async (e) => {
      await limits.giveBack(verdicts)
      throw e
    })
    if (result !== undefined) {
      await limits.giveBack(verdicts)
      await limits.clear(takes.filter((t) => t.rule.name !== this.#network))
    } else if (verdicts.some((v) => v.rule.name === this.#network && v.remaining === 0)) await addresses.ban('login', who.ip)
    return result
  }

  async #refuse(ip: string, seconds: number): Promise<never> {
    await strike(this.#ctx, ip)
    throw tooMany(seconds, 'Muitas senhas erradas. Espere um pouco e tente de novo, ou entre por um aparelho em que você já entrou.')
  }

  #takes({ ip, email }: Who, device: string | undefined): Take[] {
    const rules = limitRules(this.#ctx.config)
    if (device) return [{ rule: rules.loginDevice, key: `${device} ${email}` }]
    const account: Take = { rule: { ...rules.loginAccount, name: `${this.#kind}-account` }, key: email }
    const network: Take = { rule: { ...rules.network.login, name: this.#network }, key: networkOf(ip) }
    return this.#ctx.addresses.standing(ip) === 'allowed' ? [account] : [network, account]
  }

  get #network(): string {
    return `${this.#kind}-network`
  }

  async #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    const done = mine.catch(() => {})
    this.#last.set(key, done)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}
