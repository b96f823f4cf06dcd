import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { confirmEmailRoute, forgotRoute, invitationRoute, loginRoute, protectRoute, registerRoute, resetRoute, rootRoute } from './entry-routes.tsx'
import { safeReturn } from './lib/return-path.ts'
import { startSession } from './lib/session.ts'
import { NotFoundPage } from './shell/NotFoundPage.tsx'
import { PagePending } from './shell/PagePending.tsx'
import { RouteError } from './shell/RouteError.tsx'

/** Everything inside needs a login; the address is kept for after it. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ location }) => {
    const me = await startSession()
    if (me === null) throw redirect({ to: '/entrar', search: { voltar: safeReturn(location.href) } })
    if (me.mustEnrol) throw redirect({ to: '/proteger-conta' })
  },
  component: lazyRouteComponent(() => import('./shell/AppShell.tsx'), 'AppShell'),
})

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: async () => {
    const allowed = (await startSession())?.user.permissions ?? []
    if (allowed.includes('conversations.read')) throw redirect({ to: '/conversas', search: {} })
    throw redirect(allowed.includes('contacts.read') ? { to: '/contatos', search: {} } : { to: '/configuracoes' })
  },
})

const word = z.string().max(100).optional().catch(undefined)
const InboxSearch = z.object({
  view: z.enum(['mine', 'unassigned', 'all', 'unread']).optional().catch(undefined),
  status: z.enum(['open', 'resolved', 'any']).optional().catch(undefined),
  q: word,
  tag: word,
  channel: word,
})

/** One page for both addresses, so that opening a conversation keeps the list where it is. */
const inboxRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/conversas',
  validateSearch: InboxSearch,
  component: lazyRouteComponent(() => import('./features/inbox/InboxPage.tsx'), 'InboxPage'),
})
const inboxHomeRoute = createRoute({ getParentRoute: () => inboxRoute, path: '/' })
const conversationRoute = createRoute({ getParentRoute: () => inboxRoute, path: '$conversationId' })

const contactsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/contatos',
  validateSearch: z.object({ q: word }),
  component: lazyRouteComponent(() => import('./features/contacts/ContactsPage.tsx'), 'ContactsPage'),
})
const contactsHomeRoute = createRoute({ getParentRoute: () => contactsRoute, path: '/' })
const contactRoute = createRoute({ getParentRoute: () => contactsRoute, path: '$contactId' })

const onboardingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/comecar',
  component: lazyRouteComponent(() => import('./features/onboarding/OnboardingPage.tsx'), 'OnboardingPage'),
})

const noticesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/avisos',
  validateSearch: z.object({ filtro: z.enum(['open', 'any']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/notices/NoticesPage.tsx'), 'NoticesPage'),
})

const settingsRoute = createRoute({ getParentRoute: () => appRoute, path: '/configuracoes' })
const settingsHomeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./features/settings/SettingsPage.tsx'), 'SettingsPage'),
})
const profileRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/perfil',
  component: lazyRouteComponent(() => import('./features/access/ProfilePage.tsx'), 'ProfilePage'),
})
const teamRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/equipe',
  component: lazyRouteComponent(() => import('./features/users/TeamPage.tsx'), 'TeamPage'),
})
const rolesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/papeis',
  component: lazyRouteComponent(() => import('./features/roles/RolesPage.tsx'), 'RolesPage'),
})
const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/chaves-de-api',
  component: lazyRouteComponent(() => import('./features/api-keys/ApiKeysPage.tsx'), 'ApiKeysPage'),
})
const channelsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/canais',
  component: lazyRouteComponent(() => import('./features/channels/ChannelsPage.tsx'), 'ChannelsPage'),
})
const channelRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/canais/$channelId',
  component: lazyRouteComponent(() => import('./features/channels/ChannelPage.tsx'), 'ChannelPage'),
})
const ssoRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/login-unico',
  validateSearch: z.object({ ligado: z.coerce.number().optional().catch(undefined), erro: z.string().max(40).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/access/sso/SsoPage.tsx'), 'SsoPage'),
})
const tagsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/etiquetas',
  component: lazyRouteComponent(() => import('./features/tags/TagsPage.tsx'), 'TagsPage'),
})
const companyRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/empresa',
  component: lazyRouteComponent(() => import('./features/tenant/CompanyPage.tsx'), 'CompanyPage'),
})
const securityRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/seguranca',
  component: lazyRouteComponent(() => import('./features/security/SecurityPage.tsx'), 'SecurityPage'),
})
const templatesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/modelos',
  validateSearch: z.object({
    q: word,
    situacao: z.enum(['usable', 'waiting', 'problem']).optional().catch(undefined),
    categoria: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION']).optional().catch(undefined),
    idioma: word,
    canal: word,
  }),
  component: lazyRouteComponent(() => import('./features/templates/TemplatesPage.tsx'), 'TemplatesPage'),
})
const newTemplateRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/modelos/novo',
  component: lazyRouteComponent(() => import('./features/templates/editor/NewTemplatePage.tsx'), 'NewTemplatePage'),
})
const templateRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/modelos/$templateId',
  validateSearch: z.object({ editar: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/templates/TemplatePage.tsx'), 'TemplatePage'),
})
const usageRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/uso',
  validateSearch: z.object({
    mes: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
      .optional()
      .catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./features/usage/UsagePage.tsx'), 'UsagePage'),
})
const eventsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/eventos',
  validateSearch: z.object({
    filtro: z.enum(['any', 'problem']).optional().catch(undefined),
    evento: word,
  }),
  component: lazyRouteComponent(() => import('./features/webhook-events/WebhookEventsPage.tsx'), 'WebhookEventsPage'),
})
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .optional()
  .catch(undefined)
const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/auditoria',
  validateSearch: z.object({
    pessoa: word,
    acao: word,
    resultado: z.enum(['success', 'failure']).optional().catch(undefined),
    de: day,
    ate: day,
    consultas: z.literal(true).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./features/audit/AuditPage.tsx'), 'AuditPage'),
})

const serverStatusRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/servidor',
  component: lazyRouteComponent(() => import('./features/server-status/ServerStatusPage.tsx'), 'ServerStatusPage'),
})
const serverLimitsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/servidor/limites',
  component: lazyRouteComponent(() => import('./features/server-limits/ServerLimitsPage.tsx'), 'ServerLimitsPage'),
})

const routeTree = rootRoute.addChildren([
  loginRoute,
  registerRoute,
  invitationRoute,
  protectRoute,
  forgotRoute,
  resetRoute,
  confirmEmailRoute,
  appRoute.addChildren([
    homeRoute,
    inboxRoute.addChildren([inboxHomeRoute, conversationRoute]),
    contactsRoute.addChildren([contactsHomeRoute, contactRoute]),
    onboardingRoute,
    noticesRoute,
    serverStatusRoute,
    serverLimitsRoute,
    settingsRoute.addChildren([
      settingsHomeRoute,
      templatesRoute,
      newTemplateRoute,
      templateRoute,
      profileRoute,
      teamRoute,
      rolesRoute,
      apiKeysRoute,
      channelsRoute,
      channelRoute,
      tagsRoute,
      companyRoute,
      securityRoute,
      ssoRoute,
      usageRoute,
      eventsRoute,
      auditRoute,
    ]),
  ]),
])

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
