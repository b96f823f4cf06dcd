import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { SHOTS, type Stage, setStage } from './stage.ts'

let stage: Stage
let owner: Page
let phone: Page
const COMPANY = 'Pousada Recanto do Mar'
const password = 'uma senha bem longa'

beforeAll(async () => {
  stage = await setStage()
})
afterAll(async () => {
  await stage.close()
})

/** What every page showed when a story failed. */
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const pages = stage.browser.contexts().flatMap((c) => c.pages())
  for (const [i, page] of pages.entries()) await page.screenshot({ path: path.join(SHOTS, `failed-${i}.png`) })
})

const shot = (page: Page, name: string) => page.screenshot({ path: path.join(SHOTS, `${name}.png`) })
const composer = (page: Page) => page.getByPlaceholder('Escreva uma mensagem')
const marina = () => phone.getByLabel('Celular de Marina Souza')

describe('a company opens its front desk', () => {
  it('signs up, is logged in, and connects the emulator', async () => {
    owner = await stage.open(`${stage.server.url}/criar-conta`)
    await owner.getByLabel('Nome da empresa').fill(COMPANY)
    await owner.getByLabel('Seu nome').fill('Helena Prado')
    await owner.getByLabel('E-mail').fill('helena@recanto.example')
    await owner.getByLabel('Crie uma senha').fill(password)
    await shot(owner, 'sign-up')
    await owner.getByRole('button', { name: 'Criar conta' }).click()
    await owner.waitForURL('**/comecar')
    await owner.getByText('Vamos abrir o balcão, Helena').waitFor()
    await shot(owner, 'onboarding')
    await owner
      .getByRole('button', { name: /emulador/i })
      .first()
      .click()
    await owner.getByText('está pronto').first().waitFor()
    await shot(owner, 'onboarding-connected')
  })

  it('invites a colleague by a link that is shown once', async () => {
    await owner.goto(`${stage.server.url}/configuracoes/equipe`)
    await owner.getByRole('button', { name: 'Convidar' }).first().click()
    await owner.getByLabel('E-mail da pessoa').fill('bruno@recanto.example')
    await owner.getByRole('button', { name: 'Criar convite' }).click()
    await owner.getByText('Ele aparece só agora').waitFor()
    await shot(owner, 'invitation')
  })
})

