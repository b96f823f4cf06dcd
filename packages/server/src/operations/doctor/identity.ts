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

type Living = { id: string; host: string; pid: number }
/** The processes that say in this database that they live: those of a server that was left behind beat in another one. */
const livingProcesses = async (db: DoctorDatabase): Promise<Living[]> =>
  db.ask<Living>(`select id::text id, host, pid from door_processes() where silent_seconds <= ${LOST_SECONDS}`).catch(() => [])

/** Processes of this installation on this machine, or in this container. */
export const processesHere = async ({ database }: DoctorEnv): Promise<number[]> =>
  database ? (await livingProcesses(database)).filter((p) => p.host === hostname()).map((p) => p.pid) : []

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
  const living = proof && env.database ? await livingProcesses(env.database) : []
  const ours = living.some((p) => proofOf(p.id, nonce) === proof)
  const whose: Whose = ours ? 'ours' : proof && living.length > 0 ? 'stranger' : 'unknown'
  return { alive, whose, status: answer.status, date: answer.headers.get('date') }
}
