import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import type { Json, JsonObject } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'

const { wabaId: WABA, phoneNumberId: PNID } = DEFAULT_NUMBER
const DAY = 24 * 3600_000
const BODY = { type: 'BODY', text: 'Olá {{1}}, o quarto {{2}} está pronto.', example: { body_text: [['Marina', '12']] } }
const QUICK = (text: string): JsonObject => ({ type: 'QUICK_REPLY', text })

function create(pair: Pair, more: JsonObject = {}): ReturnType<Pair['graph']> {
  return pair.graph('POST', `${WABA}/message_templates`, { name: 'quarto_pronto', language: 'pt_BR', category: 'UTILITY', components: [BODY], ...more })
}

function events({ receiver }: Pair, field = 'message_template_status_update'): JsonObject[] {
  return receiver.changes().flatMap((change) => (change.field === field ? [change.value as JsonObject] : []))
}

async function approved(pair: Pair, more: JsonObject = {}): Promise<string> {
  const { id } = (await create(pair, more)).body
  await waitFor(() => events(pair).some((event) => event.event === 'APPROVED' && event.message_template_id === Number(id)))
  return String(id)
}

const sendTemplate = (pair: Pair, name: string, components: Json[] = [], more: JsonObject = {}): ReturnType<Pair['graph']> =>
  pair.graph('POST', `${PNID}/messages`, {
    messaging_product: 'whatsapp',
    to: MARINA,
    type: 'template',
    template: { name, language: { code: 'pt_BR' }, components },
    ...more,
  })
const texts = (...values: string[]): JsonObject => ({ type: 'body', parameters: values.map((text) => ({ type: 'text', text })) })

test('a template is created, reviewed, told, listed, sent, edited and deleted; its name rests 30 days', async () => {
  const pair = await startPair()
  const created = await create(pair)
  expect(created.body).toMatchObject({ id: expect.stringMatching(/^\d{15}$/), status: 'PENDING', category: 'UTILITY' })
  await waitFor(() => events(pair).length === 1)
  expect(events(pair)[0]).toEqual({
    event: 'APPROVED',
    message_template_id: Number(created.body.id),
    message_template_name: 'quarto_pronto',
    message_template_language: 'pt-BR',
    message_template_category: 'UTILITY',
    reason: 'NONE',
  })
  const listed = await pair.graph('GET', `${WABA}/message_templates?fields=name,status,quality_score{score}&name=quarto_pronto`)
  expect(listed.body.data).toEqual([{ name: 'quarto_pronto', status: 'APPROVED', quality_score: { score: 'UNKNOWN' }, id: created.body.id }])
  expect((await sendTemplate(pair, 'quarto_pronto', [texts('Marina', '12')])).body.messages).toHaveLength(1)

  const edited = { components: [{ ...BODY, text: 'Oi {{1}}, o seu quarto {{2}} está pronto.' }] }
  expect((await pair.graph('POST', String(created.body.id), edited)).body).toMatchObject({ success: true })
  await waitFor(() => events(pair).length === 2)
  expect(events(pair, 'message_template_components_update')[0]).toMatchObject({ message_template_element: 'Oi {{1}}, o seu quarto {{2}} está pronto.' })
  expect((await pair.graph('POST', String(created.body.id), edited)).body.error).toMatchObject({ code: 100, error_subcode: 2388004 })
  pair.emulator.control.advanceClock(DAY + 1)
  expect((await pair.graph('POST', String(created.body.id), { ...edited, category: 'MARKETING' })).body.error?.code).toBe(100)
  expect((await pair.graph('POST', String(created.body.id), edited)).status).toBe(200)
  await waitFor(() => events(pair).length === 3)

  expect((await pair.graph('DELETE', `${WABA}/message_templates?name=quarto_pronto`)).body).toEqual({ success: true })
  expect((await create(pair)).body.error).toMatchObject({ code: 100, error_subcode: 2388023, error_user_title: expect.any(String) })
  expect((await sendTemplate(pair, 'quarto_pronto', [texts('a', 'b')])).body.error?.code).toBe(132001)
  pair.emulator.control.advanceClock(31 * DAY)
  expect((await create(pair)).status).toBe(200)
})