describe('a customer writes, a person answers', () => {
  let bruno: Page

  it('the invited attendant opens the link, sets a password and is in', async () => {
    const link = (await owner.getByText(/^http:.*\/convite\//).textContent()) ?? ''
    bruno = await stage.open(link)
    await bruno.getByText(`Entre na equipe da ${COMPANY}`).waitFor()
    await bruno.getByLabel('Seu nome').fill('Bruno Farias')
    await bruno.getByLabel('Crie uma senha').fill(password)
    await bruno.getByRole('button', { name: 'Aceitar e entrar' }).click()
    await bruno.waitForURL('**/conversas**')
    await bruno.getByText('Ninguém esperando.').first().waitFor()
    await shot(bruno, 'inbox-empty')
  })

  it('what Marina writes on her phone is in the open inbox within a second', async () => {
    await owner.goto(`${stage.server.url}/conversas?view=all`)
    await owner.getByText('Ninguém esperando.').first().waitFor()
    const { wabaId: _, phoneNumberId } = (await stage.emulator.control.readState()).numbers.at(-1) ?? { wabaId: '', phoneNumberId: '' }
    stage.emulator.control.createCustomer({ name: 'Marina Souza', phone: '+55 11 98765-4321', phoneNumberId, onDesk: true })
    phone = await stage.open(stage.emulator.phoneUrl)
    const box = marina().getByLabel('Mensagem de Marina Souza')
    await box.fill('Oi, vocês têm quarto para o feriado?\nSomos dois 💑')
    const began = Date.now()
    await box.press('Enter')
    await owner.getByText('Oi, vocês têm quarto para o feriado?').first().waitFor()
    const took = Date.now() - began
    await bruno.getByText('Oi, vocês têm quarto para o feriado?').first().waitFor()
    // A generous ceiling for a loaded machine; the bench measures.
    expect(took).toBeLessThan(3000)
    await shot(owner, 'inbox-first-message')
    await shot(phone, 'phone-first-message')
  })

  it('Bruno takes it; Helena sees it live', async () => {
    await bruno.getByText('Marina Souza').first().click()
    await bruno.getByText('Somos dois').first().waitFor()
    await bruno.getByRole('button', { name: 'Pegar conversa' }).click()
    await owner.getByText('Bruno').first().waitFor()
    await owner.getByText('Marina Souza').first().click()
    await owner.getByText('Bruno Farias pegou a conversa').waitFor()
  })

  it('his answer reaches the phone and its ticks move to read', async () => {
    await composer(bruno).fill('Temos sim, Marina! Para quantas noites?')
    await composer(bruno).press('Enter')
    await marina().getByText('Temos sim, Marina!').waitFor()
    await bruno.getByRole('img', { name: /^Lida/ }).or(bruno.getByLabel(/^Lida/)).first().waitFor()
    await owner.getByText('Temos sim, Marina!').last().waitFor()
  })

  it('typing shows on both sides', async () => {
    await marina().getByLabel('Mensagem de Marina Souza').pressSequentially('São três', { delay: 40 })
    await bruno.getByText(/Marina.* está digitando/).waitFor()
    await composer(bruno).pressSequentially('Perfeito', { delay: 40 })
    await marina().getByLabel('digitando').or(marina().getByText('digitando…')).first().waitFor()
    await marina().getByLabel('Mensagem de Marina Souza').press('Enter')
    await composer(bruno).fill('')
  })

  it('a picture, a voice note and a reply go out', async () => {
    const chooser = bruno.waitForEvent('filechooser')
    await bruno.getByRole('button', { name: /Anexar/ }).click()
    await bruno
      .getByRole('menuitem', { name: /Foto|Imagem/i })
      .first()
      .click()
    await (await chooser).setFiles({ name: 'quarto.png', mimeType: 'image/png', buffer: await bruno.screenshot() })
    await bruno
      .getByRole('button', { name: /^Enviar/ })
      .last()
      .click()
    await marina()
      .getByRole('button', { name: /Ampliar/ })
      .first()
      .waitFor()

    await bruno.getByRole('button', { name: 'Gravar áudio' }).click()
    await bruno.waitForTimeout(1500)
    await bruno
      .getByRole('button', { name: /^Enviar/ })
      .last()
      .click()
    await marina().getByRole('button', { name: 'Ouvir mensagem de voz' }).first().waitFor()
    await shot(bruno, 'conversation')
    await shot(phone, 'phone')
  })

  it('tags, resolves; Marina writes and it is open again', async () => {
    await stage.server.sql("insert into tags (id, tenant_id, name, color) select gen_random_uuid(), id, 'Feriado', 'orange' from tenants where name = $1", [
      COMPANY,
    ])
    await bruno.reload()
    await bruno.getByText('Temos sim, Marina!').last().waitFor()
    await bruno
      .getByRole('button', { name: 'Editar etiquetas' })
      .or(bruno.getByRole('button', { name: 'Etiqueta', exact: true }))
      .first()
      .click()
    await bruno
      .getByRole('option', { name: 'Feriado' })
      .or(bruno.getByRole('checkbox', { name: 'Feriado' }))
      .or(bruno.getByRole('menuitemcheckbox', { name: 'Feriado' }))
      .first()
      .click()
    await owner.getByText('Feriado').first().waitFor()
    await bruno.keyboard.press('Escape')
    await bruno.getByRole('button', { name: 'Resolver' }).first().click()
    await owner.getByText('Bruno Farias resolveu a conversa').waitFor()
    const box = marina().getByLabel('Mensagem de Marina Souza')
    await box.fill('Esqueci: tem berço?')
    await box.press('Enter')
    await owner.getByText('Esqueci: tem berço?').first().waitFor()
    await eventually(async () => (await stage.server.sql<{ status: string }>('select status from conversations')).every((c) => c.status === 'open'))
  })

  it('a laptop that slept shows the right state after waking', async () => {
    await bruno.context().setOffline(true)
    await bruno.waitForTimeout(300)
    const box = marina().getByLabel('Mensagem de Marina Souza')
    await box.fill('Escrevi enquanto você dormia')
    await box.press('Enter')
    await owner.getByText('Escrevi enquanto você dormia').first().waitFor()
    await bruno.context().setOffline(false)
    await bruno.getByText('Escrevi enquanto você dormia').first().waitFor()
  })

  it('a few letters and Enter are enough for a tag', async () => {
    await bruno.getByText('Temos sim, Marina!').last().waitFor()
    await composer(bruno).press('Escape')
    await bruno.keyboard.press('t')
    await bruno.getByPlaceholder('Procurar etiqueta').fill('feri')
    const before = await stage.server.sql('select 1 from conversation_tags')
    await bruno.keyboard.press('Enter')
    await eventually(async () => (await stage.server.sql('select 1 from conversation_tags')).length !== before.length)
    await bruno.keyboard.press('Escape')
  })

  it('the tabs of one browser count the same, and leaving in one leaves in all', async () => {
    const twin = await bruno.context().newPage()
    await twin.goto(`${stage.server.url}/contatos`)
    await twin.getByText('Marina Souza').first().waitFor()
    // Nobody may have the conversation open, or it is read at once.
    for (const page of [bruno, owner]) await page.goto(`${stage.server.url}/contatos`)
    const box = marina().getByLabel('Mensagem de Marina Souza')
    await box.fill('Ainda aí?')
    await box.press('Enter')
    const counted = await eventually(async () => {
      const [one, other] = [await bruno.title(), await twin.title()].map((title) => /^\((\d+)\)/.exec(title)?.[1])
      return one !== undefined && one === other ? one : undefined
    }, 30_000)
    expect(Number(counted)).toBeGreaterThan(0)
    await twin.getByRole('button', { name: /Sua conta/ }).click()
    await twin.getByRole('menuitem', { name: 'Sair' }).click()
    for (const tab of [bruno, twin]) await tab.waitForURL(/\/entrar/)
  })

  it('no page had an error', () => {
    expect(stage.faults).toEqual([])
  })
})
