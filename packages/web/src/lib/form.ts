import { i18n } from './i18n.ts'
import { getLocale } from './locale.ts'

type Issue = { code: string; path: readonly PropertyKey[]; minimum?: unknown }
type Schema = { safeParse(value: unknown): { success: true } | { success: false; error: { issues: readonly Issue[] } } }

function sentence(issue: Issue, value: unknown): string {
  const t = i18n.getFixedT(getLocale(), 'errors')
  if (value === '' || value === undefined || value === null) return t('field.required')
  if (issue.code === 'too_small') return t('field.tooShort')
  if (issue.code === 'too_big') return t('field.tooLong')
  return t('field.format')
}

/** Checks a form with the same contract as the server; `own` says it better for some fields. */
export const validateWith =
  (schema: Schema, own: Record<string, string> = {}) =>
  (values: Record<string, unknown>): Record<string, string> => {
    const parsed = schema.safeParse(values)
    if (parsed.success) return {}
    const problems: Record<string, string> = {}
    for (const issue of parsed.error.issues) {
      const field = String(issue.path[0] ?? '')
      const value = values[field]
      problems[field] ??= value === '' ? sentence(issue, value) : (own[field] ?? sentence(issue, value))
    }
    return problems
  }

/** Empty text fields mean "not given" to the server. */
export const withoutBlanks = <T extends Record<string, unknown>>(values: T): Partial<T> => {
  const kept: Partial<T> = { ...values }
  for (const name in kept) if (kept[name] === '') delete kept[name]
  return kept
}
