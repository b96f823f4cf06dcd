import type { z } from 'zod'
import type { FieldProblem } from './errors.ts'
import { bodyOf, fillText, fillUrl, variablesIn } from './template-text.ts'
import type { TemplateButton, TemplateParts, TemplateValues } from './templates.ts'

/**
 * Pure: are these values fit to be sent (Cloud API, send templates)? Asked before Meta is, because its refusal (132000, 132005,
 * 132012, 132018) names no field. Paths are those of TemplateValues.
 */
export type TemplateProblem = z.infer<typeof FieldProblem>

const CODE_MAX = 15
const problem = (path: string, code: string, message: string): TemplateProblem => ({ path, code, message })

/** What Meta accepts inside of a variable: one line, no tab, fewer than five spaces in a row. */
function checkValue(path: string, label: string, value: string | undefined): TemplateProblem[] {
  if (value === undefined || value.trim() === '') return [problem(path, 'required', `Preencha ${label}.`)]
  if (/[\n\r\t]/.test(value)) return [problem(path, 'one_line', `${capital(label)}: sem quebra de linha nem tabulação.`)]
  if (/ {5,}/.test(value)) return [problem(path, 'spaces', `${capital(label)}: no máximo quatro espaços seguidos.`)]
  return []
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const named = (name: string) => (/^\d+$/.test(name) ? `a variável {{${name}}}` : `«${name.replaceAll('_', ' ')}»`)

function checkBody(path: string, text: string, values: Readonly<Record<string, string>>, limit: number): TemplateProblem[] {
  const names = variablesIn(text)
  const extra = Object.keys(values).filter((n) => !names.includes(n) && values[n] !== '')
  const found = [
    ...names.flatMap((n) => checkValue(`${path}.${n}`, named(n), values[n])),
    ...extra.map((n) => problem(`${path}.${n}`, 'unknown_variable', `Este modelo não tem a variável {{${n}}}.`)),
  ]
  if (found.length > 0) return found
  return [...fillText(text, values)].length > limit
    ? [problem(path, 'too_long', `O texto preenchido passa de ${limit.toLocaleString('pt-BR')} caracteres. Encurte algum valor.`)]
    : []
}

const MISSING = { text: 'Preencha o título.', location: 'Escolha o local.', media: 'Anexe o arquivo do cabeçalho.' } as const
function headerNeeds({ header }: TemplateParts): keyof typeof MISSING | null {
  if (!header) return null
  if (header.kind === 'text') return header.variable ? 'text' : null
  return header.kind === 'location' ? 'location' : 'media'
}

function checkTitle(text: string, name: string, value: string): TemplateProblem[] {
  const wrong = checkValue('header', 'o título', value)
  if (wrong.length > 0) return wrong
  return [...fillText(text, { [name]: value })].length > 60 ? [problem('header', 'too_long', 'O título preenchido passa de 60 caracteres.')] : []
}

function checkHeader(parts: TemplateParts, values: TemplateValues): TemplateProblem[] {
  const needed = headerNeeds(parts)
  const { header } = parts
  const given = values.header
  if (!needed || !header) return given ? [problem('header', 'unexpected', 'Este modelo não pede nada no cabeçalho.')] : []
  if (header.kind === 'gif') return [problem('header', 'not_supported', 'Modelos com GIF só saem pela API de marketing da Meta.')]
  if (given?.kind !== needed) return [problem('header', 'required', MISSING[needed])]
  if (given.kind === 'text') return header.kind === 'text' ? checkTitle(header.text, header.variable?.name ?? '', given.value) : []
  if (given.kind === 'location' && (given.name.trim() === '' || given.address.trim() === '')) {
    return [problem('header', 'required', 'O local precisa de nome e endereço.')]
  }
  return []
}

function checkButton(path: string, b: TemplateButton, value: string | undefined): TemplateProblem[] {
  switch (b.kind) {
    case 'url': {
      if (!b.variable) return value ? [problem(path, 'unexpected', `O botão «${b.text}» tem endereço fixo.`)] : []
      const wrong = checkValue(path, `o fim do endereço de «${b.text}»`, value)
      if (wrong.length > 0) return wrong
      const url = fillUrl(b.url, value)
      return url.length > 2000 || /\s/.test(value ?? '') || !URL.canParse(url)
        ? [problem(path, 'url_format', `O endereço de «${b.text}» não fica válido com este valor.`)]
        : []
    }
    case 'copy_code': {
      const wrong = checkValue(path, 'o código da oferta', value)
      if (wrong.length > 0) return wrong
      return [...(value ?? '')].length > CODE_MAX ? [problem(path, 'too_long', `O código da oferta tem no máximo ${CODE_MAX} caracteres.`)] : []
    }
    case 'mpm':
    case 'spm':
      return [problem(path, 'not_supported', 'Modelos com produtos do catálogo ainda não podem ser enviados daqui.')]
    default:
      return []
  }
}

const valueAt = (list: TemplateValues['buttons'], index: number) => list.find((b) => b.index === index)?.value
const checkButtons = (path: string, buttons: readonly TemplateButton[], values: TemplateValues['buttons']): TemplateProblem[] => [
  ...buttons.flatMap((b, i) => checkButton(`${path}.${i}`, b, valueAt(values, i))),
  ...values.filter((v) => v.index >= buttons.length).map((v) => problem(`${path}.${v.index}`, 'unexpected', 'Este modelo não tem este botão.')),
]

function checkCards(parts: TemplateParts, values: TemplateValues): TemplateProblem[] {
  const cards = parts.cards ?? []
  if (values.cards.length > cards.length) return [problem('cards', 'unexpected', `Este modelo tem ${cards.length} cartões.`)]
  return cards.flatMap((card, i) => {
    const given = values.cards[i]
    if (!given?.mediaId) return [problem(`cards.${i}.mediaId`, 'required', `Anexe a imagem ou o vídeo do cartão ${i + 1}.`)]
    return [...checkBody(`cards.${i}.body`, card.body ?? '', given.body, 160), ...checkButtons(`cards.${i}.buttons`, card.buttons, given.buttons)]
  })
}

/** What is missing, too much or not acceptable; whether media are here is for who can look. */
export function checkValues(template: { language: string; parts: TemplateParts }, values: TemplateValues, now = new Date()): TemplateProblem[] {
  const { parts, language } = template
  const code = values.body['1']
  return [
    ...checkHeader(parts, values),
    ...checkBody('body', parts.auth ? '{{1}}' : bodyOf(parts, language), values.body, 1024),
    ...(parts.auth && code && [...code].length > CODE_MAX ? [problem('body.1', 'too_long', `O código de acesso tem no máximo ${CODE_MAX} caracteres.`)] : []),
    ...(parts.auth && code && /\p{Extended_Pictographic}|https?:/u.test(code)
      ? [problem('body.1', 'code_format', 'O código de acesso não aceita links nem emoji.')]
      : []),
    ...checkButtons('buttons', parts.buttons, values.buttons),
    ...checkCards(parts, values),
    ...(parts.offer?.hasExpiration && (!values.offerEndsAt || Date.parse(values.offerEndsAt) <= now.getTime())
      ? [problem('offerEndsAt', 'required', 'Diga quando a oferta termina, num momento futuro.')]
      : []),
  ]
}
