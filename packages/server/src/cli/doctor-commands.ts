import { createInterface } from 'node:readline/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { Language } from '../operations/doctor/check.ts'
import type { DoctorEnv } from '../operations/doctor/doctor-env.ts'
import type { Judged } from '../operations/doctor/run-doctor.ts'
import { Ended, print, say, table, UsageError, warn } from './output.ts'

type Options = {
  only?: string
  fix?: boolean
  yes?: boolean
  strict?: boolean
  record?: boolean
  list?: boolean
  wait?: string
  lang: Language
  json?: boolean
}
const FAILS = 1
const WARNS = 3

export function doctorCommands(program: Command): void {
  program
    .command('doctor')
    .description('look at everything that an installation needs, and say what to do')
    .option('--only <ids>', 'only these checks, with commas; a name before the dot takes all of its kind')
    .option('--fix', 'mend what is safe to mend: shows it, asks, looks again; drops nothing, restarts nothing')
    .option('--yes', 'with --fix: do not ask')
    .option('--strict', 'exit code 3 when there are warnings')
    .option('--wait <seconds>', 'ask again until nothing is wrong any more, at most so long: after a start or a restart')
    .option('--record', 'keep the verdict for the status page; an alert is told when something is wrong')
    .option('--list', 'the ids of all checks')
    .addOption(new Option('--lang <language>', 'language of the report').choices(['en', 'pt-BR']).default('en'))
    .addHelpText(
      'after',
      '\nExit codes: 0 all well, 1 something is wrong, 3 warnings only (with --strict), 2 used wrongly.\n\nExamples:\n  atende doctor\n  atende doctor --only database,disk.space --json\n  atende doctor --wait 60 --only server.running\n  atende doctor --fix --lang pt-BR\n  atende doctor --record',
    )
    .action(doctor)
}

const WORDS = {
  en: {
    todo: 'to do',
    runbook: 'runbook',
    fix: 'can be mended',
    well: 'All well',
    notUsed: 'not used here',
    wrong: 'wrong',
    care: 'to look at',
    would: 'Would mend',
    ask: 'Do it? [y/N] ',
    did: 'mended',
    nothing: 'Nothing that can be mended safely.',
  },
  'pt-BR': {
    todo: 'o que fazer',
    runbook: 'guia',
    fix: 'dá para corrigir',
    well: 'Tudo bem',
    notUsed: 'não usados aqui',
    wrong: 'com erro',
    care: 'para olhar',
    would: 'Correções possíveis',
    ask: 'Aplicar? [s/N] ',
    did: 'corrigido',
    nothing: 'Nada que possa ser corrigido com segurança.',
  },
} as const

const paint = (code: number, text: string): string => (process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text)
const MARKS = { fail: () => paint(31, 'FAIL'), warn: () => paint(33, 'warn'), ok: () => paint(32, 'ok  '), skipped: () => paint(90, '–   ') }

async function wanted(only: string | undefined): Promise<Set<string> | undefined> {
  if (only === undefined) return undefined
  const { CHECK_TEXTS } = await import('../operations/doctor/run-doctor.ts')
  const ids = Object.keys(CHECK_TEXTS)
  const named = only.split(',').map((x) => x.trim())
  const found = named.map((n) => ids.filter((id) => id === n || id.startsWith(`${n}.`)))
  const unknown = named.filter((_, i) => found[i]?.length === 0)
  if (unknown.length > 0) throw new UsageError(`no such check: ${unknown.join(', ')}; see "atende doctor --list"`)
  return new Set(found.flat())
}

async function lines(judged: readonly Judged[], lang: Language): Promise<string[]> {
  const { toResult } = await import('../operations/doctor/run-doctor.ts')
  const results = judged.map((j) => toResult(j, lang))
  const w = WORDS[lang]
  const shown = results.filter((r) => r.status === 'fail' || r.status === 'warn')
  const width = Math.max(0, ...shown.map((r) => r.id.length))
  const indent = ' '.repeat(width + 8)
  const told = shown.flatMap((r) => [
    `${MARKS[r.status]()}  ${r.id.padEnd(width)}  ${r.message}`,
    ...(r.todo ?? '').split('\n').map((t) => `${indent}${w.todo}: ${t}`),
    ...(r.runbook ? [`${indent}${w.runbook}: deploy/runbooks/${r.runbook}${lang === 'pt-BR' ? '.pt-BR' : ''}.md`] : []),
    ...(r.fix ? [`${indent}${w.fix}: ${r.fix}`] : []),
  ])
  const count = (status: string) => results.filter((r) => r.status === status).length
  const sums = [`${count('ok')} ok`, ...(count('skipped') > 0 ? [`${count('skipped')} ${w.notUsed}`] : [])]
  const ill = [...(count('fail') > 0 ? [`${count('fail')} ${w.wrong}`] : []), ...(count('warn') > 0 ? [`${count('warn')} ${w.care}`] : [])]
  return [...told, `${ill.length === 0 ? paint(32, w.well) : paint(31, ill.join(', '))}: ${sums.join(', ')}.`]
}

async function agreed(o: Options, what: readonly string[]): Promise<boolean> {
  const w = WORDS[o.lang]
  if (!o.json) for (const line of [`${w.would}:`, ...what.map((t) => `  ${t}`)]) say(line)
  if (o.yes) return true
  if (o.json || !process.stdin.isTTY) return false
  const reader = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await reader.question(w.ask)
  reader.close()
  return /^[ysj]/i.test(answer.trim())
}

