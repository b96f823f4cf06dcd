import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { Client, percentile } from './load.ts'
import type { Rig } from './rig.ts'
import { textDelivery } from './traffic.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** From the moment a webhook is posted to the moment its text stands in the list of an open inbox, in a real browser. */
export async function measureBrowser(rig: Rig, perSecond: number, seconds: number): Promise<Record<string, number | string>> {
  const name = `webhook to an open browser, ${perSecond}/s`
  if (!existsSync(CHROMIUM)) return { name, note: `no Chromium at ${CHROMIUM}` }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  try {
    // Tall enough to hold every conversation: messages of one second share their place in the list.
    const page = await browser.newPage({ viewport: { width: 1440, height: 2200 }, locale: 'pt-BR' })
    await page.goto(`${rig.server.url}/entrar`)
    await page.getByLabel('E-mail').fill(rig.account.email)
    await page.getByLabel('Senha', { exact: true }).fill(rig.account.password)
    await page.getByRole('button', { name: 'Entrar' }).click()
    await page.waitForURL('**/conversas**')
    await page.waitForTimeout(1500)
    // Reads the list's text at each change: what a person could see, when they could see it.
    await page.evaluate(() => {
      const seen: Record<string, number> = {}
      Object.assign(globalThis, { seen })
      const list = document.querySelector('[aria-label="Lista de conversas"]') ?? document.body
      const look = () => {
        for (const [mark] of (list.textContent ?? '').matchAll(/marca-\d+-/g)) seen[mark] ??= Date.now()
      }
      new MutationObserver(look).observe(list, { childList: true, subtree: true, characterData: true })
    })
    const posted: Record<string, number> = {}
    const client = new Client(rig.target, 16)
    const total = perSecond * seconds
    for (let i = 0; i < total; i++) {
      const mark = `marca-${i}-`
      posted[mark] = Date.now()
      void client.post(textDelivery(rig.target, `wamid.BROWSER${i}==`, `55219${String(20_000_000 + (i % 20))}`, mark))
      await new Promise((r) => setTimeout(r, 1000 / perSecond))
    }
    await page.waitForTimeout(2000)
    client.close()
    const seen: Record<string, number> = await page.evaluate('globalThis.seen')
    const delays = Object.entries(seen).map(([mark, at]) => at - (posted[mark] ?? at))
    return { name, sent: total, seen: delays.length, 'p50 ms': percentile(delays, 50), 'p95 ms': percentile(delays, 95), 'p99 ms': percentile(delays, 99) }
  } finally {
    await browser.close()
  }
}
