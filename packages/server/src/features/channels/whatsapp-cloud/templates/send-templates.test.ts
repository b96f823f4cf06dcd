import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Message } from '@atende/contracts/messages'
import type { TemplateParts, TemplatePreview } from '@atende/contracts/templates'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openedMessages } from '../../../../testing/opened.ts'
import { eventually } from '../../../../testing/test-server.ts'
import { HELLO, NOTHING, type Problem, startTemplateTest, type TemplateTest } from '../../../../testing/test-templates.ts'

const SAMPLES = path.resolve(import.meta.dirname, '../../../../../../whatsapp-emulator/phone/samples')
let test: TemplateTest
beforeAll(async () => {
  test = await startTemplateTest()
})
afterAll(() => test.close())

const call: TemplateTest['call'] = (...args) => test.call(...args)
const until: TemplateTest['until'] = (id, status) => test.until(id, status)
const approved: TemplateTest['approved'] = (draft) => test.approved(draft)

async function upload(file: string, kind: 'image' | 'video' | 'document', mime: string): Promise<string> {
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', new File([new Uint8Array(await readFile(path.join(SAMPLES, file)))], file, { type: mime }))
  const made = await call<{ id: string }>('POST', '/api/media', form)
  expect([file, made.status]).toEqual([file, 201])
  return made.body.id
}

let people = 0
/** Somebody who wrote more than a day ago: nothing but a template goes there. */
async function closedConversation(): Promise<{ id: string; phone: string; contactId: string }> {
  const phone = `55119${String(60_000_000 + ++people)}`
  test.emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } }, { name: 'Bia Souza' })
  const found = await eventually(
    async () => (await call<{ items: { id: string; contact: { id: string } }[] }>('GET', `/api/conversations?q=${phone}`)).body.items[0],
  )
  test.emulator.control.setWindow(phone, false)
  await test.server.sql(`update conversations set last_inbound_at = now() - interval '25 hours' where id = $1`, [found.id])
  return { id: found.id, phone, contactId: found.contact.id }
}
const send = <T = Message>(conversationId: string, templateId: string, values: object) =>
  call<T>('POST', '/api/messages', { conversationId, clientId: crypto.randomUUID(), content: { type: 'template', templateId, values } })
async function arrives(conversationId: string, templateId: string, values: object): Promise<Message> {
  const made = await send(conversationId, templateId, values)
  expect([made.status, made.body]).toEqual([202, expect.objectContaining({ direction: 'out' })])
  const ended = await eventually(async () => {
    const m = (await call<Message>('GET', `/api/messages/${made.body.id}`)).body
    return ['delivered', 'read', 'failed', 'unknown'].includes(m.status) ? m : undefined
  })
  expect([ended.error, ended.status]).toEqual([null, expect.stringMatching(/delivered|read/)])
  return ended
}

