import { checkTemplate } from '@atende/contracts/template-rules'
import { TemplateParts } from '@atende/contracts/templates'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepOwnSamples, partsFromComponents } from './read-components.ts'
import { componentsFromParts } from './write-components.ts'

const NOTHING: TemplateParts = { header: null, body: 'Olá, tudo bem por aí?', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null }
const word = fc.stringMatching(/^[A-Za-zÀ-ú0-9 ]{1,20}$/).map((s) => `a${s}`)
const sample = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/)

/** Any template that our words can say, except for what Meta does not give back. */
const anyParts = fc
  .record({ format: fc.constantFrom('positional' as const, 'named' as const), count: fc.integer({ min: 0, max: 4 }) })
  .chain(({ format, count }) => {
    const names = Array.from({ length: count }, (_, i) => (format === 'named' ? `campo_${i}` : String(i + 1)))
    const variables = fc.tuple(...names.map((name) => sample.map((example) => ({ name, example }))))
    const header = fc.oneof(
      fc.constant(null),
      fc.constant({ kind: 'location' as const }),
      word.map((text) => ({ kind: 'text' as const, text })),
      sample.map((example) => ({
        kind: 'text' as const,
        text: `Olá {{${names[0] ?? (format === 'named' ? 'nome' : '1')}}} aí`,
        variable: { name: names[0] ?? (format === 'named' ? 'nome' : '1'), example },
      })),
      fc.constantFrom('image' as const, 'video' as const, 'document' as const, 'gif' as const).map((kind) => ({ kind, example: '4::handle' })),
    )
    const button = fc.oneof(
      word.map((text) => ({ kind: 'quick_reply' as const, text: text.slice(0, 25) })),
      fc.tuple(word, sample).map(([text, example]) => ({ kind: 'url' as const, text, url: 'https://exemplo.com/r/{{1}}', variable: { name: '1', example } })),
      word.map((text) => ({ kind: 'url' as const, text, url: 'https://exemplo.com/' })),
      word.map((text) => ({ kind: 'phone' as const, text, phone: '+551140022026' })),
      sample.map((example) => ({ kind: 'copy_code' as const, example })),
      word.map((text) => ({ kind: 'flow' as const, text, flowId: '123456', screen: 'INICIO' })),
      fc
        .constantFrom('catalog' as const, 'mpm' as const, 'spm' as const, 'voice_call' as const, 'request_contact_info' as const)
        .map((kind) => ({ kind, text: 'Ver' })),
    )
    const buttons = fc.array(button, { maxLength: 10 })
    const card = fc.record({ buttons: fc.array(button, { maxLength: 2 }), kind: fc.constantFrom('image' as const, 'video' as const) }).map((c) => ({
      header: { kind: c.kind, example: '4::card' },
      body: 'Quarto com vista',
      variables: [],
      buttons: c.buttons,
    }))
    return fc
      .record({
        header,
        variables,
        footer: fc.option(word, { nil: null }),
        buttons,
        cards: fc.option(fc.array(card, { minLength: 2, maxLength: 10 }), { nil: null }),
        offer: fc.option(fc.record({ text: word.map((w) => w.slice(0, 16)), hasExpiration: fc.boolean() }), { nil: null }),
      })
      .map((p) => ({ format, parts: { ...p, body: `Oi ${names.map((n) => `{{${n}}} e`).join(' ')} até logo`, auth: null } }))
  })

