import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { joinTenant, PASSWORD } from '../packages/server/src/features/access/test-people.ts'
import { joinWith } from '../packages/server/src/features/access/test-roles.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { SHOTS, type Stage, setStage } from './stage.ts'

let stage: Stage
let owner: Page
let ownerToken = ''
const address = (where: string) => `${stage.server.url}${where}`
const shot = (page: Page, name: string) => page.screenshot({ path: path.join(SHOTS, `${name}.png`) })

beforeAll(async () => {
  stage = await setStage()
  const { server, emulator } = stage
  await seedDemo(server.ctx, { ...emulator.defaults, graphUrl: emulator.graphUrl })
  const login = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: DEMO.owner.email, password: DEMO.password } })
  ownerToken = login.body.accessToken
  owner = await enter({ email: DEMO.owner.email, password: DEMO.password })
})
afterAll(() => stage.close())
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const pages = stage.browser.contexts().flatMap((c) => c.pages())
  for (const [i, page] of pages.entries()) await page.screenshot({ path: path.join(SHOTS, `failed-roles-${i}.png`) })
})

async function enter(who: { email: string; password: string }, viewport = { width: 1440, height: 900 }): Promise<Page> {
  const page = await stage.open(address('/entrar'), { viewport })
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Senha', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Entrar' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/entrar'))
  return page
}
const call = <T = Record<string, unknown>>(method: string, url: string, body?: unknown, token = ownerToken) =>
  stage.server.call<T>(method, url, { token, ...(body === undefined ? {} : { body }) })

