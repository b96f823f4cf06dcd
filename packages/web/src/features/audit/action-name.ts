import { AUDIT_ACTIONS } from '@atende/contracts/audit'
import { getLocale } from '../../lib/locale.ts'

/** The action in words; one that is not known by its code. */
export const actionName = (action: string): string => AUDIT_ACTIONS[action]?.[getLocale() === 'en' ? 'en' : 'pt-BR'] ?? action

export const actionOptions = (): { value: string; label: string }[] =>
  Object.keys(AUDIT_ACTIONS)
    .map((value) => ({ value, label: actionName(value) }))
    .toSorted((a, b) => a.label.localeCompare(b.label, getLocale()))
