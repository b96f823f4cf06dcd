import { variablesIn } from './template-text.ts'
import type { TemplateProblem } from './template-values.ts'
import type { TemplateButton, TemplateCard, TemplateCategory, TemplateHeader, TemplateParts, TemplateVariable } from './templates.ts'

/**
 * Pure: what Meta demands of a template before it is made (Cloud API, template components), checked before it is asked. Each
 * problem names its field, a code for programs and a sentence for people.
 */
type Draft = { category: TemplateCategory; parameterFormat: 'positional' | 'named'; parts: TemplateParts }

const EMOJI = /\p{Extended_Pictographic}/u
const FORMATTING = /[\n*_~`]/
const length = (text: string) => [...text].length
const problem = (path: string, code: string, message: string): TemplateProblem => ({ path, code, message })

function checkNumbering(path: string, names: readonly string[], format: Draft['parameterFormat']): TemplateProblem[] {
  if (format === 'named') {
    const wrong = names.find((n) => !/^[a-z][a-z0-9_]*$/.test(n))
    return wrong === undefined
      ? []
      : [problem(path, 'variable_name', `A variável «${wrong}» precisa ser escrita só com letras minúsculas, números e _, como {{nome}}.`)]
  }
  if (names.some((n) => !/^\d+$/.test(n))) return [problem(path, 'variable_number', 'Use variáveis numeradas, como {{1}} e {{2}}, ou escolha «com nome».')]
  const numbers = names.map(Number)
  const complete = numbers.length === Math.max(0, ...numbers) && numbers.every((_, i) => numbers.includes(i + 1))
  return complete ? [] : [problem(path, 'variable_gap', 'As variáveis precisam ser numeradas em sequência: {{1}}, {{2}}, {{3}}…')]
}

function checkSamples(path: string, names: readonly string[], variables: readonly TemplateVariable[]): TemplateProblem[] {
  const missing = names.filter((n) => !variables.some((v) => v.name === n && v.example.trim() !== ''))
  return missing.map((n) => problem(`${path}.${n}`, 'sample_missing', `Dê um exemplo para {{${n}}}: quem revisa na Meta precisa ver como fica.`))
}

/** Rules for texts with variables: where they may stand and how many there may be. */
function checkText(
  path: string,
  samplesPath: string,
  text: string,
  variables: readonly TemplateVariable[],
  format: Draft['parameterFormat'],
): TemplateProblem[] {
  const names = variablesIn(text)
  if (/\{\{|\}\}/.test(text.replace(/\{\{[^{}]*\}\}/g, '')))
    return [problem(path, 'variable_broken', 'Há uma variável aberta ou fechada pela metade. Escreva {{1}} ou {{nome}}.')]
  if (names.length === 0) return []
  const words = text.replace(/\{\{[^}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0
  return [
    ...checkNumbering(path, names, format),
    ...(/^\s*\{\{|\}\}\s*$/.test(text)
      ? [problem(path, 'variable_edge', 'O texto não pode começar nem terminar com uma variável. Escreva algo antes e depois dela.')]
      : []),
    ...(words <= names.length
      ? [problem(path, 'variable_ratio', 'Há variáveis demais para um texto tão curto. Escreva mais palavras ou use menos variáveis.')]
      : []),
    ...checkSamples(samplesPath, names, variables),
  ]
}

function checkHeader(header: TemplateHeader | null, draft: Draft): TemplateProblem[] {
  if (!header) return []
  const path = 'parts.header'
  if (header.kind === 'location') return []
  if (header.kind !== 'text') {
    const gif = header.kind === 'gif' && draft.category !== 'MARKETING'
    return [
      ...(gif ? [problem(`${path}.kind`, 'header_gif', 'GIF no cabeçalho só existe em modelos de marketing.')] : []),
      ...(header.exampleMediaId || header.example
        ? []
        : [problem(`${path}.exampleMediaId`, 'sample_missing', 'Anexe um exemplo do arquivo: quem revisa na Meta precisa ver.')]),
    ]
  }
  const names = variablesIn(header.text)
  const plain = header.text.replace(/\{\{[^}]*\}\}/g, '')
  const text = `${path}.text`
  const sample = header.variable ? [header.variable] : []
  return [
    ...(header.text.trim() === '' ? [problem(text, 'required', 'Escreva o título ou escolha «sem cabeçalho».')] : []),
    ...(length(header.text) > 60 ? [problem(text, 'too_long', 'O título tem no máximo 60 caracteres.')] : []),
    ...(FORMATTING.test(plain) || EMOJI.test(plain)
      ? [problem(text, 'header_format', 'O título não aceita emoji, quebra de linha nem formatação (* _ ~ `).')]
      : []),
    ...(names.length > 1 ? [problem(text, 'header_variables', 'O título aceita uma variável só.')] : checkNumbering(text, names, draft.parameterFormat)),
    ...(names.length === 1 ? checkSamples(`${path}.variable`, names, sample) : []),
  ]
}

