import { within } from '../../platform/health.ts'
import { type Both, both, type CheckResult, type CheckText, type Family, type Finding, type Fix, type Language, type Status } from './check.ts'
import { FAMILIES } from './checks.ts'
import { type DoctorEnv, reasonOf } from './doctor-env.ts'

const FAMILY_MS = 20_000
const WORST: readonly Status[] = ['fail', 'warn', 'ok', 'skipped']

const needsCare = (status: Status): boolean => status === 'warn' || status === 'fail'

export type Judged = { id: string; text: CheckText; status: Status; findings: Finding[] }

export const CHECK_TEXTS: Readonly<Record<string, CheckText>> = Object.assign({}, ...FAMILIES.map((f) => f.texts))

async function look(one: Family, env: DoctorEnv): Promise<Finding[]> {
  const all = (status: Status, message: Both): Finding[] => Object.keys(one.texts).map((id) => ({ id, status, message }))
  if (one.needs === 'database' && !env.database) return all('skipped', both('the database does not answer', 'o banco de dados não responde'))
  try {
    const found = await within(FAMILY_MS, one.run(env))
    const silent = Object.keys(one.texts).filter((id) => !found.some((f) => f.id === id))
    return [...found, ...silent.map((id): Finding => ({ id, status: 'skipped', message: both('not used here', 'não usado aqui') }))]
  } catch (e) {
    // A check that breaks stops nobody else; what nobody could look at is not well.
    return all('fail', both(`could not be checked: ${reasonOf(e)}`, `não foi possível verificar: ${reasonOf(e)}`))
  }
}

/** Looks at everything, or at `only` these ids, side by side; in the order of the list. */
export async function runChecks(env: DoctorEnv, only?: ReadonlySet<string>): Promise<Judged[]> {
  const wanted = FAMILIES.filter((f) => !only || Object.keys(f.texts).some((id) => only.has(id)))
  const found = (await Promise.all(wanted.map((f) => look(f, env)))).flat()
  const ids = wanted.flatMap((f) => Object.keys(f.texts)).filter((id) => !only || only.has(id))
  return ids.flatMap((id) => {
    const text = CHECK_TEXTS[id]
    if (!text) return []
    const mine = found.filter((f) => f.id === id)
    const status = WORST.find((s) => mine.some((f) => f.status === s)) ?? 'skipped'
    // What is only worth a look is told beside what is wrong.
    const told = needsCare(status) ? mine.filter((f) => needsCare(f.status)) : mine.filter((f) => f.status === status)
    return [{ id, text, status, findings: told }]
  })
}

export const inLanguage = (text: Both, language: Language): string => (language === 'en' ? text.en : text.pt)
const joined = (texts: readonly string[], by: string): string => [...new Set(texts)].join(by)

export function toResult({ id, text, status, findings }: Judged, language: Language): CheckResult {
  const say = (t: Both) => inLanguage(t, language)
  const todos = findings.map((f) => say(f.todo ?? text.todo))
  const fixes = findings.flatMap((f) => (f.fix ? [say(f.fix.what)] : []))
  return {
    id,
    title: say(text.title),
    status,
    message: joined(
      findings.map((f) => say(f.message)),
      '; ',
    ),
    todo: needsCare(status) ? joined(todos, '\n') : null,
    runbook: needsCare(status) ? (text.runbook ?? null) : null,
    ...(fixes.length > 0 ? { fix: joined(fixes, '; ') } : {}),
  }
}

/** What can be mended of what was found. `named`: the person has named these checks. */
export const fixesOf = (judged: readonly Judged[]): { id: string; fix: Fix }[] =>
  judged.flatMap(({ id, status, findings }) => (needsCare(status) ? findings.flatMap((f) => (f.fix ? [{ id, fix: f.fix }] : [])) : []))
