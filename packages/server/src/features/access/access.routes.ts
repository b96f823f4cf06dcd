import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { accountRoutes } from './account.routes.ts'
import { authRoutes } from './auth.routes.ts'
import { factorRoutes } from './factors/factors.routes.ts'
import { secondStepRoutes } from './factors/second-step.routes.ts'
import { invitationRoutes } from './invitations.routes.ts'
import { dummyHash } from './log-in.ts'
import { LoginLimit } from './login-limit.ts'
import { serverLimitRoutes } from './server-limits.routes.ts'
import { ssoRoutes } from './sso/sso.routes.ts'

/** Everything that asks for a password shares one limit. */
export function accessRoutes(app: Http, ctx: Context): void {
  const limit = new LoginLimit(ctx)
  // Made before anybody comes: the first unknown address must not take longer than the others.
  void dummyHash()
  const limits = { password: limit, code: new LoginLimit(ctx, 'code') }
  authRoutes(app, ctx, limit)
  secondStepRoutes(app, ctx, limits.code)
  factorRoutes(app, ctx, limits)
  accountRoutes(app, ctx, limit)
  ssoRoutes(app, ctx)
  invitationRoutes(app, ctx, limit)
  serverLimitRoutes(app, ctx)
}