const MAX_PER_KIND: Partial<Record<TemplateButton['kind'], number>> = {
  url: 2,
  phone: 1,
  copy_code: 1,
  flow: 1,
  otp: 1,
  catalog: 1,
  mpm: 1,
  spm: 1,
  voice_call: 1,
  request_contact_info: 1,
}
const KIND_NAMES: Partial<Record<TemplateButton['kind'], string>> = {
  url: 'de link',
  phone: 'de ligação',
  copy_code: 'de copiar código',
  flow: 'de formulário',
}

function checkUrl(path: string, b: Extract<TemplateButton, { kind: 'url' }>): TemplateProblem[] {
  const names = variablesIn(b.url)
  const bare = b.url.replace(/\{\{[^}]*\}\}/g, '')
  return [
    ...(URL.canParse(bare) && /^https?:\/\//i.test(bare) ? [] : [problem(`${path}.url`, 'url_format', 'Escreva o endereço completo, começando com https://.')]),
    ...(names.length > 1 || (names.length === 1 && !b.url.endsWith('}}'))
      ? [problem(`${path}.url`, 'url_variable', 'O endereço aceita uma variável só, no fim: https://exemplo.com/reserva/{{1}}.')]
      : []),
    ...(names.length === 1 && !b.variable?.example.trim() ? [problem(`${path}.variable`, 'sample_missing', 'Dê um exemplo do fim do endereço.')] : []),
  ]
}

function checkButton(path: string, b: TemplateButton): TemplateProblem[] {
  const text = 'text' in b ? (b.text ?? '') : ''
  const needsText = b.kind === 'quick_reply' || b.kind === 'url' || b.kind === 'phone' || b.kind === 'flow'
  const base = [
    ...(needsText && text.trim() === '' ? [problem(`${path}.text`, 'required', 'Escreva o texto do botão.')] : []),
    ...(length(text) > 25 ? [problem(`${path}.text`, 'too_long', 'O texto do botão tem no máximo 25 caracteres.')] : []),
    ...(needsText && (variablesIn(text).length > 0 || text.includes('\n'))
      ? [problem(`${path}.text`, 'button_text', 'O texto do botão não aceita variáveis nem quebra de linha.')]
      : []),
  ]
  if (b.kind === 'url') return [...base, ...checkUrl(path, b)]
  if (b.kind === 'phone' && !/^\+?[\d\s()-]{8,20}$/.test(b.phone))
    return [...base, problem(`${path}.phone`, 'phone_format', 'Escreva o telefone com código do país: +55 11 4002-2026.')]
  if (b.kind === 'copy_code' && length(b.example) > 15) return [...base, problem(`${path}.example`, 'too_long', 'O código tem no máximo 15 caracteres.')]
  if (b.kind === 'copy_code' && b.example.trim() === '')
    return [...base, problem(`${path}.example`, 'sample_missing', 'Dê um exemplo do código (até 15 caracteres).')]
  if (b.kind === 'flow' && !b.flowId) return [...base, problem(`${path}.flowId`, 'required', 'Escreva o id do formulário (Flow) publicado na Meta.')]
  if (b.kind === 'otp') return [...base, ...checkOtp(path, b)]
  return base
}

