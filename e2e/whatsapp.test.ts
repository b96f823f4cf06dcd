import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CustomerMessage } from 'whatsapp-emulator'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { logIn, SHOTS, type Stage, setStage } from './stage.ts'

const HOUR = 3600_000
const SOFIA = '5511987651001'
const TIAGO = '5511987651002'
const PAULO = '5511987651003'
const NINA = '5511987651004'
const CARLA = '5511987651005'

let stage: Stage
let owner: Page
let phone: Page
let numberId = ''
let channelId = ''

beforeAll(async () => {
  stage = await setStage()
  const { server, emulator } = stage
  const { email, password, token } = await server.register('Pousada Recanto do Mar')
  const made = await server.call<{ id: string }>('POST', '/api/channels/emulator', { token })
  channelId = made.body.id
  numberId = emulator.control.readState().numbers.at(-1)?.phoneNumberId ?? ''
  owner = await stage.open(`${server.url}/entrar`)
  await logIn(owner, { email, password })
  emulator.control.createCustomer({ name: 'Sofia Ramos', phone: `+${SOFIA}`, phoneNumberId: numberId })
  emulator.control.createCustomer({ name: 'Tiago Reis', phone: `+${TIAGO}`, phoneNumberId: numberId })
  phone = await stage.open(emulator.phoneUrl)
})
afterAll(() => stage.close())

/** What every page showed when a story failed. */
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const pages = stage.browser.contexts().flatMap((c) => c.pages())
  for (const [i, page] of pages.entries()) await page.screenshot({ path: path.join(SHOTS, `failed-${i}.png`) })
})

const shot = (name: string, page = owner) => page.screenshot({ animations: 'disabled', path: path.join(SHOTS, `whatsapp-${name}.png`) })
/** A picture in both themes and at the width of a phone; the page is left as it was. */
async function shots(name: string): Promise<void> {
  await shot(`${name}-light`)
  await owner.emulateMedia({ colorScheme: 'dark' })
  await shot(`${name}-dark`)
  await owner.setViewportSize({ width: 390, height: 844 })
  await shot(`${name}-phone-dark`)
  await owner.emulateMedia({ colorScheme: 'light' })
  await shot(`${name}-phone-light`)
  await owner.setViewportSize({ width: 1440, height: 900 })
}
const go = (address: string) => owner.goto(stage.server.url + address)
const send = (who: string, message: CustomerMessage, name?: string) =>
  stage.emulator.control.sendAs(who, message, { phoneNumberId: numberId, ...(name ? { name } : {}) })
/** Written some time ago, as the provider's clock says. */
const ago = (hours: number) => String(Math.floor((Date.now() - hours * HOUR) / 1000))
const list = () => owner.getByRole('region', { name: 'Lista de conversas' }).or(owner.getByLabel('Lista de conversas')).first()
async function openConversation(name: string): Promise<void> {
  await go('/conversas?view=all')
  await list().getByText(name).first().click()
  await thread().waitFor()
}
const thread = () => owner.getByRole('log', { name: 'Mensagens' })
const bubble = (text: string | RegExp): Locator => thread().locator('[data-message]').filter({ hasText: text }).last()
const says = (text: string | RegExp) => thread().getByText(text).last().waitFor()
const phoneOf = (name: string) => phone.getByLabel(`Celular de ${name}`)

