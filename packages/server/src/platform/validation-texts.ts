import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue
const numbers = new Intl.NumberFormat('pt-BR')

function tooBig({ origin, maximum }: Extract<Issue, { code: 'too_big' }>): string | undefined {
  const most = typeof maximum === 'number' ? numbers.format(maximum) : String(maximum)
  if (origin === 'string') return `Pode ter até ${most} caracteres.`
  if (origin === 'array') return `São até ${most}.`
  return origin === 'number' || origin === 'int' ? `O maior valor é ${most}.` : undefined
}

function tooSmall({ origin, minimum }: Extract<Issue, { code: 'too_small' }>): string | undefined {
  const least = typeof minimum === 'number' ? numbers.format(minimum) : String(minimum)
  if (origin === 'string') return Number(minimum) === 1 ? 'Preencha este campo.' : `Precisa de pelo menos ${least} caracteres.`
  if (origin === 'array') return Number(minimum) === 1 ? 'É preciso pelo menos um.' : `São pelo menos ${least}.`
  return origin === 'number' || origin === 'int' ? `O menor valor é ${least}.` : undefined
}

/** What a person reads when a field has the wrong size; undefined leaves the word to zod's own Portuguese. */
export function sayLimit(issue: Issue): string | undefined {
  if (issue.code === 'too_big') return tooBig(issue)
  if (issue.code === 'too_small') return tooSmall(issue)
  return issue.code === 'invalid_format' && issue.format === 'url' ? 'O endereço precisa começar com https:// ou http://.' : undefined
}
