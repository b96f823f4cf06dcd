import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { source as AXE } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

const CHROMIUM = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
]
/** Pictures of what the stories saw; for people to look at. */
export const SHOTS = path.resolve(import.meta.dirname, '../test-results')

export type Stage = {
  server: TestServer
  emulator: Emulator
  browser: Browser
  faults: string[]
  open: (url: string, options?: BrowserContextOptions) => Promise<Page>
  close: () => Promise<void>
}

/** Server, emulator and a real browser. Every page's errors are collected in `faults`: a story that causes one fails. */
export async function setStage(settings: Record<string, string> = {}): Promise<Stage> {
  mkdirSync(SHOTS, { recursive: true })
  const emulator = await startEmulator({ timing: { sentMs: 30, deliveredMs: 60, readMs: 30 } })
  const server = await startTestServer({ EMULATOR_URL: emulator.url, ...settings })
  const browser = await chromium.launch({ ...(CHROMIUM ? { executablePath: CHROMIUM } : {}), args: ARGS })
  const faults: string[] = []
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      locale: 'pt-BR',
      viewport: { width: 1440, height: 900 },
      permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (e) => faults.push(`${url}: ${e.message}`))
    page.on('console', (m) => {
      const asked = /status of (401|403|409|410|422|404)/.test(m.text())
      if (m.type() === 'error' && !asked && !/net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED)|WebSocket/.test(m.text()))
        faults.push(`${page.url()}: ${m.text()}`)
    })
    await page.goto(url)
    return page
  }
  return {
    server,
    emulator,
    browser,
    faults,
    open,
    async close() {
      await browser.close()
      await server.close()
      await emulator.stop()
    },
  }
}

export async function logIn(page: Page, who: { email: string; password: string }): Promise<void> {
  // The address of the login comes before its page, and the page that one leaves may have fields for an address and a password, too.
  await page.getByRole('button', { name: 'Entrar', exact: true }).waitFor()
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Senha', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Entrar' }).click()
  await page.waitForURL(/conversas|comecar/)
}

/** Serious and critical findings, in words. Evaluated by the debugger, so the page's CSP stays as it is. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const result = await page.evaluate<{ violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }>('axe.run()')
  return result.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} (${n.failureSummary.split('\n')[1]?.trim()})`))
}