describe('a template is sent outside of the window', () => {
  it('with positional variables; the message shows what the person reads', async () => {
    const { id } = await approved({
      name: 'envio_simples',
      parts: { ...HELLO, header: { kind: 'text', text: 'Reserva {{1}}', variable: { name: '1', example: '77' } }, footer: 'Pousada do Mar' },
    })
    const chat = await closedConversation()
    const preview = await call<TemplatePreview>('POST', `/api/templates/${id}/preview`, { conversationId: chat.id, values: {} })
    expect(preview.body).toMatchObject({ suggestions: { 1: 'Bia' }, estimatedCost: { currency: 'USD', free: false } })
    expect(preview.body.problems.map((p) => p.path)).toEqual(['header', 'body.1', 'body.2'])
    const sent = await arrives(chat.id, id, { header: { kind: 'text', value: '88' }, body: { 1: 'Bia', 2: '24/12' } })
    expect(sent.content).toMatchObject({
      type: 'template',
      template: { header: { kind: 'text', text: 'Reserva 88' }, body: 'Olá Bia, sua reserva de 24/12 está confirmada.', footer: 'Pousada do Mar' },
    })
  })

  it.each([
    ['image', 'anuncio.jpg', 'image/jpeg'],
    ['video', 'ondas.mp4', 'video/mp4'],
    ['document', 'comprovante.pdf', 'application/pdf'],
  ] as const)('with a header of kind %s', async (kind, file, mime) => {
    const mediaId = await upload(file, kind, mime)
    const { id } = await approved({
      name: `cabecalho_${kind}`,
      parts: { ...NOTHING, body: 'Veja o que separamos para você.', header: { kind, exampleMediaId: mediaId } },
    })
    const chat = await closedConversation()
    const missing = await send<Problem>(chat.id, id, {})
    expect(missing).toMatchObject({ status: 400, body: { errors: [{ path: expect.stringContaining('header') }] } })
    const sent = await arrives(chat.id, id, { header: { kind: 'media', mediaId } })
    expect(sent.content).toMatchObject({ template: { header: { kind, media: { id: mediaId, url: expect.any(String) } } } })
  })

  it('with a place, named variables and every kind of button', async () => {
    const parts: TemplateParts = {
      ...NOTHING,
      header: { kind: 'location' },
      body: 'Oi {{nome}}, o check-in da {{empresa}} é às 14 h.',
      variables: [
        { name: 'nome', example: 'Ana' },
        { name: 'empresa', example: 'Pousada' },
      ],
      buttons: [
        { kind: 'quick_reply', text: 'Confirmo' },
        { kind: 'quick_reply', text: 'Preciso mudar' },
        { kind: 'url', text: 'Ver reserva', url: 'https://exemplo.com/r/{{1}}', variable: { name: '1', example: 'AB12' } },
        { kind: 'phone', text: 'Ligar', phone: '+551140022026' },
        { kind: 'copy_code', example: 'MAR10' },
      ],
    }
    const { id } = await approved({ name: 'com_botoes', category: 'MARKETING', parameterFormat: 'named', parts })
    const chat = await closedConversation()
    const place = { kind: 'location', latitude: -23.5, longitude: -46.6, name: 'Pousada do Mar', address: 'Rua das Ondas, 1' }
    const bad = await send<Problem>(chat.id, id, {
      header: place,
      body: { nome: 'Bia\nSouza', sobra: 'x' },
      buttons: [{ index: 4, value: 'CODIGO-MUITO-LONGO' }],
    })
    expect(bad.status).toBe(400)
    expect(bad.body.errors?.map((e) => e.code)).toEqual(expect.arrayContaining(['one_line', 'required', 'unknown_variable', 'too_long']))
    const sent = await arrives(chat.id, id, {
      header: place,
      body: { nome: 'Bia', empresa: 'Pousada do Mar' },
      buttons: [
        { index: 2, value: 'ZZ99' },
        { index: 4, value: 'VERAO' },
      ],
    })
    expect(sent.content).toMatchObject({
      template: {
        header: { kind: 'location', name: 'Pousada do Mar' },
        body: 'Oi Bia, o check-in da Pousada do Mar é às 14 h.',
        buttons: [{}, {}, { url: 'https://exemplo.com/r/ZZ99' }, { phone: '+551140022026' }, { code: 'VERAO' }],
      },
    })
  })

  it('with cards', async () => {
    const mediaId = await upload('anuncio.jpg', 'image', 'image/jpeg')
    const card = (body: string) => ({
      header: { kind: 'image' as const, exampleMediaId: mediaId },
      body: `${body} por {{1}} a diária`,
      variables: [{ name: '1', example: 'R$ 300' }],
      buttons: [
        { kind: 'quick_reply' as const, text: 'Quero' },
        { kind: 'url' as const, text: 'Ver', url: 'https://exemplo.com/q/{{1}}', variable: { name: '1', example: '1' } },
      ],
    })
    const { id } = await approved({
      name: 'quartos',
      category: 'MARKETING',
      parts: { ...NOTHING, body: 'Nossos quartos desta semana.', cards: [card('Vista mar'), card('Jardim')] },
    })
    const chat = await closedConversation()
    const value = (price: string) => ({ mediaId, body: { 1: price }, buttons: [{ index: 1, value: price.slice(-1) }] })
    expect((await send(chat.id, id, { cards: [value('R$ 1')] })).status).toBe(400)
    const sent = await arrives(chat.id, id, { cards: [value('R$ 400'), value('R$ 200')] })
    expect(sent.content).toMatchObject({
      template: { cards: [{ body: 'Vista mar por R$ 400 a diária', header: { media: { id: mediaId } } }, { body: 'Jardim por R$ 200 a diária' }] },
    })
  })

  it('with a code, which is not shown in lists, and only to a phone', async () => {
    const parts: TemplateParts = { ...NOTHING, auth: { securityAdvice: true, expiresMinutes: 10 }, buttons: [{ kind: 'otp', otp: 'COPY_CODE' }] }
    const { id } = await approved({ name: 'codigo', category: 'AUTHENTICATION', parts })
    const chat = await closedConversation()
    expect((await send<Problem>(chat.id, id, { body: { 1: '1234567890123456' } })).body.errors?.[0]?.code).toBe('too_long')
    const sent = await arrives(chat.id, id, { body: { 1: '482913' } })
    expect(sent.content).toMatchObject({ template: { body: expect.stringContaining('482913'), buttons: [{ kind: 'otp', code: '482913' }] } })
    const [stored] = await openedMessages(test.server, 'id = $1', [sent.id])
    expect(stored?.body).not.toContain('482913')
    const stranger = await closedConversation()
    // The person keeps only the business-scoped id.
    await test.call('PATCH', `/api/contacts/${stranger.contactId}`, { phone: null })
    await test.server.sql(`delete from contact_identities where contact_id = $1 and kind = 'phone'`, [stranger.contactId])
    expect(await send<Problem>(stranger.id, id, { body: { 1: '1' } })).toMatchObject({
      status: 422,
      body: { code: 'template_not_usable', detail: expect.stringContaining('telefone') },
    })
  })

  it('not to who asked for no advertising, and not while Meta does not allow it', async () => {
    const parts = { ...NOTHING, body: 'Temos uma surpresa para você nesta semana.' }
    const promo = await approved({ name: 'surpresa', category: 'MARKETING', parts })
    const useful = await approved({ name: 'util', parts })
    const chat = await closedConversation()
    await test.server.sql('update contacts set marketing_opt_out_at = now() where id = $1', [chat.contactId])
    expect(await send<Problem>(chat.id, promo.id, {})).toMatchObject({ status: 422, body: { code: 'opted_out' } })
    const preview = await call<TemplatePreview>('POST', `/api/templates/${promo.id}/preview`, { conversationId: chat.id, values: {} })
    expect(preview.body.problems).toEqual([{ path: '', code: 'opted_out', message: expect.stringContaining('propaganda') }])
    await arrives(chat.id, useful.id, {})
    test.emulator.control.decideTemplate(useful.providerId ?? '', { event: 'PAUSED', title: 'FIRST_PAUSE' })
    await until(useful.id, 'PAUSED')
    expect(await send<Problem>(chat.id, useful.id, {})).toMatchObject({
      status: 422,
      body: { code: 'template_not_usable', detail: expect.stringContaining('3 horas') },
    })
  })
})
