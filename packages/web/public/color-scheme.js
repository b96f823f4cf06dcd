// Runs before the first paint so that the dark theme never flashes white; a file because the page allows no inline script.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('atende.color-scheme')
  } catch {
    // Storage may be blocked; the system's choice is good then.
  }
  const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)').matches
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : systemIsDark ? 'dark' : 'light'
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
})()
// zod would try whether it may compile code, which the content security policy refuses and reports. Said before its first schema.
globalThis.__zod_globalConfig = { jitless: true }
