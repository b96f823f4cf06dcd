import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { safeReturn } from './lib/return-path.ts'
import { startSession, wasLoggedIn } from './lib/session.ts'
import { NotFoundPage } from './shell/NotFoundPage.tsx'

/** The root, and the pages before a login. */
export const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage })

const EntrySearch = z.object({
  voltar: z.string().optional().catch(undefined),
  motivo: z.enum(['expired', 'ended', 'logout']).optional().catch(undefined),
  empresa: z.string().max(60).optional().catch(undefined),
  erro: z.string().max(40).optional().catch(undefined),
})

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/entrar',
  validateSearch: EntrySearch,
  beforeLoad: async ({ search }) => {
    if (!wasLoggedIn()) return
    const me = await startSession().catch(() => null)
    if (me !== null) throw redirect({ href: safeReturn(search.voltar) })
  },
  component: lazyRouteComponent(() => import('./features/access/LoginPage.tsx'), 'LoginPage'),
})
export const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/criar-conta',
  component: lazyRouteComponent(() => import('./features/access/RegisterPage.tsx'), 'RegisterPage'),
})
export const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/convite/$token',
  component: lazyRouteComponent(() => import('./features/access/InvitationPage.tsx'), 'InvitationPage'),
})

/** For whom the company requires a second factor and who has none: the one page there is before it. */
export const protectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/proteger-conta',
  beforeLoad: async () => {
    const me = await startSession()
    if (me === null) throw redirect({ to: '/entrar', search: {} })
    if (!me.mustEnrol) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(() => import('./features/access/factors/ProtectPage.tsx'), 'ProtectPage'),
})

export const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/esqueci-a-senha',
  component: lazyRouteComponent(() => import('./features/access/ForgotPage.tsx'), 'ForgotPage'),
})
export const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/redefinir-senha',
  component: lazyRouteComponent(() => import('./features/access/ResetPage.tsx'), 'ResetPage'),
})
export const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirmar-email',
  component: lazyRouteComponent(() => import('./features/access/ConfirmEmailPage.tsx'), 'ConfirmEmailPage'),
})