const long = (count: number): string => 'x'.repeat(count)
const WRONG: [name: string, change: JsonObject, subcode: number | undefined][] = [
  ['a name with capitals', { name: 'Quarto' }, undefined],
  ['an unknown category', { category: 'TRANSACTIONAL' }, undefined],
  ['a language as in a browser', { language: 'pt-BR' }, undefined],
  ['no components', { components: [] }, undefined],
  ['no body', { components: [{ type: 'FOOTER', text: 'x' }] }, 2388043],
  ['a long body', { components: [{ type: 'BODY', text: long(1025) }] }, 2388040],
  ['a variable at the start', { components: [{ ...BODY, text: '{{1}} e {{2}} estão prontos' }] }, 2388299],
  ['a variable at the end', { components: [{ ...BODY, text: 'Olá {{1}} e {{2}}' }] }, 2388299],
  ['more variables than words', { components: [{ ...BODY, text: 'a {{1}}{{2}}.' }] }, 2388293],
  ['a gap in the variables', { components: [{ ...BODY, text: 'Olá {{1}}, o quarto {{3}} está pronto.' }] }, 2388072],
  ['variables without an example', { components: [{ type: 'BODY', text: 'Olá {{1}}, o seu quarto está pronto.' }] }, 2388043],
  ['named variables without saying so', { components: [{ ...BODY, text: 'Olá {{nome}}, está pronto.' }] }, 2388072],
  ['a long header', { components: [BODY, { type: 'HEADER', format: 'TEXT', text: long(61) }] }, 2388040],
  ['a header with emoji', { components: [BODY, { type: 'HEADER', format: 'TEXT', text: 'Oi 😀' }] }, 2388047],
  ['a header with two variables', { components: [BODY, { type: 'HEADER', format: 'TEXT', text: '{{1}} {{2}}', example: { header_text: ['a'] } }] }, 2388047],
  ['a picture without a sample', { components: [BODY, { type: 'HEADER', format: 'IMAGE' }] }, 2388043],
  ['a film in a GIF header of a utility', { components: [BODY, { type: 'HEADER', format: 'GIF' }] }, 2388047],
  ['a long footer', { components: [BODY, { type: 'FOOTER', text: long(61) }] }, 2388040],
  ['a footer with a variable', { components: [BODY, { type: 'FOOTER', text: 'Oi {{1}}' }] }, 2388073],
  ['eleven buttons', { components: [BODY, { type: 'BUTTONS', buttons: Array.from({ length: 11 }, (_, n) => QUICK(`${n}`)) }] }, undefined],
  ['a long button', { components: [BODY, { type: 'BUTTONS', buttons: [QUICK(long(26))] }] }, 2388040],
  [
    'three addresses',
    { components: [BODY, { type: 'BUTTONS', buttons: [1, 2, 3].map((n) => ({ type: 'URL', text: `${n}`, url: 'https://a.example' })) }] },
    undefined,
  ],
  [
    'an address with a variable in the middle',
    { components: [BODY, { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'a', url: 'https://a.example/{{1}}/x', example: ['x'] }] }] },
    undefined,
  ],
  [
    'quick replies apart',
    { components: [BODY, { type: 'BUTTONS', buttons: [QUICK('a'), { type: 'URL', text: 'b', url: 'https://a.example' }, QUICK('c')] }] },
    undefined,
  ],
  ['a code of 16', { components: [BODY, { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example: long(16) }] }] }, 2388040],
  ['a one-time password in a utility', { components: [BODY, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] }] }, undefined],
  ['a time to live beyond its category', { message_send_ttl_seconds: 43_201 }, undefined],
  [
    'an authentication with a text',
    {
      category: 'AUTHENTICATION',
      components: [
        { type: 'BODY', text: 'x' },
        { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
      ],
    },
    undefined,
  ],
  [
    'one-tap without an app',
    { category: 'AUTHENTICATION', components: [{ type: 'BODY' }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'ONE_TAP' }] }] },
    undefined,
  ],
  ['a carousel of one card', { category: 'MARKETING', components: [BODY, { type: 'CAROUSEL', cards: [{ components: [] }] }] }, undefined],
  ['an offer in a utility', { components: [BODY, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Só hoje' } }] }, undefined],
]

test('templates that break a rule are refused with the code and subcode of Meta', async () => {
  const pair = await startPair()
  for (const [name, change, subcode] of WRONG) {
    const { status, body } = await create(pair, change)
    expect([status, body.error?.code, body.error?.error_subcode], name).toEqual([400, 100, subcode])
    if (subcode)
      expect(body.error, name).toMatchObject({ message: 'Invalid parameter', error_user_title: expect.any(String), error_user_msg: expect.any(String) })
  }
  expect((await create(pair)).status).toBe(200)
  expect((await create(pair)).body.error).toMatchObject({ code: 100, error_subcode: 2388024 })
})

test('reviews: names decide, the scenario decides, a wrong category is rejected or changed', async () => {
  const pair = await startPair()
  await create(pair, { name: 'reject_isto' })
  await create(pair, { name: 'pause_isto' })
  await create(pair, { name: 'slow_isto' })
  await create(pair, { name: 'marketing_isto' })
  const changed = await create(pair, { name: 'marketing_outro', allow_category_change: true })
  expect(changed.body).toMatchObject({ category: 'MARKETING' })
  await waitFor(() => events(pair).length === 5)
  const told = events(pair).map(({ message_template_name: name, event, reason }) => [name, event, reason])
  expect(told).toEqual(
    expect.arrayContaining([
      ['reject_isto', 'REJECTED', 'INVALID_FORMAT'],
      ['pause_isto', 'APPROVED', 'NONE'],
      ['pause_isto', 'PAUSED', 'NONE'],
      ['marketing_isto', 'REJECTED', 'INCORRECT_CATEGORY'],
      ['marketing_outro', 'APPROVED', 'NONE'],
    ]),
  )
  expect(events(pair).find((event) => event.event === 'PAUSED')).toMatchObject({ other_info: { title: 'FIRST_PAUSE' } })
  expect((await sendTemplate(pair, 'slow_isto', [texts('a', 'b')])).body.error?.code).toBe(132001)
  expect((await sendTemplate(pair, 'reject_isto', [texts('a', 'b')])).body.error?.code).toBe(132001)
  expect((await sendTemplate(pair, 'pause_isto', [texts('a', 'b')])).body.error?.code).toBe(132015)
  const paused = await pair.graph('GET', `${WABA}/message_templates?status=PAUSED`)
  const [template] = paused.body.data as JsonObject[]
  pair.emulator.control.advanceClock(3 * 3600_000 + 1)
  expect((await sendTemplate(pair, 'pause_isto', [texts('a', 'b')])).status).toBe(200)
  expect((await pair.graph('POST', `${String(template?.id)}/unpause`)).body).toMatchObject({ success: false })
})

test('parameters are held against the template', async () => {
  const pair = await startPair()
  pair.emulator.control.setWindow(MARINA, true)
  await approved(pair, {
    name: 'completo',
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
      BODY,
      { type: 'BUTTONS', buttons: [QUICK('Sim'), { type: 'URL', text: 'Ver', url: 'https://a.example/{{1}}', example: ['https://a.example/1'] }] },
    ],
  })
  const image = { type: 'header', parameters: [{ type: 'image', image: { link: `${pair.emulator.url}/phone/samples/praia.jpg` } }] }
  const url = { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: '42' }] }
  const cases: [name: string, components: Json[], code: number | undefined][] = [
    ['all right', [image, texts('Marina', '12'), url], undefined],
    ['one parameter', [image, texts('Marina'), url], 132000],
    ['no header', [texts('Marina', '12'), url], 132012],
    ['a film for a picture', [{ type: 'header', parameters: [{ type: 'video', video: { id: '1' } }] }, texts('a', 'b'), url], 132012],
    ['an unknown picture', [{ type: 'header', parameters: [{ type: 'image', image: { id: '1' } }] }, texts('a', 'b'), url], 131009],
    ['no button', [image, texts('Marina', '12')], 131008],
    ['a button of another kind', [image, texts('a', 'b'), { ...url, index: '0' }], 132012],
    ['a button that is not there', [image, texts('a', 'b'), url, { ...url, index: '5' }], 132000],
    ['too long', [image, texts(long(1000), long(20)), url], 132005],
    ['a new line', [image, texts('a\nb', 'c'), url], 132012],
    [
      'currency',
      [
        image,
        {
          type: 'body',
          parameters: [
            { type: 'currency', currency: { fallback_value: 'R$ 1', code: 'BRL', amount_1000: 1000 } },
            { type: 'text', text: 'b' },
          ],
        },
        url,
      ],
      undefined,
    ],
    [
      'another kind of parameter',
      [
        image,
        {
          type: 'body',
          parameters: [
            { type: 'payload', payload: 'x' },
            { type: 'text', text: 'b' },
          ],
        },
        url,
      ],
      132012,
    ],
  ]
  for (const [name, components, code] of cases) expect((await sendTemplate(pair, 'completo', components)).body.error?.code, name).toBe(code)
})

