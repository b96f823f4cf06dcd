import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT, type OidcStandIn, startOidcStandIn } from '../packages/server/src/testing/oidc-stand-in.ts'
import { logIn, SHOTS, type Stage, setStage } from './stage.ts'

/** Links by mail and single sign-on, as people live it: a mailbox page, a provider with a page of its own. */
let stage: Stage
let idp: OidcStandIn
let owner: Page
const EMAIL = 'helena@recanto.example'
const [OLD, NEW] = ['uma senha bem longa', 'outra senha bem longa']
const home = () => stage.server.url

beforeAll(async () => {
  stage = await setStage({ NODE_ENV: 'development' })
  const accounts = [{ sub: 'bruno', email: 'bruno@recanto.example', email_verified: true, name: 'Bruno Farias' }]
  idp = await startOidcStandIn({ redirectUri: () => `${home()}/api/auth/sso/callback`, accounts })
})
afterAll(async () => {
  await idp.stop()
  await stage.close()
})
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  for (const [i, page] of stage.browser
    .contexts()
    .flatMap((c) => c.pages())
    .entries())
    await page.screenshot({ path: path.join(SHOTS, `accounts-failed-${i}.png`) })
})

const shot = (page: Page, name: string) => page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true })

/** The mailbox in a tab of its own; the newest mail is the first. */
async function openMail(page: Page, subject: string): Promise<void> {
  const mail = page
    .locator('article')
    .filter({ has: page.getByRole('heading', { name: subject }) })
    .first()
  await page.goto(`${home()}/debug/mails`)
  for (let tries = 0; tries < 50 && (await mail.count()) === 0; tries++) {
    await page.waitForTimeout(100)
    await page.reload()
  }
  await shot(page, 'mails')
  await mail.getByRole('link').first().click()
}

describe('an address and a password', () => {
  it('after the sign-up the address waits for its confirmation, and the link of the mail gives it', async () => {
    owner = await stage.open(`${home()}/criar-conta`)
    await owner.getByLabel('Nome da empresa').fill('Pousada Recanto')
    await owner.getByLabel('Seu nome').fill('Helena Prado')
    await owner.getByLabel('E-mail').fill(EMAIL)
    await owner.getByLabel('Crie uma senha').fill(OLD)
    await owner.getByRole('button', { name: 'Criar conta' }).click()
    await owner.getByText(`enviamos um link para ${EMAIL}`).waitFor()
    await shot(owner, 'email-banner')
    const mailbox = await owner.context().newPage()
    await openMail(mailbox, 'Confirme seu e-mail')
    await mailbox.getByRole('button', { name: 'Confirmar e-mail' }).click()
    await mailbox.getByText('E-mail confirmado').waitFor()
    expect(mailbox.url()).toBe(`${home()}/confirmar-email`)
    await mailbox.getByRole('link', { name: 'Abrir o Atende' }).click()
    await mailbox.waitForURL(/conversas/)
    expect(await mailbox.getByText('enviamos um link').count()).toBe(0)
    await mailbox.close()
  })

  it('who forgot it gets a link; with the new one the old session is over, everywhere', async () => {
    await owner.goto(`${home()}/conversas`)
    const guest = await stage.open(`${home()}/entrar`)
    await guest.getByRole('link', { name: 'Esqueci a senha' }).click()
    await shot(guest, 'forgot')
    await guest.getByLabel('E-mail').fill(EMAIL)
    await guest.getByRole('button', { name: 'Enviar o link' }).click()
    await guest.getByText('Veja a sua caixa de entrada').waitFor()
    await openMail(guest, 'Crie uma nova senha')
    await guest.getByLabel('Nova senha').fill(NEW)
    await shot(guest, 'reset')
    await guest.getByRole('button', { name: 'Salvar a nova senha' }).click()
    await guest.getByText('Senha nova no lugar').waitFor()
    await owner.waitForURL(/entrar/)
    await guest.getByRole('link', { name: 'Entrar' }).click()
    await logIn(guest, { email: EMAIL, password: NEW })
    await openMail(guest, 'Crie uma nova senha')
    await guest.getByLabel('Nova senha').fill(NEW)
    await guest.getByRole('button', { name: 'Salvar a nova senha' }).click()
    await guest.getByText('Este link não vale mais').waitFor()
    await guest.context().close()
  })

  it('the profile shows devices and the address, and ends the other devices', async () => {
    await logIn(owner, { email: EMAIL, password: NEW })
    const other = await stage.open(`${home()}/entrar`)
    await logIn(other, { email: EMAIL, password: NEW })
    await owner.goto(`${home()}/configuracoes/perfil`)
    await owner.getByText('confirmado', { exact: true }).waitFor()
    await owner.getByRole('button', { name: 'Encerrar as outras' }).click()
    await shot(owner, 'profile-devices')
    await owner.getByRole('dialog').getByRole('button', { name: 'Encerrar as outras' }).click()
    await other.waitForURL(/entrar/)
    await owner.getByText('As outras sessões foram encerradas.').waitFor()
    await other.context().close()
  })
})

