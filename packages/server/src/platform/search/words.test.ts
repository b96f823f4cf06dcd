import { describe, expect, it } from 'vitest'
import { askedWords, tokensOf, wordsOf } from './words.ts'

const finds = (q: string, text: string): boolean => {
  const words = new Set(wordsOf(text))
  const asked = askedWords(q)
  return asked.length > 0 && asked.every((word) => words.has(word))
}

describe('words', () => {
  it.each([
    ['quarto', 'Temos dois quartos'],
    ['quartos', 'Um quarto só'],
    ['reservacao', 'Fiz as reservações ontem'],
    ['reservações', 'A RESERVAÇÃO está feita'],
    ['reservações', 'Quero uma reserva'],
    ['reserva', 'queria reservar'],
    ['hoteis', 'Qual hotel?'],
    ['hotel', 'Hotéis da região'],
    ['fácil', 'são faceis'],
    ['animais', 'aceitam animal?'],
    ['homem', 'dois homens'],
    ['flores', 'uma flor'],
    ['mes', 'por três meses'],
    ['pães', 'café com pão'],
    ['papéis', 'o papel'],
    ['jardim', 'jardins floridos'],
    ['confirmacao', 'me confirma?'],
    ['não é a Conceição', 'conceicao mandou'],
  ])('%s finds "%s"', (q, text) => {
    expect(finds(q, text)).toBe(true)
  })

  it.each([
    ['AB-123', 'código ab123, por favor'],
    ['ab123', 'o código é AB-123.'],
    ['AB 123', 'o código é AB-123.'],
    ['1500', 'custa R$ 1.500,00'],
    ['1.500', 'custa 1500 reais'],
    ['R$ 1.500,00', 'R$ 1500'],
    ['exemplo.com.br', 'veja https://www.exemplo.com.br/reservas?id=9'],
    ['reservas', 'veja https://www.exemplo.com.br/reservas?id=9'],
    ['🙂', 'obrigada 🙂'],
    ['👍🏽', 'ok 👍'],
    ['segunda-feira', 'chego segunda feira'],
    ['98123-4567', 'ligue 98123-4567'],
    ['Ⅷ ﬁm', 'viii fim'],
  ])('%s finds "%s" however it is cut', (q, text) => {
    expect(finds(q, text)).toBe(true)
  })

  it('does not find what is not there', () => {
    expect(finds('quarto', 'quatro pessoas')).toBe(false)
    expect(finds('reserva cancelada', 'a reserva está de pé')).toBe(false)
    expect(finds('AB-124', 'o código é AB-123')).toBe(false)
  })

  it('words that say nothing are not looked for', () => {
    expect(askedWords('o que é de quem')).toEqual(expect.not.arrayContaining(['o', 'que', 'de']))
    expect(askedWords('a o de')).toEqual([])
    expect(askedWords('!?…')).toEqual([])
  })

  it('names the place of each word in the text as it is', () => {
    const text = 'Olá, as RESERVAÇÕES 🙂'
    expect(tokensOf(text).map((t) => text.slice(t.start, t.end))).toEqual(['Olá', 'RESERVAÇÕES', '🙂'])
  })
})