test('named parameters need their names', async () => {
  const pair = await startPair()
  await approved(pair, {
    parameter_format: 'named',
    components: [{ type: 'BODY', text: 'Olá {{nome}}, está pronto.', example: { body_text_named_params: [{ param_name: 'nome', example: 'Ana' }] } }],
  })
  const named = (name: string): JsonObject => ({ type: 'body', parameters: [{ type: 'text', text: 'Ana', parameter_name: name }] })
  expect((await sendTemplate(pair, 'quarto_pronto', [named('nome')])).status).toBe(200)
  expect((await sendTemplate(pair, 'quarto_pronto', [named('outro')])).body.error?.code).toBe(132012)
  expect((await sendTemplate(pair, 'quarto_pronto', [texts('Ana')])).body.error?.code).toBe(132012)
})

test('authentication: fixed text, the code twice, by phone only', async () => {
  const pair = await startPair()
  const id = await approved(pair, {
    name: 'codigo',
    category: 'AUTHENTICATION',
    components: [
      { type: 'BODY', add_security_recommendation: true },
      { type: 'FOOTER', code_expiration_minutes: 5 },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copiar' }] },
    ],
  })
  const shown = (await pair.graph('GET', id)).body.components as JsonObject[]
  expect(shown[0]?.text).toContain('*{{1}}*')
  expect(shown[1]?.text).toContain('5 minutos')
  expect(shown[2]?.buttons).toMatchObject([{ type: 'URL', text: 'Copiar', url: expect.stringContaining('otp{{1}}') }])
  const button = (text: string): JsonObject => ({ type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text }] })
  expect((await sendTemplate(pair, 'codigo', [texts('123456'), button('123456')])).status).toBe(200)
  expect((await sendTemplate(pair, 'codigo', [texts('123456')])).body.error?.code).toBe(131008)
  expect((await sendTemplate(pair, 'codigo', [texts('123456'), button('654321')])).body.error?.code).toBe(132012)
  expect((await sendTemplate(pair, 'codigo', [texts(long(16)), button(long(16))])).body.error?.code).toBe(132005)
  pair.emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  await waitFor(() => pair.receiver.messages().length === 1)
  const recipient = pair.receiver.messages()[0]?.from_user_id ?? ''
  const byId = await sendTemplate(pair, 'codigo', [texts('123456'), button('123456')], { to: '', recipient })
  expect(byId.body.error?.code).toBe(131062)
})

