import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { accountRoutes } from './account.routes.ts'
import { authRoutes } from './auth.routes.ts'
import { invitationRoutes } from './invitations.routes.ts'
import { dummyHash } from './log-in.ts'
import { LoginLimit } from './login-limit.ts'
import { ssoRoutes } from './sso/sso.routes.ts'

/** Everything that asks for a password shares one limit. */
export function accessRoutes(app: Http, ctx: Context): void {
  const limit = new LoginLimit(ctx.config.LOGIN_LIMIT)
  // Made before anybody comes: the first unknown address must not take longer than the others.
  void dummyHash()
  authRoutes(app, ctx, limit)
  accountRoutes(app, ctx, limit)
  ssoRoutes(app, ctx)
  invitationRoutes(app, ctx, limit)
}
