import path from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, enrolTotp } from '../packages/server/src/features/access/factors/test-factors.ts'
import { joinTenant, PASSWORD } from '../packages/server/src/features/access/test-people.ts'
import { freePort } from '../packages/server/src/platform/ports.ts'
import { accessibilityFaults, logIn, SHOTS, type Stage, setStage } from './stage.ts'

let stage: Stage
let page: Page
let owner: Awaited<ReturnType<Stage['server']['register']>>
let colleague: Awaited<ReturnType<typeof joinTenant>>
/** Of an admin who is logged in all the time. */
let managerToken = ''
let secret = ''
let codes: string[] = []

beforeAll(async () => {
  // Passkeys need a name: an address of numbers has none.
  const port = await freePort(28_900)
  stage = await setStage({ PORT: String(port), PUBLIC_URL: `http://localhost:${port}` })
  owner = await stage.server.register('Pousada Recanto do Mar')
  const manager = await joinTenant(stage.server, owner, 'ADMIN')
  await enrolTotp(stage.server, manager)
  managerToken = manager.token
  colleague = await joinTenant(stage.server, owner, 'ATTENDANT')
})
afterAll(() => stage.close())
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const pages = stage.browser.contexts().flatMap((c) => c.pages())
  for (const [i, p] of pages.entries()) await p.screenshot({ path: path.join(SHOTS, `failed-factors-${i}.png`) })
})

const shot = (p: Page, name: string) => p.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true })
const goTo = (p: Page, where: string) => p.goto(stage.server.url + where)
/** A code that may be used now, whatever was used before. */
async function freshCode(userId: string, of = secret): Promise<string> {
  await stage.server.sql('update totp_factors set last_step = 0 where user_id = $1', [userId])
  return codeOf(of)
}
const forgetProof = (userId: string) => stage.server.sql("update sessions set proven_at = now() - interval '1 hour' where user_id = $1", [userId])
async function logOut(p: Page): Promise<void> {
  await p.getByRole('button', { name: 'Sua conta' }).first().click()
  await p.getByRole('menuitem', { name: 'Sair' }).click()
  // Exactly this: a logout of one's own is not a session that somebody else has ended.
  await p.waitForURL('**/entrar')
  // The address comes before the page, and the page that one leaves has fields for an address and a password, too.
  await p.getByRole('button', { name: 'Entrar', exact: true }).waitFor()
}
async function enterPassword(p: Page, email: string, password: string): Promise<void> {
  await p.getByLabel('E-mail').fill(email)
  await p.getByLabel('Senha', { exact: true }).fill(password)
  await p.getByRole('button', { name: 'Entrar', exact: true }).click()
}