describe('everything a customer can send is shown in the conversation', () => {
  it('an ad brings Sofia: its headline and words stand above what she wrote', async () => {
    const image = `${stage.emulator.url}/phone/samples/anuncio.jpg`
    const referral = {
      source_url: 'https://fb.me/2AnuncioPraia',
      source_id: '120210000000000001',
      source_type: 'ad',
      headline: 'Feriado na praia com café da manhã',
      body: 'Fale com a gente pelo chat.',
      media_type: 'image',
      image_url: image,
      ctwa_clid: 'ARAkLkA8rmlFeiCktEJQ',
    }
    send(SOFIA, { type: 'text', text: { body: 'Oi, vi o anúncio de vocês' }, referral })
    await openConversation('Sofia Ramos')
    await says('Veio de um anúncio')
    await bubble('Oi, vi o anúncio').getByText('Feriado na praia com café da manhã').waitFor()
    await bubble('Oi, vi o anúncio').getByRole('link', { name: 'Abrir o anúncio' }).waitFor()
    await shots('ad')
  })

  it('an order with its items and what they come to', async () => {
    const items = [
      { product_retailer_id: 'diaria-casal', quantity: 2, item_price: 389, currency: 'BRL' },
      { product_retailer_id: 'cafe-varanda', quantity: 1, item_price: 48.5, currency: 'BRL' },
    ]
    send(SOFIA, { type: 'order', order: { catalog_id: '1', text: 'Para o feriado', product_items: items } })
    const order = bubble('Para o feriado')
    await order.getByText('Pedido', { exact: true }).waitFor()
    await order.getByText('2 itens').waitFor()
    await order.getByText(/R\$\s778,00/).waitFor()
    await order.getByText(/R\$\s826,50/).waitFor()
  })

  it('a filled form, an answer from a list, and a button', async () => {
    const response_json = JSON.stringify({ screen_0_Nome_completo_0: 'Sofia Ramos', screen_0_Chegada_1: '12/12', flow_token: 'x' })
    send(SOFIA, { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json } } })
    const form = bubble('Formulário preenchido')
    await form.getByText('Nome completo').waitFor()
    await form.getByText('12/12').waitFor()
    expect(await form.textContent()).not.toContain('flow_token')
    const list_reply = { id: 'mar', title: 'Quarto Maresia', description: 'Vista para o mar' }
    send(SOFIA, { type: 'interactive', interactive: { type: 'list_reply', list_reply } })
    await bubble('Quarto Maresia').getByText('Escolheu na lista').waitFor()
    send(SOFIA, { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 's', title: 'Quero reservar' } } })
    await bubble('Quero reservar').getByText('Tocou no botão').waitFor()
    await shots('answers')
  })

  it('a location with its coordinates and the way to a map', async () => {
    const location = { latitude: -27.5969, longitude: -48.5495, name: 'Rodoviária', address: 'Av. Paulo Fontes, 1101' }
    send(SOFIA, { type: 'location', location })
    const place = bubble('Rodoviária')
    await place.getByText('-27.59690, -48.54950').waitFor()
    expect(await place.getByRole('link', { name: /Rodoviária/ }).getAttribute('href')).toContain('mlat=-27.5969')
  })

  it('a contact card becomes a contact by one click', async () => {
    const card = { name: { formatted_name: 'Rita Lopes', first_name: 'Rita' }, phones: [{ phone: '+55 11 98888-0000', wa_id: '5511988880000', type: 'CELL' }] }
    send(SOFIA, { type: 'contacts', contacts: [card] })
    await bubble('Rita Lopes').getByRole('button', { name: 'Salvar contato' }).click()
    await bubble('Rita Lopes').getByText('Contato salvo').waitFor()
    await shots('cards')
    await go('/contatos?q=Rita')
    await owner.getByRole('link', { name: /Rita Lopes/ }).click()
    await owner.getByText('+55 11 98888-0000').first().waitFor()
    await openConversation('Sofia Ramos')
  })

  it('photo, video, voice, document and sticker stand in the conversation, and a reaction under its message', async () => {
    send(SOFIA, { type: 'image', image: { sample: 'image', caption: 'A praia hoje' } })
    await bubble('A praia hoje').getByRole('img').first().waitFor()
    send(SOFIA, { type: 'video', video: { sample: 'video' } })
    send(SOFIA, { type: 'audio', audio: { sample: 'audio', voice: true } })
    await thread().getByRole('button', { name: 'Ouvir' }).last().waitFor()
    send(SOFIA, { type: 'document', document: { sample: 'document', filename: 'comprovante.pdf' } })
    await says('comprovante.pdf')
    send(SOFIA, { type: 'sticker', sticker: { sample: 'animatedSticker' } })
    await thread().getByRole('img', { name: 'Figurinha' }).last().waitFor()
    const liked = send(SOFIA, { type: 'text', text: { body: 'Segue o comprovante' } })
    await says('Segue o comprovante')
    send(SOFIA, { type: 'reaction', reaction: { message_id: liked.id, emoji: '🙏' } })
    await bubble('Segue o comprovante').getByText('🙏').first().waitFor()
    await shots('media')
  })

  it('an edited message shows its new words, and what stood there before by a click', async () => {
    const sent = send(SOFIA, { type: 'text', text: { body: 'Chego dia 12 às 10h' } })
    await says('Chego dia 12 às 10h')
    stage.emulator.control.editMessage(sent.id, 'Chego dia 12 às 15h', { as: 'real' })
    await says('Chego dia 12 às 15h')
    await bubble('Chego dia 12 às 15h').getByRole('button', { name: 'editada' }).click()
    await owner.getByText('Antes da edição').waitFor()
    await owner.getByText('Chego dia 12 às 10h').last().waitFor()
    await shot('edited')
    await owner.keyboard.press('Escape')
  })

  it('a deleted message says so; its words are kept behind a click', async () => {
    const sent = send(SOFIA, { type: 'text', text: { body: 'Meu cartão termina em 4321' } })
    await says('Meu cartão termina em 4321')
    stage.emulator.control.deleteMessage(sent.id, { as: 'real' })
    const deleted = bubble('Quem escreveu apagou esta mensagem.')
    await deleted.waitFor()
    expect(await thread().getByText('Meu cartão termina em 4321').count()).toBe(0)
    await deleted.getByRole('button', { name: 'Ver o que ficou guardado' }).click()
    await deleted.getByText('Meu cartão termina em 4321').waitFor()
  })

  it('a kind nobody knows is named, and an admin sees it as it came', async () => {
    send(SOFIA, { type: 'hologram', hologram: { depth: 3 } })
    const unknown = bubble('hologram')
    await unknown.waitFor()
    await unknown.hover()
    await unknown.getByRole('button', { name: 'Ver como chegou' }).click()
    await owner.getByRole('dialog').getByText('"depth": 3').waitFor()
    await shots('raw')
    await owner.keyboard.press('Escape')
  })
})

