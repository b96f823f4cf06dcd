import type { TemplateProblem } from '@atende/contracts/template-values'
import { createContext, type ReactNode, useContext } from 'react'
import { getLocale } from '../../../lib/locale.ts'
import { ENGLISH_PROBLEMS } from './problems-english.ts'

const Problems = createContext<readonly TemplateProblem[]>([])

export function ProblemsOf({ problems, children }: { problems: readonly TemplateProblem[]; children: ReactNode }) {
  return <Problems value={problems}>{children}</Problems>
}

/** The rules speak Portuguese; their codes are known in English. */
export const sentenceOf = ({ code, message }: TemplateProblem): string => (getLocale() === 'en' ? (ENGLISH_PROBLEMS[code] ?? message) : message)

/** What is wrong with exactly this field; null when nothing is. */
export function useProblem(path: string): string | null {
  const found = useContext(Problems).find((p) => p.path === path)
  return found ? sentenceOf(found) : null
}

/** The problem of a whole part, said in one place. */
export function PartProblem({ path }: { path: string }) {
  const problem = useProblem(path)
  return problem === null ? null : (
    <p role="alert" style={{ margin: '4px 0 0', color: 'var(--mantine-color-error)', fontSize: '0.8125rem' }}>
      {problem}
    </p>
  )
}