/** Mends what may be mended. Answers what was done. */
async function mend(judged: readonly Judged[], o: Options): Promise<{ id: string; what: string; error?: string }[]> {
  const { fixesOf, inLanguage } = await import('../operations/doctor/run-doctor.ts')
  const { reasonOf } = await import('../operations/doctor/doctor-env.ts')
  // What only a person can know is taken from who names this very check: not from a kind, nor from a yes to something else.
  const named = (o.only ?? '').split(',').map((x) => x.trim())
  const fixes = fixesOf(judged).filter(({ id, fix }) => !fix.asksPerson || named.includes(id))
  if (fixes.length === 0) {
    if (!o.json) say(WORDS[o.lang].nothing)
    return []
  }
  const told = fixes.map(({ id, fix }) => `${id}: ${inLanguage(fix.what, o.lang)}`)
  if (!(await agreed(o, told))) return []
  const done = []
  for (const { id, fix } of fixes) {
    const error = await fix.run().then(
      () => undefined,
      (e: unknown) => reasonOf(e),
    )
    const what = inLanguage(fix.what, o.lang)
    done.push({ id, what, ...(error === undefined ? {} : { error }) })
    if (error !== undefined) warn(`${id}: ${error}`)
    else if (!o.json) say(`${paint(32, WORDS[o.lang].did)}  ${id}: ${what}`)
  }
  return done
}

async function examine(o: Options, only: ReadonlySet<string> | undefined, env: DoctorEnv) {
  const { runChecks } = await import('../operations/doctor/run-doctor.ts')
  const first = await runChecks(env, only)
  if (!o.fix) return { judged: first, mended: undefined }
  if (!o.json) for (const line of await lines(first, o.lang)) say(line)
  const mended = await mend(first, o)
  return { judged: mended.length > 0 ? await runChecks(env, only) : first, mended }
}

const PAUSE_MS = 2000
function waitOf({ wait = '0', fix }: Options): number {
  if (!/^\d{1,4}$/.test(wait)) throw new UsageError(`--wait ${wait}: how many seconds?`)
  if (fix && wait !== '0') throw new UsageError('--wait goes without --fix: mend first, then wait')
  return Number(wait) * 1000
}

/** What has just been started needs a moment: asks again, from the beginning, while something is wrong and time is left. */
async function examinePatiently(o: Options, only: ReadonlySet<string> | undefined) {
  const { openDoctorEnv } = await import('../operations/doctor/doctor-env.ts')
  const until = Date.now() + waitOf(o)
  for (;;) {
    const env = await openDoctorEnv()
    const seen = await examine(o, only, env).finally(() => env.close().catch(() => {}))
    const left = until - Date.now()
    if (left <= 0 || !seen.judged.some((j) => j.status === 'fail')) return seen
    await pause(Math.min(PAUSE_MS, left))
  }
}

async function listChecks(o: Options): Promise<void> {
  const { CHECK_TEXTS, inLanguage } = await import('../operations/doctor/run-doctor.ts')
  const all = Object.entries(CHECK_TEXTS).map(([id, t]) => ({ id, title: inLanguage(t.title, o.lang), runbook: t.runbook ?? null }))
  print(o.json ?? false, all, table(all.map((c) => [c.id, c.title])))
}

/** For the status page and the alerts. Without a database there is nowhere to keep it, which alerts tell by themselves. */
async function record(judged: readonly Judged[]): Promise<void> {
  const { openDoctorEnv, reasonOf } = await import('../operations/doctor/doctor-env.ts')
  const [{ recordDoctor }, { openDatabase }] = await Promise.all([import('../operations/server-runs.ts'), import('../platform/database.ts')])
  const env = await openDoctorEnv()
  const { database } = env
  await env.close()
  if (!database) return warn('not recorded: the database does not answer')
  const of = (status: string) => judged.filter((j) => j.status === status).map((j) => j.id)
  const [fail, care] = [of('fail'), of('warn')]
  // The doctor's own connection only reads.
  const { db } = openDatabase(database.ownerUrl, 1, 'atende-doctor')
  await recordDoctor(db, { fail: fail.length, warn: care.length, ids: [...fail, ...care] })
    .catch((e: unknown) => warn(`not recorded: ${reasonOf(e)}`))
    .finally(() => db.destroy())
}

async function doctor(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<Options>()
  if (o.list) return listChecks(o)
  if (o.record && o.only !== undefined) throw new UsageError('--record keeps the verdict about everything: leave --only out')
  const only = await wanted(o.only)
  const { toResult } = await import('../operations/doctor/run-doctor.ts')
  const { judged, mended } = await examinePatiently(o, only)
  if (o.record) await record(judged)
  const results = judged.map((j) => toResult(j, o.lang))
  const fails = results.some((r) => r.status === 'fail')
  const warns = results.some((r) => r.status === 'warn')
  const value = { ok: !fails, checks: results, ...(mended ? { mended } : {}) }
  print(o.json ?? false, value, mended?.length === 0 ? [] : await lines(judged, o.lang))
  if (fails) throw new Ended(FAILS)
  if (warns && o.strict) throw new Ended(WARNS)
}