describe('the attendant asks with buttons and lists', () => {
  const pick = async (kind: string): Promise<Locator> => {
    await owner.getByRole('button', { name: 'Mensagem com botões' }).click()
    await owner.getByRole('menuitem', { name: kind }).click()
    await owner.getByRole('dialog').waitFor()
    return owner.getByRole('dialog')
  }

  it('buttons go to the phone; the answer comes back quoted', async () => {
    await openConversation('Sofia Ramos')
    const dialog = await pick('Botões de resposta')
    await dialog.getByRole('button', { name: 'Enviar' }).click()
    await dialog.getByText('Faltam alguns campos.').waitFor()
    await dialog.getByRole('textbox', { name: 'Texto' }).fill('Confirma a reserva?')
    await dialog.getByRole('textbox', { name: 'Botão 1' }).fill('Confirmo')
    if ((await dialog.getByRole('textbox', { name: 'Botão 2' }).count()) === 0) await dialog.getByRole('button', { name: 'Mais um botão' }).click()
    await dialog.getByRole('textbox', { name: 'Botão 2' }).fill('Quero mudar')
    await shots('buttons-dialog')
    await dialog.getByRole('button', { name: 'Enviar' }).click()
    await phoneOf('Sofia Ramos').getByText('Confirma a reserva?').last().waitFor()
    await phoneOf('Sofia Ramos').getByRole('button', { name: 'Confirmo' }).click()
    await bubble(/Tocou no botão/)
      .filter({ hasText: 'Confirmo' })
      .waitFor()
  })

  it('a list too', async () => {
    const dialog = await pick('Lista de opções')
    await dialog.getByRole('textbox', { name: 'Texto' }).fill('Qual café da manhã?')
    await dialog.getByRole('textbox', { name: 'Botão que abre a lista' }).fill('Ver cafés')
    await dialog.getByRole('textbox', { name: 'Opção 1' }).fill('Na varanda')
    await dialog.getByLabel('Descrição, se quiser').first().fill('das 7h às 10h')
    await shot('list-dialog')
    await dialog.getByRole('button', { name: 'Enviar' }).click()
    await phoneOf('Sofia Ramos').getByRole('button', { name: 'Ver cafés' }).click()
    await shot('list-on-phone', phone)
    await phoneOf('Sofia Ramos')
      .getByRole('button', { name: /Na varanda/ })
      .last()
      .click()
    await bubble('Escolheu na lista').filter({ hasText: 'Na varanda' }).waitFor()
    await shots('asked')
  })
})

