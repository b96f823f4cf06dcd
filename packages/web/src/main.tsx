import '@fontsource-variable/inter/index.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './lib/i18n.ts'
import { onSessionEnd } from './lib/access-token.ts'
import { getLocale, rememberLocale } from './lib/locale.ts'
import { queryClient } from './lib/query.ts'
import { safeReturn } from './lib/return-path.ts'
import { router } from './routes.tsx'
import { StepUpHost } from './shell/StepUpHost.tsx'
import { cssVariables, theme } from './theme.ts'

// The page allows style elements only with its nonce. Mantine asks for it; what locks the scrolling behind dialogs looks for this name.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
Object.assign(window, { __webpack_nonce__: nonce })

const colorSchemes = localStorageColorSchemeManager({ key: 'atende.color-scheme' })

onSessionEnd((why) => {
  const here = router.state.location
  if (here.pathname === '/entrar') return
  const search = why === 'logout' ? {} : { voltar: safeReturn(here.href), motivo: why }
  void router.navigate({ to: '/entrar', search }).then(() => queryClient.clear())
})

// A new version was installed and the old pieces are gone: start again, once, at the same address.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('atende.reloaded') ?? 0)
  if (Date.now() - last < 20_000) return
  event.preventDefault()
  sessionStorage.setItem('atende.reloaded', String(Date.now()))
  window.location.reload()
})

rememberLocale(getLocale())

// The login page needs little; everybody else gets the frame while the session is being looked up.
if (!/^\/(entrar|criar-conta|convite|proteger-conta)(?:\/|$)/.test(window.location.pathname)) void import('./shell/AppShell.tsx')
if (/^\/(conversas|$)/.test(window.location.pathname)) void import('./features/inbox/InboxPage.tsx')

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorSchemes}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queryClient}>
          <Notifications position="top-center" limit={4} />
          <RouterProvider router={router} />
          <StepUpHost />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
