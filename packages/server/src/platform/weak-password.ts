import { createRequire } from 'node:module'
import { z } from 'zod'
import { invalidField } from './errors.ts'

/** What the commonest passwords are made of, in Portuguese and English; matched without case, accents and signs. */
const COMMON = `
password passwort passw senha senhas minhasenha mudar trocar acesso entrar login user usuario admin administrador administrator root master
secret segredo changeme letmein welcome bemvindo default teste test testing guest convidado suporte sistema system server servidor
atende atendimento whatsapp zap zapzap google facebook instagram youtube gmail hotmail outlook internet computer computador windows
iloveyou love loveyou amor euteamo teamo amore meuamor teadoro paixao saudade sempre forever baby babe princess princesa rainha queen king
jesus jesuscristo cristo deus deusefiel fiel senhor gratidao fe vida familia mae pai filho filha irmao angel anjo heaven
brasil brazil flamengo mengao corinthians timao palmeiras verdao santos saopaulo tricolor vasco gremio internacional inter cruzeiro
atletico galo botafogo fluminense bahia sport futebol football soccer neymar ronaldo ronaldinho pele messi barcelona liverpool arsenal chelsea
samba carnaval praia sol lua estrela star sunshine moon flower flor rosa pink purple blue azul verde vermelho preto branco black white red green
dragon monkey shadow michael jordan superman batman spiderman pokemon naruto starwars hunter killer ninja matrix trustno freedom whatever
charlie summer winter spring verao inverno cookie chocolate cheese banana pepper ginger tigger buster soccer hockey baseball basketball
computer hello ola oi hola hellokitty minecraft roblox fortnite playstation nintendo xbox mustang ferrari mercedes yamaha honda
maria joao jose ana antonio francisco carlos paulo pedro lucas luiz luis marcos gabriel rafael daniel marcelo bruno eduardo felipe rodrigo
fernando gustavo matheus mateus vitor victor leonardo guilherme thiago tiago diego andre ricardo roberto sergio alexandre juliana fernanda
amanda patricia aline camila bruna jessica leticia julia luana mariana vanessa gabriela larissa beatriz carolina daniela adriana
jennifer jessica ashley nicole michelle daniel andrew joshua matthew robert thomas william george anthony
secreto contrasena clave hola mundo qwe asd zxc qaz wsx abc xyz asdf zxcv qwer abcd
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro segunda terca quarta quinta sexta sabado domingo
january february march april june july august september october november december monday friday sunday
`
  .trim()
  .split(/\s+/)
/** Along the keyboard and the alphabet, both ways. */
const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb',
]
const RUNS = ROWS.flatMap((row) => [row, [...row].toReversed().join('')])
const LEET: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }

const bare = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
const spell = (text: string): string => [...text].map((sign) => LEET[sign] ?? sign).join('')
/** `S3nh@` is a word as well; digits at the end may be digits. */
function spelledOut(text: string): string[] {
  const tail = /\d*[^\p{L}@$]*$/u.exec(text)?.index ?? text.length
  return [bare(spell(text)), bare(spell(text.slice(0, tail)) + text.slice(tail))]
}

const MAX_PARTS = 4
const MAX_WORDS = 2
const MAX_LENGTH = 40

/** How far a run, a repetition or a few digits reach from here. */
function plainParts(text: string, from: number): number[] {
  const ends: number[] = []
  for (let to = from + 3; to <= text.length && RUNS.some((run) => run.includes(text.slice(from, to))); to++) ends.push(to)
  const same = /^(.)\1{2,}/.exec(text.slice(from))?.[0].length
  if (same) ends.push(from + same)
  const digits = /^\d{1,4}/.exec(text.slice(from))?.[0].length ?? 0
  for (let n = 1; n <= digits; n++) ends.push(from + n)
  return ends
}

/** Is it nothing but one or two familiar words with digits, runs and repetitions around them? */
function isMadeOf(text: string, words: readonly string[]): boolean {
  const tried = new Set<string>()
  const goOn = (from: number, parts: number, known: number): boolean => {
    if (from === text.length) return true
    const name = `${from} ${parts} ${known}`
    if (parts === MAX_PARTS || tried.has(name)) return false
    tried.add(name)
    const next = known < MAX_WORDS ? words.filter((w) => text.startsWith(w, from)).map((w) => from + w.length) : []
    return next.some((to) => goOn(to, parts + 1, known + 1)) || plainParts(text, from).some((to) => goOn(to, parts + 1, known))
  }
  return goOn(0, 0, 0)
}

const require = createRequire(import.meta.url)
const Dictionary = z.object({ dictionary: z.object({ 'passwords-common': z.array(z.string()) }) })
let published: Set<string> | undefined
/** The list that https://github.com/zxcvbn-ts/zxcvbn publishes, some 49,000: read when the first password is chosen, since it is large. */
function isPublished(text: string): boolean {
  published ??= new Set(Dictionary.parse(require('@zxcvbn-ts/language-common')).dictionary['passwords-common'])
  return published.has(text)
}
/** Digits and signs behind one make no other of it. */
const isCommonest = (password: string): boolean => {
  const whole = password.toLowerCase()
  const [start = ''] = /^.*?(?=[\d\W_]*$)/.exec(whole) ?? []
  return isPublished(whole) || isPublished(bare(whole)) || (start.length >= 6 && whole.length - start.length <= 4 && isPublished(start))
}

/** Would it be among the first guesses? `own`: what everybody knows of the person and the company. */
export function isWeakPassword(password: string, own: readonly string[] = []): boolean {
  const text = bare(password)
  // One to four signs, again and again.
  if (/^(.{1,4})\1{2,}.{0,3}$/.test(password.toLowerCase())) return true
  if (isCommonest(password)) return true
  if (text.length > MAX_LENGTH) return false
  const theirs = own.flatMap((o) => [bare(o), ...o.split(/[^\p{L}\p{N}]+/u).map(bare)]).filter((w) => w.length >= 3)
  const words = [...new Set([...COMMON, ...theirs])]
  return [text, ...spelledOut(password)].some((t) => isMadeOf(t, words))
}

/** @throws AppError validation_failed */
export function requireGoodPassword(password: string, own: readonly string[], path = 'password'): void {
  if (isWeakPassword(password, own))
    throw invalidField(path, 'too_common', 'Esta senha está entre as primeiras que alguém tentaria. Use uma frase, ou palavras que não combinam entre si.')
}