describe('outside of the 24 hours', () => {
  it('templates that exist at Meta are read', async () => {
    await go('/configuracoes/modelos')
    await owner.getByRole('button', { name: 'Sincronizar' }).click()
    await owner.getByText('Lista atualizada: 1 modelo na Meta.').waitFor()
    await owner.getByText('hello_world').waitFor()
  })

  it('one is written here, reviewed and ready', async () => {
    await owner
      .getByRole('link', { name: 'Novo modelo' })
      .or(owner.getByRole('button', { name: 'Novo modelo' }))
      .click()
    await owner.getByLabel('Nome', { exact: true }).fill('Lembrete checkin')
    await owner.getByRole('textbox', { name: 'Texto' }).fill('Olá {{primeiro_nome}}, seu check-in é {{data}}. Esperamos por você.')
    await owner.getByRole('button', { name: 'Enviar para análise' }).click()
    // Meta wants to see how it looks filled in.
    await owner.getByText('Falta acertar 2 pontos.').waitFor()
    await owner.getByLabel('Exemplo de {{primeiro_nome}}').fill('Ana')
    await owner.getByLabel('Exemplo de {{data}}').fill('sexta às 14h')
    await owner.getByRole('complementary').getByText('Olá Ana, seu check-in é sexta às 14h.').waitFor()
    await shots('new-template')
    await owner.getByRole('button', { name: 'Enviar para análise' }).click()
    await owner.getByRole('heading', { name: 'lembrete_checkin' }).waitFor()
    await owner.getByText('Aprovado').first().waitFor()
    await shots('template')
    await go('/configuracoes/modelos')
    await owner.getByText('lembrete_checkin').waitFor()
    await shots('templates')
  })

  it('the composer offers them; one is filled from the contact, sent, and read', async () => {
    send(TIAGO, { type: 'text', text: { body: 'Qual o horário de entrada?' }, timestamp: ago(25) })
    await openConversation('Tiago Reis')
    await owner.getByText('A janela de 24 h fechou.').waitFor()
    expect(await owner.getByPlaceholder('Escreva uma mensagem').count()).toBe(0)
    await shots('window-closed')
    await owner.getByRole('button', { name: 'Escolher modelo' }).click()
    const dialog = owner.getByRole('dialog')
    await dialog.getByText('lembrete checkin').waitFor()
    await shots('picker')
    await dialog.getByText('lembrete checkin').click()
    const first = dialog.getByLabel('Primeiro nome', { exact: true })
    await eventually(async () => (await first.inputValue()) === 'Tiago')
    await dialog.getByRole('button', { name: 'Enviar', exact: true }).click()
    expect(await dialog.getByLabel('Data', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await dialog.getByLabel('Data', { exact: true }).fill('amanhã às 14h')
    await dialog.getByText('Olá Tiago, seu check-in é amanhã às 14h. Esperamos por você.').waitFor()
    await shots('picker-filled')
    await dialog.getByRole('button', { name: 'Enviar', exact: true }).click()
    // He takes up the phone: that opens the chat.
    await phoneOf('Tiago Reis').getByText('Olá Tiago, seu check-in é amanhã às 14h.').click()
    await bubble('Olá Tiago').getByRole('img', { name: /^Lida/ }).or(bubble('Olá Tiago').getByLabel(/^Lida/)).first().waitFor()
    await shots('template-sent')
  })

  it('one whose window closes soon has a countdown; the sign filters the list', async () => {
    send(PAULO, { type: 'text', text: { body: 'Consegue me responder hoje?' }, timestamp: ago(21) }, 'Paulo Dias')
    await go('/conversas?view=all')
    await list().getByText('Paulo Dias').first().waitFor()
    await list()
      .getByText(/fecha em 2 h/)
      .first()
      .waitFor()
    await list().getByText('1 janela fecha em menos de 4 h').click()
    await list().getByText('Sofia Ramos').first().waitFor({ state: 'detached' })
    await list().getByText('Paulo Dias').first().click()
    await owner.getByText(/Janela fecha em 2 h/).waitFor()
    await shots('closes-soon')
    await owner.getByPlaceholder('Escreva uma mensagem').fill('Sim, Paulo. Em que posso ajudar?')
    await owner.getByPlaceholder('Escreva uma mensagem').press('Enter')
    await bubble('Sim, Paulo')
      .getByLabel(/^Entregue/)
      .first()
      .waitFor()
  })
})

describe('one person, two addresses', () => {
  it('found to be one when WhatsApp shows both; split again by hand', async () => {
    const { control } = stage.emulator
    control.setScenario({ identity: 'bsuid' })
    send(NINA, { type: 'text', text: { body: 'Escrevo sem mostrar o telefone' } }, 'Nina Falcão')
    await openConversation('Nina Falcão')
    await says('Escrevo sem mostrar o telefone')
    control.setScenario({ identity: 'phone' })
    send(NINA, { type: 'text', text: { body: 'Agora com telefone' } })
    await go('/contatos?q=Nina')
    await eventually(async () => (await owner.getByRole('link', { name: /Nina Falcão/ }).count()) === 2)
    control.setScenario({ identity: 'both' })
    send(NINA, { type: 'text', text: { body: 'Sou a mesma pessoa' } })
    await eventually(async () => (await owner.getByRole('link', { name: /Nina Falcão/ }).count()) === 1, 20_000)
    await openConversation('Nina Falcão')
    for (const text of ['Escrevo sem mostrar o telefone', 'Agora com telefone', 'Sou a mesma pessoa']) await says(text)
    await shots('merged')
    await go('/contatos?q=Nina')
    await owner.getByRole('link', { name: /Nina Falcão/ }).click()
    await owner.getByText(/porque o WhatsApp mostrou que são a mesma pessoa/).waitFor()
    await shots('merged-contact')
    await owner.getByRole('button', { name: 'Separar' }).click()
    await owner.getByRole('dialog').getByRole('button', { name: 'Separar' }).click()
    await owner.getByText('voltou a ser um contato à parte').waitFor()
    await eventually(async () => (await owner.getByRole('link', { name: /Nina Falcão/ }).count()) === 2)
  })
})

describe('what goes wrong is told', () => {
  it('a photo that WhatsApp will not hand over says why, and arrives after another try', async () => {
    const { control } = stage.emulator
    control.changePlatform(numberId, { token: 'expired' })
    send(CARLA, { type: 'image', image: { sample: 'image', caption: 'Nossa foto do ano passado' } }, 'Carla Mota')
    await openConversation('Carla Mota')
    await says('Não carregou: o WhatsApp recusou o acesso deste canal')
    await shots('media-failed')
    control.changePlatform(numberId, { token: 'valid' })
    await bubble('Nossa foto').getByRole('button', { name: 'Tentar agora' }).click()
    await bubble('Nossa foto').getByRole('img').first().waitFor()
    expect(await thread().getByText('o WhatsApp recusou o acesso').count()).toBe(0)
  })

  it('Meta restricts the account and pauses a template: notices, and the state on the pages', async () => {
    const { control } = stage.emulator
    await go('/avisos')
    control.changePlatform(numberId, { standing: 'restricted', standingDays: 3 })
    await owner
      .getByText(/O WhatsApp limitou/)
      .first()
      .waitFor()
    const [template] = control.listTemplates(numberId).filter((t) => t.name === 'lembrete_checkin')
    control.decideTemplate(template?.id ?? '', { event: 'PAUSED' })
    await owner.getByText('O modelo «lembrete_checkin» foi pausado pela Meta').waitFor()
    await shots('notices')
    await go(`/configuracoes/canais/${channelId}`)
    await owner.getByText('Restrições').first().waitFor()
    await shots('channel')
    // The token works again since the last story.
    await owner.getByText('Com problema').waitFor()
    await owner.getByRole('button', { name: 'Conferir agora' }).click()
    await owner.getByText('Com problema').waitFor({ state: 'detached' })
    await owner.getByText('Funciona e não vence.', { exact: true }).waitFor()
    await go('/configuracoes/modelos')
    await owner.getByText('Pausado').first().waitFor()
    await shots('template-paused')
    await go('/avisos')
    await owner
      .getByText(/O WhatsApp limitou/)
      .first()
      .waitFor()
    expect(await owner.getByText(/O token de acesso/).count()).toBe(0)
  })
})

describe('what it comes to', () => {
  it('the month shows each category as often as it was delivered', async () => {
    await go('/configuracoes/uso')
    const row = (name: string) => owner.getByRole('row').filter({ hasText: name })
    const cells = async (name: string) => (await row(name).getByRole('cell').allTextContents()).slice(0, 3)
    await row('Utilidade').waitFor()
    // Sofia came by an ad, so what was answered to her costs nothing; of the free thousand only the answer to Paulo counts.
    expect(await cells('Vinda de anúncio')).toEqual(['2', '2', '0'])
    expect(await cells('Atendimento')).toEqual(['1', '1', '0'])
    expect(await cells('Utilidade')).toEqual(['1', '0', '1'])
    await owner.getByText('1 de 1.000').waitFor()
    await shots('usage')
  })

  it('no page had an error', () => {
    expect(stage.faults).toEqual([])
  })
})