test('marketing: the endpoint of its own, a cap per person, pacing', async () => {
  const pair = await startPair({ scenario: { marketingCap: 1, qualityPacing: true } })
  await approved(pair, { name: 'oferta', category: 'MARKETING', components: [{ type: 'BODY', text: 'Semana de descontos!' }] })
  const body = { messaging_product: 'whatsapp', to: MARINA, type: 'template', template: { name: 'oferta', language: { code: 'pt_BR' } } }
  const first = await pair.graph('POST', `${PNID}/marketing_messages`, body)
  expect(first.body.messages).toMatchObject([{ message_status: 'held_for_quality_assessment' }])
  await waitFor(() => pair.receiver.statuses(first.body.messages?.[0]?.id).length > 0)
  expect(pair.receiver.statuses(first.body.messages?.[0]?.id)[0]?.pricing).toMatchObject({ category: 'marketing_lite', type: 'regular' })
  const second = (await sendTemplate(pair, 'oferta')).body.messages?.[0]?.id
  await waitFor(() => pair.receiver.statuses(second).length > 0)
  expect(pair.receiver.statuses(second)[0]).toMatchObject({ status: 'failed', errors: [{ code: 131049 }] })
  expect((await pair.graph('POST', `${PNID}/marketing_messages`, { ...body, type: 'text', text: { body: 'x' } })).body.error?.code).toBe(134100)
  await approved(pair, {})
  const utility = { ...body, template: { name: 'quarto_pronto', language: { code: 'pt_BR' }, components: [texts('a', 'b')] } }
  expect((await pair.graph('POST', `${PNID}/marketing_messages`, utility)).body.error?.code).toBe(131055)
})