describe('a role of the company’s own', () => {
  let intern: Page

  it('is made with ticks, and what one must see comes along', async () => {
    await owner.goto(address('/configuracoes/papeis'))
    await owner.getByText('Nenhum perfil próprio ainda').waitFor()
    await owner.getByRole('button', { name: 'Criar perfil' }).click()
    await owner.getByLabel('Nome do perfil').fill('Estagiária')
    await owner.getByLabel('Responder clientes').check()
    expect(await owner.getByLabel('Ler conversas').isChecked()).toBe(true)
    await owner.getByLabel('Responder clientes').uncheck()
    await owner.getByLabel('Ver contatos').check()
    await shot(owner, 'role-form')
    await owner.getByRole('button', { name: 'Criar', exact: true }).click()
    await owner.getByText('Perfil Estagiária criado.').waitFor()
    await owner.getByText('2 permissões').waitFor()
  })

  it('is given with an invitation; the person sees what it allows, and nothing else is offered', async () => {
    await owner.goto(address('/configuracoes/equipe'))
    await owner.getByRole('button', { name: 'Convidar' }).first().click()
    await owner.getByLabel('E-mail da pessoa').fill('estagiaria@recanto.example')
    await owner.getByRole('radio', { name: 'Estagiária' }).click()
    await owner.getByRole('button', { name: 'Criar convite' }).click()
    const link = (await owner.getByText(/^http:.*\/convite\//).textContent()) ?? ''
    intern = await stage.open(link)
    await intern.getByText('Estagiária').first().waitFor()
    await intern.getByLabel('Seu nome').fill('Lia Moura')
    await intern.getByLabel('Crie uma senha').fill(PASSWORD)
    await intern.getByRole('button', { name: 'Aceitar e entrar' }).click()
    await intern.waitForURL('**/conversas**')
    await intern.goto(address('/conversas?view=all'))
    await intern.getByText('Rafael Menezes').first().click()
    await intern.getByText('Seu perfil pode ler esta conversa, mas não responder.').waitFor()
    expect(await intern.getByPlaceholder('Escreva uma mensagem').count()).toBe(0)
    expect(await intern.getByRole('button', { name: 'Resolver' }).isDisabled()).toBe(true)
    await shot(intern, 'read-only')
    await intern.goto(address('/configuracoes'))
    await intern.getByText('Perfil', { exact: true }).first().waitFor()
    for (const name of ['Equipe', 'Papéis e permissões', 'Chaves de API', 'Canais'])
      expect([name, await intern.getByText(name, { exact: true }).count()]).toEqual([name, 0])
  })

  it('changes at once on the open screen', async () => {
    await intern.goto(address('/conversas?view=all'))
    await intern.getByText('Rafael Menezes').first().click()
    await owner.goto(address('/configuracoes/papeis'))
    await owner.getByRole('button', { name: 'Mudar Estagiária' }).click()
    await owner.getByLabel('Responder clientes').check()
    await owner.getByRole('button', { name: 'Salvar' }).click()
    await owner.getByText('Perfil Estagiária salvo. Já vale.').waitFor()
    await intern.getByPlaceholder('Escreva uma mensagem').or(intern.getByText('já se passaram 24 h')).or(intern.getByText('24 h')).first().waitFor()
  })

  it('is deleted with a place for its people', async () => {
    await owner.getByRole('button', { name: 'Excluir Estagiária' }).click()
    await owner.getByText('passa a ter').waitFor()
    await shot(owner, 'role-delete')
    await owner.getByRole('button', { name: 'Excluir', exact: true }).click()
    await owner.getByText('Perfil Estagiária excluído.').waitFor()
    const users = await call<{ items: { email: string; role: string }[] }>('GET', '/api/users')
    expect(users.body.items.find((u) => u.email === 'estagiaria@recanto.example')?.role).toBe('ATTENDANT')
    await intern.context().close()
  })
})

describe('everybody sees only what is theirs to use', () => {
  const PLACES = [
    '/conversas?view=all',
    '/contatos',
    '/avisos',
    '/comecar',
    ...['', '/perfil', '/equipe', '/papeis', '/chaves-de-api', '/canais', '/modelos', '/modelos/novo', '/etiquetas', '/empresa', '/uso', '/eventos'].map(
      (p) => `/configuracoes${p}`,
    ),
  ]
  /** Opens every page and what lies on it; nothing that is shown may ask the server for what it refuses. */
  async function walk(page: Page): Promise<string[]> {
    const refused: string[] = []
    page.on('response', (r) => {
      if (r.status() === 403) refused.push(`${new URL(page.url()).pathname}: ${r.request().method()} ${new URL(r.url()).pathname}`)
    })
    for (const place of PLACES) {
      await page.goto(address(place))
      await page.locator('main h1, main p').first().waitFor()
      await page.waitForTimeout(200)
      if (place.startsWith('/conversas') || place === '/contatos') {
        const first = page.getByText('Rafael Menezes').first()
        if ((await first.count()) > 0) {
          await first.click()
          await page.waitForTimeout(500)
        }
      }
    }
    return refused
  }

  it.each(['ATTENDANT', 'SUPERVISOR', 'DPO'] as const)(
    'as %s',
    async (role) => {
      const { email } = await joinTenant(stage.server, { token: ownerToken }, role)
      const page = await enter({ email, password: PASSWORD })
      expect(await walk(page)).toEqual([])
      await page.context().close()
    },
    120_000,
  )

  it.each([
    ['only reading', ['conversations.read', 'contacts.read']],
    ['only conversations', ['conversations.read', 'conversations.write', 'messages.send']],
    ['without any permission', []],
  ] as const)(
    'as a role %s',
    async (_name, permissions) => {
      const { email } = await joinWith(stage.server, { token: ownerToken }, permissions)
      const page = await enter({ email, password: PASSWORD })
      expect(await walk(page)).toEqual([])
      await page.context().close()
    },
    120_000,
  )
})

describe('only the own conversations', () => {
  it('the list follows the rule and every hand-over, without a reload', async () => {
    const camila = await enter({ email: DEMO.attendants[0].email, password: DEMO.password })
    await camila.goto(address('/conversas?view=all'))
    const all = await call<{ items: { id: string; contact: { name: string }; assignee: { name: string } | null }[] }>('GET', '/api/conversations?view=all')
    const mine = all.body.items.filter((c) => c.assignee?.name === DEMO.attendants[0].name)
    const foreign = all.body.items.find((c) => c.assignee !== null && c.assignee.name !== DEMO.attendants[0].name)
    if (!foreign || mine.length === 0) throw new Error('the demo has conversations of both')
    const row = camila.getByText(foreign.contact.name).first()
    await row.waitFor()
    await owner.goto(address('/configuracoes/papeis'))
    await owner.getByLabel('Cada pessoa vê só as conversas dela').click({ force: true })
    await owner.getByText('Vale a partir de agora.').waitFor()
    await row.waitFor({ state: 'detached' })
    await camila
      .getByText(mine[0]?.contact.name ?? '')
      .first()
      .waitFor()
    await shot(camila, 'own-conversations')
    const users = await call<{ items: { id: string; email: string }[] }>('GET', '/api/users')
    const idOf = (email: string) => users.body.items.find((u) => u.email === email)?.id
    await eventually(async () => (await call('POST', `/api/conversations/${foreign.id}/assign`, { userId: idOf(DEMO.attendants[0].email) })).status === 200)
    await row.click()
    await camila.getByRole('heading', { name: foreign.contact.name }).first().waitFor()
    await call('POST', `/api/conversations/${foreign.id}/assign`, { userId: idOf(DEMO.attendants[1].email) })
    await camila.getByText('Esta conversa não existe, ou não está com você.').waitFor()
    expect(await camila.getByText('Abrir a ficha').count()).toBe(0)
    await shot(camila, 'conversation-gone')
    await camila.getByRole('list').getByText(foreign.contact.name).waitFor({ state: 'detached' })
    await owner.getByLabel('Cada pessoa vê só as conversas dela').click({ force: true })
    await row.waitFor()
    await camila.context().close()
  })
})

describe('a key for a program', () => {
  it('is shown once, opens the API, and is refused after it was revoked', async () => {
    await owner.goto(address('/configuracoes/chaves-de-api'))
    await owner.getByText('Nenhuma chave ativa').waitFor()
    await owner.getByRole('button', { name: 'Criar chave' }).click()
    await owner.getByLabel('Para que serve').fill('Loja virtual')
    await owner.getByLabel('Criar e mudar contatos').check()
    expect(await owner.getByLabel('Ver contatos').isChecked()).toBe(true)
    expect(await owner.getByLabel('Convidar pessoas e definir perfis').count()).toBe(0)
    await shot(owner, 'key-form')
    await owner.getByRole('button', { name: 'Criar', exact: true }).click()
    await owner.getByText('Sua chave está pronta').waitFor()
    await shot(owner, 'key-ready')
    const key = (await owner.getByText(/^atd_[0-9a-f]{32}_/).textContent()) ?? ''
    const use = (url: string) => fetch(address(url), { headers: { authorization: `Bearer ${key}` } })
    const answer = await use('/api/contacts')
    expect([answer.status, ((await answer.json()) as { items: unknown[] }).items.length > 0]).toEqual([200, true])
    expect([(await use('/api/tags')).status, (await use('/api/users')).status]).toEqual([403, 403])
    await owner.getByRole('button', { name: 'Já guardei' }).click()
    expect(await owner.getByText(key).count()).toBe(0)
    await owner.reload()
    await owner.getByText(/usada .*, de 127\.0\.0\.1/).waitFor()
    await owner.getByRole('button', { name: 'Revogar Loja virtual' }).click()
    await owner.getByRole('button', { name: 'Revogar', exact: true }).last().click()
    await owner.getByText('Chave revogada.').waitFor()
    expect((await use('/api/contacts')).status).toBe(401)
    const listed = await call<{ items: unknown[] }>('GET', '/api/api-keys')
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(37))
  })
})

it('no page had an error', () => expect(stage.faults).toEqual([]))
