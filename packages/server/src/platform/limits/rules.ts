import type { Config } from '../config.ts'
import type { Rule } from './limits.ts'

const MINUTE = 60

export type TenantPlan = 'BASIC' | 'PRO' | 'ENTERPRISE'

/** Every limit of a server, with the figures of its settings. `network` rules are keyed by `networkOf(address)`. */
export function limitRules(c: Config) {
  const perMinute = (name: string, limit: number): Rule => ({ name, limit, windowSeconds: MINUTE })
  return {
    session: perMinute('session', c.RATE_LIMIT_SESSION),
    apiKey: perMinute('api-key', c.RATE_LIMIT_API),
    tenant: {
      BASIC: perMinute('tenant', c.RATE_LIMIT_TENANT_BASIC),
      PRO: perMinute('tenant', c.RATE_LIMIT_TENANT_PRO),
      ENTERPRISE: perMinute('tenant', c.RATE_LIMIT_TENANT_ENTERPRISE),
    } satisfies Record<TenantPlan, Rule>,
    send: perMinute('send', c.RATE_LIMIT_SEND),
    network: {
      public: perMinute('public', c.RATE_LIMIT_PUBLIC),
      refused: perMinute('refused', c.RATE_LIMIT_REFUSED),
      webhook: perMinute('webhook-refused', c.RATE_LIMIT_WEBHOOK_REFUSED),
      connect: perMinute('socket', c.RATE_LIMIT_SOCKET_CONNECTS),
      /** Going on although refused: then comes a ban. */
      strikes: perMinute('strikes', 20),
      login: { name: 'login-network', limit: c.LOGIN_LIMIT, windowSeconds: 15 * MINUTE },
      forgot: { name: 'forgot', limit: c.SIGN_UP_LIMIT, windowSeconds: 60 * MINUTE },
      signUp: { name: 'sign-up', limit: c.SIGN_UP_LIMIT, windowSeconds: 60 * MINUTE },
    } satisfies Record<string, Rule>,
    loginAccount: { name: 'login-account', limit: c.LOGIN_LIMIT, windowSeconds: 15 * MINUTE },
    loginDevice: { name: 'login-device', limit: c.LOGIN_LIMIT, windowSeconds: 15 * MINUTE },
  }
}