test('lists have pages with cursors; deletion by ids; the library', async () => {
  const pair = await startPair()
  for (const name of ['um', 'dois', 'tres']) await create(pair, { name })
  const first = await pair.graph('GET', `${WABA}/message_templates?limit=2&fields=name`)
  expect((first.body.data as JsonObject[]).map(({ name }) => name)).toEqual(['tres', 'dois'])
  const { next, cursors } = first.body.paging as { next: string; cursors: { after: string } }
  expect(next).toContain(`/v26.0/${WABA}/message_templates?`)
  const second = await fetch(next, { headers: { authorization: `Bearer ${pair.emulator.defaults.accessToken}` } })
  const page = (await second.json()) as { data: { name: string; id: string }[]; paging: { next?: string; previous?: string } }
  expect(page.data.map(({ name }) => name)).toEqual(['um', 'hello_world'])
  expect([page.paging.next, typeof page.paging.previous]).toEqual([undefined, 'string'])
  expect((await pair.graph('GET', `${WABA}/message_templates?after=nonsense`)).body.error?.code).toBe(100)
  pair.emulator.control.advanceClock(2 * DAY)
  expect((await pair.graph('GET', `${WABA}/message_templates?after=${cursors.after}`)).body.error?.code).toBe(131059)
  const ids = page.data.map(({ id }) => id)
  expect((await pair.graph('DELETE', `${WABA}/message_templates?hsm_ids=${JSON.stringify(ids)}`)).body).toEqual({ success: true })
  expect((await pair.graph('DELETE', `${WABA}/message_templates?name=nunca`)).body.error).toMatchObject({ code: 100, error_subcode: 2593002 })
  const library = await pair.graph('GET', 'message_template_library?language=pt_BR')
  expect(library.body.data).toHaveLength(2)
  const made = await create(pair, { name: 'da_biblioteca', components: undefined, library_template_name: 'delivery_update_1' })
  expect(made.body).toMatchObject({ status: 'APPROVED' })
})