describe('parts and components', () => {
  it('what is written in our words and read back is the same, whatever it is', () => {
    fc.assert(
      fc.property(anyParts, ({ format, parts }) => {
        expect(TemplateParts.parse(parts)).toEqual(parts)
        expect(partsFromComponents(componentsFromParts(parts, { format }), 'MARKETING')).toEqual(parts)
      }),
      { numRuns: 300 },
    )
  })

  it('reading never throws and always fits the contract, whatever Meta answers', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('MARKETING', 'AUTHENTICATION'),
        (given, category) => void TemplateParts.parse(partsFromComponents(given, category)),
      ),
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            type: fc.constantFrom('HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL'),
            text: fc.jsonValue(),
            example: fc.jsonValue(),
            buttons: fc.jsonValue(),
            cards: fc.jsonValue(),
          }),
        ),
        (given) => void TemplateParts.parse(partsFromComponents(given, 'UTILITY')),
      ),
    )
  })

  it('components and buttons that nobody here knows survive an edit', () => {
    const stored = [
      { type: 'BODY', text: 'Olá, tudo bem por aí?' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'HOLOGRAM', text: 'Ver em 3D', depth: 3 },
          { type: 'QUICK_REPLY', text: 'Ok' },
        ],
      },
      { type: 'SMELL', scent: 'café' },
    ]
    const parts = partsFromComponents(stored, 'UTILITY')
    expect(parts.buttons[0]).toEqual({ kind: 'other', original: 'HOLOGRAM', text: 'Ver em 3D' })
    expect(componentsFromParts({ ...parts, body: 'Olá de novo, tudo bem?' }, { format: 'positional', stored })).toEqual([
      { type: 'BODY', text: 'Olá de novo, tudo bem?' },
      stored[1],
      stored[2],
    ])
  })

  it('a code is shown by Meta as an address, and understood as a code', () => {
    const given = [
      { type: 'BODY', text: '*{{1}}* é seu código.', add_security_recommendation: true },
      { type: 'FOOTER', text: 'Expira em 10 minutos.', code_expiration_minutes: 10 },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'URL',
            text: 'Copiar',
            url: 'https://www.whatsapp.com/otp/code/?otp_type=ONE_TAP&package_name=br.com.casa&signature_hash=abcdefghijk&code=otp{{1}}',
          },
        ],
      },
    ]
    const parts = partsFromComponents(given, 'AUTHENTICATION')
    expect(parts).toMatchObject({
      body: '*{{1}}* é seu código.',
      auth: { securityAdvice: true, expiresMinutes: 10 },
      buttons: [{ kind: 'otp', otp: 'ONE_TAP', apps: [{ packageName: 'br.com.casa', signatureHash: 'abcdefghijk' }] }],
    })
    expect(componentsFromParts(parts, { format: 'positional' })).toEqual([
      { type: 'BODY', add_security_recommendation: true },
      { type: 'FOOTER', code_expiration_minutes: 10 },
      {
        type: 'BUTTONS',
        buttons: [{ type: 'OTP', otp_type: 'ONE_TAP', text: 'Copiar', supported_apps: [{ package_name: 'br.com.casa', signature_hash: 'abcdefghijk' }] }],
      },
    ])
  })

  it('our stored sample stays when Meta is read again', () => {
    const id = '0192f0c4-0000-7000-8000-000000000001'
    const stored = { ...NOTHING, header: { kind: 'image' as const, exampleMediaId: id } }
    const fresh = { ...NOTHING, header: { kind: 'image' as const, example: 'https://scontent/x' } }
    expect(keepOwnSamples(fresh, stored).header).toEqual({ kind: 'image', example: 'https://scontent/x', exampleMediaId: id })
    expect(keepOwnSamples({ ...fresh, header: { kind: 'video' } }, stored).header).toEqual({ kind: 'video' })
  })
})