function checkOtp(path: string, b: Extract<TemplateButton, { kind: 'otp' }>): TemplateProblem[] {
  if (b.otp === 'COPY_CODE') return []
  const apps = b.apps ?? []
  if (apps.length === 0) return [problem(`${path}.apps`, 'required', 'O preenchimento automático precisa do pacote e da assinatura do aplicativo.')]
  return apps.flatMap((app, i) => [
    ...(/^[A-Za-z][\w]*(\.[\w]+)+$/.test(app.packageName)
      ? []
      : [problem(`${path}.apps.${i}.packageName`, 'app_package', 'Escreva o nome do pacote, como com.empresa.app.')]),
    ...(app.signatureHash.length === 11 ? [] : [problem(`${path}.apps.${i}.signatureHash`, 'app_hash', 'A assinatura do aplicativo tem 11 caracteres.')]),
  ])
}

function checkButtons(path: string, buttons: readonly TemplateButton[]): TemplateProblem[] {
  const quick = buttons.map((b) => b.kind === 'quick_reply')
  const turns = quick.filter((q, i) => i > 0 && q !== quick[i - 1]).length
  const many = Object.entries(MAX_PER_KIND).flatMap(([kind, most]) => {
    const count = buttons.filter((b) => b.kind === kind).length
    const name = KIND_NAMES[buttons.find((b) => b.kind === kind)?.kind ?? 'other'] ?? 'deste tipo'
    return count > most ? [problem(path, 'buttons_kind', `No máximo ${most} ${most === 1 ? 'botão' : 'botões'} ${name} por modelo.`)] : []
  })
  const texts = buttons.flatMap((b) => ('text' in b && b.text ? [b.text.trim().toLowerCase()] : []))
  return [
    ...(turns > 1 ? [problem(path, 'buttons_order', 'As respostas rápidas precisam ficar juntas, antes ou depois dos outros botões.')] : []),
    ...many,
    ...(new Set(texts).size < texts.length ? [problem(path, 'buttons_twice', 'Dois botões têm o mesmo texto.')] : []),
    ...buttons.flatMap((b, i) => checkButton(`${path}.${i}`, b)),
  ]
}

const shapeOf = (card: TemplateCard) => JSON.stringify([card.header.kind, card.buttons.map((b) => b.kind), Boolean(card.body)])

function checkCards(draft: Draft, cards: readonly TemplateCard[]): TemplateProblem[] {
  const path = 'parts.cards'
  const first = cards[0]
  return [
    ...(draft.category === 'MARKETING' || draft.category === 'UTILITY'
      ? []
      : [problem(path, 'cards_category', 'Carrossel não existe em modelos de código de acesso.')]),
    ...(cards.length < 2 ? [problem(path, 'cards_count', 'O carrossel tem de 2 a 10 cartões.')] : []),
    ...(draft.parts.header || draft.parts.footer || draft.parts.buttons.length > 0
      ? [problem(path, 'cards_only', 'Com carrossel, o modelo tem só o texto de cima e os cartões: sem cabeçalho, rodapé e botões fora deles.')]
      : []),
    ...(first && cards.some((c) => shapeOf(c) !== shapeOf(first))
      ? [problem(path, 'cards_same', 'Todos os cartões precisam ter o mesmo tipo de mídia e os mesmos botões.')]
      : []),
    ...cards.flatMap((card, i) => [
      ...(card.header.exampleMediaId || card.header.example
        ? []
        : [problem(`${path}.${i}.header.exampleMediaId`, 'sample_missing', 'Anexe um exemplo da imagem ou do vídeo.')]),
      ...(length(card.body ?? '') > 160 ? [problem(`${path}.${i}.body`, 'too_long', 'O texto do cartão tem no máximo 160 caracteres.')] : []),
      ...checkText(`${path}.${i}.body`, `${path}.${i}.variables`, card.body ?? '', card.variables, draft.parameterFormat),
      ...(card.buttons.length === 0 ? [problem(`${path}.${i}.buttons`, 'required', 'Cada cartão tem um ou dois botões.')] : []),
      ...checkButtons(`${path}.${i}.buttons`, card.buttons),
    ]),
  ]
}