describe('single sign-on', () => {
  it('an owner sets it up and tests the provider', async () => {
    await owner.goto(`${home()}/configuracoes`)
    await owner.getByRole('link', { name: /Login único/ }).click()
    await owner.getByText('Ainda não configurado').waitFor()
    await shot(owner, 'sso-empty')
    await owner.getByLabel('Nome no botão').fill('Conta Recanto')
    await owner.getByLabel('Emissor (issuer)').fill(idp.issuer)
    await owner.getByLabel('Identificador do cliente').fill(CLIENT.clientId)
    await owner.getByLabel('Segredo do cliente').fill(CLIENT.clientSecret)
    await owner.getByRole('button', { name: 'Testar provedor' }).click()
    await owner.getByText('O provedor respondeu').waitFor()
    await owner.getByLabel('Domínios de e-mail aceitos').fill('recanto.example')
    await owner.getByRole('combobox', { name: 'Quem ainda não está na equipe' }).click()
    await owner.getByRole('option', { name: 'Entra sozinho como atendente' }).click()
    await owner.getByLabel('Só login único: recusar senhas').check({ force: true })
    await shot(owner, 'sso-filled')
    await owner.setViewportSize({ width: 390, height: 844 })
    await shot(owner, 'sso-filled-phone')
    await owner.setViewportSize({ width: 1440, height: 900 })
    await owner.getByRole('button', { name: 'Salvar' }).click()
    await owner.getByText('Login único salvo.').waitFor()
  })

  it('a colleague enters with the account of the company, and without a password here', async () => {
    const bruno = await stage.open(`${home()}/entrar`)
    await bruno.getByRole('button', { name: 'Usar login único (SSO)' }).click()
    await bruno.getByLabel('Endereço da empresa').fill('pousada-recanto')
    await shot(bruno, 'sso-company')
    await bruno.getByRole('button', { name: 'Continuar' }).click()
    await bruno.getByText('Quem é você?').waitFor()
    await bruno.getByRole('link', { name: 'Cancelar' }).click()
    await bruno.getByText('Você cancelou o login').waitFor()
    // The page knows the company by now.
    await bruno.getByRole('button', { name: 'Continuar com Conta Recanto' }).click()
    await bruno.getByRole('link', { name: 'bruno' }).click()
    await bruno.waitForURL(/conversas/)
    await bruno.getByText('Ninguém esperando.').first().waitFor()
    await shot(bruno, 'sso-entered')
    await bruno.reload()
    await bruno.getByText('Ninguém esperando.').first().waitFor()
  })

  it('a password is refused with the way to the provider; the owner still has theirs', async () => {
    const sql = stage.server.sql
    const [known] = await sql<{ hash: string }>('select password_hash as hash from users where email = $1', [EMAIL])
    await sql("update users set password_hash = $1 where email = 'bruno@recanto.example'", [known?.hash])
    const bruno = await stage.open(`${home()}/entrar`)
    await bruno.getByLabel('E-mail').fill('bruno@recanto.example')
    await bruno.getByLabel('Senha', { exact: true }).fill(NEW)
    await bruno.getByRole('button', { name: 'Entrar', exact: true }).click()
    await bruno.getByText('Sua empresa entra pelo login único.').waitFor()
    await shot(bruno, 'sso-required')
    await bruno.getByRole('button', { name: 'Continuar para o login único' }).click()
    await bruno.getByRole('link', { name: 'bruno' }).click()
    await bruno.waitForURL(/conversas/)
    const helena = await stage.open(`${home()}/entrar?empresa=pousada-recanto`)
    await helena.getByRole('button', { name: 'Continuar com Conta Recanto' }).waitFor()
    await shot(helena, 'login-sso')
    await helena.getByLabel('E-mail').fill(EMAIL)
    await helena.getByLabel('Senha', { exact: true }).fill(NEW)
    await helena.getByRole('button', { name: 'Entrar', exact: true }).click()
    await helena.waitForURL(/conversas|comecar/)
  })

  it('caused no error on any page', () => {
    // The refused password is one on purpose.
    expect(stage.faults.filter((f) => !f.includes('status of 403'))).toEqual([])
  })
})
