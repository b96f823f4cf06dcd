import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { authRoutes } from './auth.routes.ts'
import { invitationRoutes } from './invitations.routes.ts'
import { dummyHash } from './log-in.ts'
import { LoginLimit } from './login-limit.ts'
import { serverLimitRoutes } from './server-limits.routes.ts'

/** Everything that asks for a password shares one limit. */
export function accessRoutes(app: Http, ctx: Context): void {
  const limit = new LoginLimit(ctx)
  // Made before anybody comes: the first unknown address must not take longer than the others.
  void dummyHash()
  authRoutes(app, ctx, limit)
  invitationRoutes(app, ctx, limit)
  serverLimitRoutes(app, ctx)
}