describe('two-step verification', () => {
  it('is set up in the profile with a QR code or the typed key, and gives ten recovery codes once', async () => {
    page = await stage.open(`${stage.server.url}/entrar`)
    await logIn(page, owner)
    await goTo(page, '/configuracoes/perfil')
    await page.getByRole('heading', { name: 'Verificação em duas etapas' }).waitFor()
    await shot(page, 'factors-profile-empty')
    await page.getByRole('button', { name: 'Ligar', exact: true }).click()
    await page.getByRole('img', { name: 'QR code para o aplicativo de códigos' }).waitFor()
    const dialog = page.getByRole('dialog')
    secret = ((await dialog.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await page.waitForTimeout(300)
    await shot(page, 'factors-totp-setup')
    await page.getByLabel('Código que apareceu no aplicativo').fill('000 000')
    await dialog.getByRole('button', { name: 'Ligar' }).click()
    await page.getByText('O código não confere ou já foi usado.').waitFor()
    await page.getByLabel('Código que apareceu no aplicativo').fill(await codeOf(secret))
    await dialog.getByRole('button', { name: 'Ligar' }).click()
    await page.getByText('Guarde seus códigos de recuperação').waitFor()
    codes = await page.locator('ol li').allTextContents()
    expect(new Set(codes).size).toBe(10)
    await page.waitForTimeout(300)
    await shot(page, 'factors-recovery-codes')
    await page.getByRole('button', { name: 'Já guardei' }).click()
    await page.getByText('Restam 10 de 10.').waitFor()
  })

  it('after the password asks for the code, and takes a recovery code instead', async () => {
    await logOut(page)
    await enterPassword(page, owner.email, owner.password)
    await page.getByRole('heading', { name: 'Falta um passo' }).waitFor()
    await shot(page, 'factors-second-step')
    await page.getByLabel('Código do aplicativo').fill('000000')
    await page.getByRole('button', { name: 'Confirmar' }).click()
    await page.getByText('O código não confere ou já foi usado.').waitFor()
    await page.getByLabel('Código do aplicativo').fill(await freshCode(owner.userId))
    await page.getByRole('button', { name: 'Confirmar' }).click()
    await page.waitForURL(/conversas|comecar/)
    await logOut(page)
    await enterPassword(page, owner.email, owner.password)
    await page.getByRole('button', { name: 'Código de recuperação' }).click()
    await page.getByLabel('Código de recuperação').fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Confirmar' }).click()
    await page.waitForURL(/conversas|comecar/)
    await goTo(page, '/configuracoes/perfil')
    await page.getByText('Restam 9 de 10.').waitFor()
  })
})

describe('a login that comes back from elsewhere', () => {
  it('is asked for its second step, and its token stays in no address', async () => {
    const { body } = await stage.server.call<{ secondFactor: { token: string } }>('POST', '/api/auth/login', {
      body: { email: owner.email, password: owner.password },
    })
    const fresh = await stage.open(`${stage.server.url}/entrar#etapa=${body.secondFactor.token}&jeitos=totp,recovery`)
    await fresh.getByRole('heading', { name: 'Falta um passo' }).waitFor()
    expect(fresh.url()).toBe(`${stage.server.url}/entrar`)
    await fresh.getByLabel('Código do aplicativo').fill(await freshCode(owner.userId))
    await fresh.getByRole('button', { name: 'Confirmar' }).click()
    await fresh.waitForURL(/conversas|comecar/)
    await fresh.context().close()
  })
})

describe('dangerous actions', () => {
  it('one dialog asks who is there, and what was begun goes on by itself', async () => {
    await forgetProof(owner.userId)
    await page.getByRole('button', { name: 'Criar novos' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Criar novos' }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirme que é você' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Senha' }).click()
    await dialog.getByLabel('Senha', { exact: true }).fill('senha errada')
    await dialog.getByRole('button', { name: 'Confirmar' }).click()
    await dialog.getByText('A senha não confere.').waitFor()
    await page.waitForTimeout(300)
    await shot(page, 'factors-step-up')
    await dialog.getByLabel('Senha', { exact: true }).fill(owner.password)
    await dialog.getByRole('button', { name: 'Confirmar' }).click()
    await page.getByText('Guarde seus códigos de recuperação').waitFor()
    expect((await page.locator('ol li').allTextContents()).includes(codes[1] ?? '')).toBe(false)
    await page.getByRole('button', { name: 'Já guardei' }).click()
  })

  it('whoever closes the dialog has done nothing', async () => {
    await forgetProof(owner.userId)
    await page.getByRole('button', { name: 'Desligar' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Desligar' }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirme que é você' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('Confirme que é você para continuar.').waitFor()
    await page.getByText('Restam 10 de 10.').waitFor()
  })

  it('changing the password asks for the current one only once', async () => {
    await forgetProof(owner.userId)
    const next = 'outra senha bem longa'
    const form = page.locator('form').filter({ has: page.getByLabel('Nova senha') })
    await form.getByLabel('Senha atual').fill(owner.password)
    await form.getByLabel('Nova senha').fill(next)
    await page.getByRole('button', { name: 'Trocar senha' }).click()
    await page.getByText('Senha trocada.').waitFor()
    owner = { ...owner, password: next }
  })
})

describe('passkeys', () => {
  let device: CDPSession
  it('are made on the device, with a name', async () => {
    device = await page.context().newCDPSession(page)
    await device.send('WebAuthn.enable')
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.getByRole('button', { name: 'Criar chave de acesso' }).click()
    await page.getByLabel('Nome da chave').fill('Notebook da recepção')
    await page.getByRole('button', { name: 'Continuar no aparelho' }).click()
    await page.getByText('Notebook da recepção').waitFor()
    await page.getByText('Ainda não usada').waitFor()
    await page.waitForTimeout(300)
    await shot(page, 'factors-profile-full')
  })

  it('open the account without a password', async () => {
    await logOut(page)
    await shot(page, 'factors-login')
    await page.getByRole('button', { name: 'Usar chave de acesso' }).click()
    await page.waitForURL(/conversas|comecar/)
    await goTo(page, '/configuracoes/perfil')
    await page.getByText(/Usada/).first().waitFor()
  })

  it('are the second step after the password, and the proof for what is dangerous', async () => {
    await logOut(page)
    await enterPassword(page, owner.email, owner.password)
    await page.getByRole('heading', { name: 'Falta um passo' }).waitFor()
    await page.getByRole('button', { name: 'Usar chave de acesso' }).click()
    await page.waitForURL(/conversas|comecar/)
    await goTo(page, '/configuracoes/perfil')
    await forgetProof(owner.userId)
    await page.getByRole('button', { name: 'Remover Notebook da recepção' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remover' }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirme que é você' })
    await dialog.getByRole('button', { name: 'Usar chave de acesso' }).click()
    await page.getByText('Nenhuma chave ainda').waitFor()
  })
})

describe('a company that requires a second factor', () => {
  it('leads whoever has none there at once, and lets them in after it', async () => {
    const theirs = await stage.open(`${stage.server.url}/entrar`)
    await logIn(theirs, { email: colleague.email, password: PASSWORD })
    await goTo(page, '/configuracoes/seguranca')
    await page.getByText('Já têm: 2 de 3 pessoas.').waitFor()
    await page.getByLabel('De toda a equipe').click()
    await page.getByText('Regra salva.').waitFor()
    await shot(page, 'factors-policy')
    await theirs.waitForURL('**/proteger-conta')
    await theirs.getByRole('heading', { name: 'Proteja a sua conta' }).waitFor()
    await shot(theirs, 'factors-protect')
    await goTo(theirs, '/conversas')
    await theirs.waitForURL('**/proteger-conta')
    await theirs.getByRole('button', { name: /Aplicativo de códigos/ }).click()
    const typed = ((await theirs.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await theirs.getByLabel('Código que apareceu no aplicativo').fill(await codeOf(typed))
    await theirs.getByRole('button', { name: 'Ligar' }).click()
    await theirs.getByText('Guarde seus códigos de recuperação').waitFor()
    await theirs.getByRole('button', { name: 'Já guardei' }).click()
    await theirs.waitForURL('**/conversas')
    await theirs.getByText('Ninguém esperando.').first().waitFor()
    await page.reload()
    await page.getByText('Já têm: 3 de 3 pessoas.').waitFor()
  })
})

describe.each([
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: 'wide-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
] as const)('what one sees, $name', ({ name, viewport, colorScheme }) => {
  it('has no serious fault of accessibility and nothing that sticks out', async () => {
    const faults: string[] = []
    const who = await joinTenant(stage.server, { token: managerToken }, 'ADMIN')
    const p = await stage.open(`${stage.server.url}/entrar`, { viewport, colorScheme })
    const look = async (what: string) => {
      await p.waitForTimeout(350)
      await shot(p, `factors-${what}-${name}`)
      faults.push(...(await accessibilityFaults(p)).map((f) => `${what}: ${f}`))
      const wide = await p.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
      if (wide) faults.push(`${what}: wider than the screen`)
    }
    await look('login')
    await enterPassword(p, who.email, PASSWORD)
    await p.waitForURL('**/proteger-conta')
    await look('protect')
    await p.getByRole('button', { name: /Aplicativo de códigos/ }).click()
    const typed = ((await p.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await look('protect-app')
    await p.getByLabel('Código que apareceu no aplicativo').fill(await codeOf(typed))
    await p.getByRole('button', { name: 'Ligar' }).click()
    await p.getByText('Guarde seus códigos de recuperação').waitFor()
    await look('protect-codes')
    await p.getByRole('button', { name: 'Já guardei' }).click()
    await p.waitForURL('**/conversas')
    await goTo(p, '/configuracoes/perfil')
    await p.getByRole('button', { name: 'Trocar de celular' }).scrollIntoViewIfNeeded()
    await look('profile')
    await p.getByRole('button', { name: 'Criar chave de acesso' }).click()
    await p.getByLabel('Nome da chave').waitFor()
    await look('new-passkey')
    await p.keyboard.press('Escape')
    await forgetProof(who.userId)
    await p.getByRole('button', { name: 'Trocar de celular' }).click()
    await p.getByRole('dialog', { name: 'Confirme que é você' }).waitFor()
    await look('step-up-above')
    await p.keyboard.press('Escape')
    await goTo(p, '/configuracoes/seguranca')
    await p.getByText('De toda a equipe').waitFor()
    await look('policy')
    expect(faults).toEqual([])
    await p.context().close()
  })
})

it('no page has reported a fault', () => {
  // The wrong password that was typed on purpose is a 400.
  expect(stage.faults.filter((f) => !/status of 400/.test(f))).toEqual([])
})
