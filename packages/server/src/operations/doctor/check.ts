import type { DoctorEnv } from './doctor-env.ts'

export type Language = 'en' | 'pt-BR'
export type Both = { en: string; pt: string }
export type Status = 'ok' | 'warn' | 'fail' | 'skipped'
/** Pages of deploy/runbooks. */
export type Runbook =
  | 'start'
  | 'database'
  | 'redis'
  | 'webhook'
  | 'messages-stuck'
  | 'certificate'
  | 'disk'
  | 'memory'
  | 'restore'
  | 'lost-master-key'
  | 'token-revoked'
  | 'personal-data-incident'
  | 'move-server'

/** What the doctor may mend by itself: it drops nothing, restarts nothing, and can be repeated. */
export type Fix = {
  what: Both
  run: () => Promise<void>
  /** Only a person can know it: `--yes` alone is not enough, the check must be named. */
  asksPerson?: boolean
}

/** One thing that was seen. Several of one id become one result: the worst decides. */
export type Finding<Id extends string = string> = { id: Id; status: Status; message: Both; todo?: Both | undefined; fix?: Fix | undefined }

export type CheckText = { title: Both; todo: Both; runbook?: Runbook }
/** Checks that look at one thing together. `needs`: without the database all of them are skipped. */
export type Family = { texts: Record<string, CheckText>; needs?: 'database'; run: (env: DoctorEnv) => Promise<Finding[]> }

/** Keeps the ids of a family's findings within its texts. */
export const family = <Id extends string>(
  texts: Record<Id, CheckText>,
  run: (env: DoctorEnv) => Promise<readonly Finding<NoInfer<Id>>[]>,
  needs?: 'database',
): Family => ({
  texts,
  run: async (env) => [...(await run(env))],
  ...(needs ? { needs } : {}),
})

export const both = (en: string, pt: string): Both => ({ en, pt })
type More = { todo?: Both | undefined; fix?: Fix | undefined }
const finding =
  (status: Status) =>
  <Id extends string>(id: Id, en: string, pt: string, more: More = {}): Finding<Id> => ({ id, status, message: both(en, pt), ...more })
export const ok = finding('ok')
export const warn = finding('warn')
export const bad = finding('fail')
export const skipped = finding('skipped')

/** The finding of a figure that has two lines: beyond the first it is worth a look, beyond the second it is wrong. */
export const judge = <Id extends string>(id: Id, status: Status, message: Both, more: More = {}): Finding<Id> => ({ id, status, message, ...more })

/** How the reader of a report knows a check. */
export type CheckResult = {
  id: string
  title: string
  status: Status
  message: string
  todo: string | null
  runbook: Runbook | null
  fix?: string
}