describe('rules before Meta is asked', () => {
  const check = (
    parts: Partial<TemplateParts>,
    category: 'MARKETING' | 'UTILITY' | 'AUTHENTICATION' = 'UTILITY',
    parameterFormat: 'positional' | 'named' = 'positional',
  ) => checkTemplate({ category, parameterFormat, parts: { ...NOTHING, ...parts } }).map((p) => [p.path, p.code])
  const one = { name: '1', example: 'Ana' }
  const two = { name: '2', example: '12/10' }
  const quick = (text: string) => ({ kind: 'quick_reply' as const, text })
  const url = (text: string) => ({ kind: 'url' as const, text, url: 'https://a.com/' })

  it('a good one passes', () => {
    expect(
      check({
        body: 'Olá {{1}}, sua reserva de {{2}} está confirmada.',
        variables: [one, two],
        footer: 'Até logo',
        buttons: [quick('Sim'), quick('Não'), url('Ver')],
      }),
    ).toEqual([])
    expect(check({ body: 'Olá {{nome}}, até já.', variables: [{ name: 'nome', example: 'Ana' }] }, 'UTILITY', 'named')).toEqual([])
  })

  it.each<[string, Partial<TemplateParts>, [string, string], ('MARKETING' | 'UTILITY' | 'AUTHENTICATION')?, ('positional' | 'named')?]>([
    ['no body', { body: ' ' }, ['parts.body', 'required']],
    ['a variable first', { body: '{{1}}, tudo bem por aí?', variables: [one] }, ['parts.body', 'variable_edge']],
    ['a variable last', { body: 'Tudo bem por aí, {{1}}', variables: [one] }, ['parts.body', 'variable_edge']],
    ['too many variables', { body: 'Oi {{1}} {{2}} ok', variables: [one, two] }, ['parts.body', 'variable_ratio']],
    ['a gap in the numbers', { body: 'Oi {{1}} e também {{3}}, até logo.', variables: [one, { name: '3', example: 'x' }] }, ['parts.body', 'variable_gap']],
    ['a name among numbers', { body: 'Oi {{nome}}, tudo bem?', variables: [{ name: 'nome', example: 'x' }] }, ['parts.body', 'variable_number']],
    ['a capital in a name', { body: 'Oi {{Nome}}, tudo bem?', variables: [] }, ['parts.body', 'variable_name'], 'UTILITY', 'named'],
    ['half a variable', { body: 'Oi {{1, tudo bem?' }, ['parts.body', 'variable_broken']],
    ['no sample', { body: 'Oi {{1}}, tudo bem?', variables: [] }, ['parts.variables.1', 'sample_missing']],
    ['three empty lines', { body: 'Oi\n\n\nTudo bem?' }, ['parts.body', 'body_space']],
    ['a body of 1,025', { body: 'a'.repeat(1025) }, ['parts.body', 'too_long']],
    ['an emoji in the title', { header: { kind: 'text', text: 'Oi 🎉' } }, ['parts.header.text', 'header_format']],
    ['two variables in the title', { header: { kind: 'text', text: 'A {{1}} b {{2}}', variable: one } }, ['parts.header.text', 'header_variables']],
    ['a title without sample', { header: { kind: 'text', text: 'Oi {{1}}' } }, ['parts.header.variable.1', 'sample_missing']],
    ['a picture without sample', { header: { kind: 'image' } }, ['parts.header.exampleMediaId', 'sample_missing']],
    ['a GIF outside of marketing', { header: { kind: 'gif', example: 'h' } }, ['parts.header.kind', 'header_gif']],
    ['a variable in the footer', { footer: 'Oi {{1}}' }, ['parts.footer', 'footer_plain']],
    ['quick replies apart', { buttons: [quick('A'), url('B'), quick('C')] }, ['parts.buttons', 'buttons_order']],
    ['three links', { buttons: [url('A'), url('B'), url('C')] }, ['parts.buttons', 'buttons_kind']],
    ['two phones', { buttons: ['A', 'B'].map((text) => ({ kind: 'phone' as const, text, phone: '+551140022026' })) }, ['parts.buttons', 'buttons_kind']],
    ['the same words twice', { buttons: [quick('Sim'), quick('sim')] }, ['parts.buttons', 'buttons_twice']],
    ['a link without https', { buttons: [{ kind: 'url', text: 'Ver', url: 'exemplo.com' }] }, ['parts.buttons.0.url', 'url_format']],
    [
      'a variable inside of a link',
      { buttons: [{ kind: 'url', text: 'Ver', url: 'https://a.com/{{1}}/x', variable: one }] },
      ['parts.buttons.0.url', 'url_variable'],
    ],
    ['a phone of letters', { buttons: [{ kind: 'phone', text: 'Ligar', phone: 'abc' }] }, ['parts.buttons.0.phone', 'phone_format']],
    ['a flow without id', { buttons: [{ kind: 'flow', text: 'Abrir' }] }, ['parts.buttons.0.flowId', 'required']],
    ['a code outside of authentication', { buttons: [{ kind: 'otp', otp: 'COPY_CODE' }] }, ['category', 'auth_category']],
    [
      'authentication with a header',
      { auth: { securityAdvice: true, expiresMinutes: 5 }, header: { kind: 'location' }, buttons: [{ kind: 'otp', otp: 'COPY_CODE' }] },
      ['parts', 'auth_parts'],
      'AUTHENTICATION',
    ],
    ['authentication without its button', { auth: { securityAdvice: true, expiresMinutes: 5 } }, ['parts.buttons', 'auth_button'], 'AUTHENTICATION'],
    [
      'one tap without an app',
      { auth: { securityAdvice: true, expiresMinutes: 5 }, buttons: [{ kind: 'otp', otp: 'ONE_TAP' }] },
      ['parts.buttons.0.apps', 'required'],
      'AUTHENTICATION',
    ],
    [
      'one card only',
      { cards: [{ header: { kind: 'image', example: 'h' }, variables: [], buttons: [quick('Ok')] }] },
      ['parts.cards', 'cards_count'],
      'MARKETING',
    ],
    [
      'cards of different kinds',
      { cards: (['image', 'video'] as const).map((kind) => ({ header: { kind, example: 'h' }, variables: [], buttons: [quick('Ok')] })) },
      ['parts.cards', 'cards_same'],
      'MARKETING',
    ],
    ['an offer outside of marketing', { offer: { text: 'Só hoje', hasExpiration: true } }, ['parts.offer', 'offer_category']],
  ])('%s is named', (_, parts, problem, category, format) => {
    expect(check(parts, category, format)).toContainEqual(problem)
  })
})