function checkAuth({ parts }: Draft): TemplateProblem[] {
  const [only, ...more] = parts.buttons
  return [
    ...(parts.header || parts.cards || parts.offer
      ? [problem('parts', 'auth_parts', 'Modelos de código de acesso não têm cabeçalho, mídia, carrossel nem oferta.')]
      : []),
    ...(!parts.auth ? [problem('parts.auth', 'required', 'Escolha as opções do código de acesso.')] : []),
    ...(only?.kind !== 'otp' || more.length > 0
      ? [problem('parts.buttons', 'auth_button', 'Modelos de código de acesso têm exatamente um botão, o do código.')]
      : []),
    ...parts.buttons.flatMap((b, i) => checkButton(`parts.buttons.${i}`, b)),
  ]
}

function checkBody(draft: Draft): TemplateProblem[] {
  const { body, variables } = draft.parts
  const path = 'parts.body'
  if (body.trim() === '') return [problem(path, 'required', 'Escreva o texto da mensagem.')]
  return [
    ...(length(body) > 1024 ? [problem(path, 'too_long', 'O texto tem no máximo 1.024 caracteres.')] : []),
    ...(/\n{3,}| {5,}|\t/.test(body) ? [problem(path, 'body_space', 'Use no máximo uma linha em branco seguida, e quatro espaços seguidos.')] : []),
    ...checkText(path, 'parts.variables', body, variables, draft.parameterFormat),
  ]
}

function checkFooter(footer: string | null): TemplateProblem[] {
  if (footer === null) return []
  return [
    ...(footer.trim() === '' ? [problem('parts.footer', 'required', 'Escreva o rodapé ou deixe sem ele.')] : []),
    ...(length(footer) > 60 ? [problem('parts.footer', 'too_long', 'O rodapé tem no máximo 60 caracteres.')] : []),
    ...(variablesIn(footer).length > 0 || footer.includes('\n')
      ? [problem('parts.footer', 'footer_plain', 'O rodapé não aceita variáveis nem quebra de linha.')]
      : []),
  ]
}

/** Everything that is wrong with a template, in the order of its parts; empty when Meta may be asked. */
export function checkTemplate(draft: Draft): TemplateProblem[] {
  const { category, parts } = draft
  if (category === 'AUTHENTICATION') return checkAuth(draft)
  return [
    ...(parts.auth || parts.buttons.some((b) => b.kind === 'otp')
      ? [problem('category', 'auth_category', 'Botão de código só existe na categoria de código de acesso.')]
      : []),
    ...checkHeader(parts.header, draft),
    ...checkBody(draft),
    ...checkFooter(parts.footer),
    ...(parts.cards ? checkCards(draft, parts.cards) : checkButtons('parts.buttons', parts.buttons)),
    ...(parts.offer && category !== 'MARKETING' ? [problem('parts.offer', 'offer_category', 'Oferta com prazo só existe em modelos de marketing.')] : []),
    ...(parts.offer && parts.offer.text.trim() === '' ? [problem('parts.offer.text', 'required', 'Escreva o título da oferta (até 16 caracteres).')] : []),
    ...(parts.offer && length(parts.offer.text) > 16 ? [problem('parts.offer.text', 'too_long', 'O título da oferta tem no máximo 16 caracteres.')] : []),
    ...(parts.offer && parts.footer !== null ? [problem('parts.footer', 'offer_footer', 'Com oferta, o modelo fica sem rodapé.')] : []),
  ]
}
