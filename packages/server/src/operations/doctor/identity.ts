import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { proofOf } from '../../features/health/health.ts'
import type { DoctorDatabase, DoctorEnv } from './doctor-env.ts'

const ANSWER_MS = 5000
/** As on the status page: who has been silent for so long is gone. */
const LOST_SECONDS = 60

/** `unknown`: it answers as Atende does; whether it is this installation cannot be seen (an older version, no database). */
export type Whose = 'ours' | 'stranger' | 'unknown'
export type Answerer = { alive: boolean; whose: Whose; status: number; date: string | null }

type Known = { id: string; host: string; pid: number; living: boolean }
/** The processes that this database knows, also those that fell silent. Those of a server that was left behind beat in another one. */
const knownProcesses = async (db: DoctorDatabase): Promise<Known[]> =>
  db.ask<Known>(`select id::text id, host, pid, silent_seconds <= ${LOST_SECONDS} living from door_processes()`).catch(() => [])

/** Processes of this installation on this machine, or in this container. */
export const processesHere = async ({ database }: DoctorEnv): Promise<number[]> =>
  database ? (await knownProcesses(database)).filter((p) => p.living && p.host === hostname()).map((p) => p.pid) : []

const AGAIN_MS = 1000

/** Asks who answers at an address. @throws when nobody does */
export async function whoAnswers(env: DoctorEnv, base: string): Promise<Answerer> {
  const first = await askWho(env, base)
  if (first.whose !== 'stranger') return first
  // One that has started this second may not have said so yet.
  await new Promise((done) => setTimeout(done, AGAIN_MS))
  return askWho(env, base)
}

async function askWho(env: DoctorEnv, base: string): Promise<Answerer> {
  const nonce = randomBytes(16).toString('hex')
  const answer = await env.outgoing.fetch(`${base}/alive?nonce=${nonce}`, { timeoutMs: ANSWER_MS })
  const text = await answer.text()
  const alive = answer.ok && /"status":"alive"/.test(text)
  const proof = /"proof":"([0-9a-f]{64})"/.exec(text)?.[1]
  const known = proof && env.database ? await knownProcesses(env.database) : []
  const answering = known.find((p) => proofOf(p.id, nonce) === proof)
  // One that is silent here and answers may be too busy to say so in the database, or stand beside a copy of it.
  const silent = answering !== undefined && !answering.living
  const stranger = proof && !answering && known.some((p) => p.living)
  const whose: Whose = answering && !silent ? 'ours' : stranger ? 'stranger' : 'unknown'
  return { alive, whose, status: answer.status, date: answer.headers.get('date') }
}
