import { clockAhead, isClockKept } from '../probe/clock.ts'
import { both, type Finding, judge, ok, skipped, warn } from './check.ts'
import type { DoctorEnv } from './doctor-env.ts'

type Id = 'network.clock'

/** Beyond it, signatures and codes of a second factor are refused. */
const SKEW_WARN = 5
const SKEW_BAD = 30
const skew = (seconds: number, of: string): Finding<Id> => {
  const off = Math.abs(seconds)
  return judge(
    'network.clock',
    off > SKEW_BAD ? 'fail' : off > SKEW_WARN ? 'warn' : 'ok',
    both(`${of}: ${off.toFixed(0)} s apart`, `${of}: ${off.toFixed(0)} s de diferença`),
  )
}

/** Of what may stand on this very machine only a difference says something: agreeing with itself is no proof. */
const onlyOff = (found: Finding<Id>): Finding<Id>[] => (found.status === 'ok' ? [] : [found])

async function databaseClock({ database }: DoctorEnv): Promise<Finding<Id>[]> {
  if (!database) return []
  const before = Date.now()
  const [row] = await database.ask<{ now: number }>('select extract(epoch from clock_timestamp())::float8 now')
  const middle = (before + Date.now()) / 2000
  return onlyOff(skew((row?.now ?? middle) - middle, 'PostgreSQL'))
}

async function outerClock(env: DoctorEnv): Promise<Finding<Id>> {
  const ahead = await clockAhead(env.outgoing, env.config)
  if (ahead !== undefined) return skew(ahead, 'WhatsApp')
  const kept = await isClockKept()
  if (kept === undefined) return skipped('network.clock', 'nothing outside of this machine tells the time', 'nada fora desta máquina informa a hora')
  return kept
    ? ok('network.clock', 'kept right by NTP (timedatectl)', 'mantido certo por NTP (timedatectl)')
    : warn('network.clock', 'not kept right: NTPSynchronized=no (timedatectl)', 'sem sincronização: NTPSynchronized=no (timedatectl)')
}

/** @param publicDate the Date header of PUBLIC_URL */
export async function checkClock(env: DoctorEnv, publicDate: string | null): Promise<Finding<Id>[]> {
  const shown = publicDate ? onlyOff(skew((Date.parse(publicDate) - Date.now()) / 1000, 'PUBLIC_URL')) : []
  return [...shown, ...(await databaseClock(env).catch(() => [])), await outerClock(env)]
}
