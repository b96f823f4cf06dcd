import { Redis } from 'ioredis'
import { within } from '../../../platform/health.ts'
import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, warn } from '../check.ts'
import { reasonOf } from '../doctor-env.ts'

const texts = {
  'redis.reachable': {
    title: both('Redis answers', 'o Redis responde'),
    todo: both(
      'systemctl start redis-server (plain) or docker compose up -d redis (compose); check REDIS_URL',
      'systemctl start redis-server (direto) ou docker compose up -d redis (compose); confira REDIS_URL',
    ),
    runbook: 'redis',
  },
  'redis.policy': {
    title: both('Redis throws nothing away', 'o Redis não descarta nada'),
    todo: both(
      'set maxmemory-policy noeviction in redis.conf (now: redis-cli config set maxmemory-policy noeviction)',
      'defina maxmemory-policy noeviction no redis.conf (já: redis-cli config set maxmemory-policy noeviction)',
    ),
    runbook: 'redis',
  },
  'redis.memory': {
    title: both('Redis has memory left', 'o Redis tem memória livre'),
    todo: both(
      'raise maxmemory; Atende needs a few MiB, so look who else uses this Redis',
      'aumente maxmemory; o Atende usa poucos MiB, veja quem mais usa este Redis',
    ),
    runbook: 'redis',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const CONNECT_MS = 3000
const LEAST = 6.2

const fieldsOf = (info: string): Map<string, string> =>
  new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const [name, ...value] = line.split(':')
      return name && value.length > 0 ? [[name, value.join(':')]] : []
    }),
  )

function judgeInfo(info: Map<string, string>): Finding<Id>[] {
  const version = info.get('redis_version') ?? '?'
  const policy = info.get('maxmemory_policy') ?? '?'
  const [used, max] = [Number(info.get('used_memory') ?? 0), Number(info.get('maxmemory') ?? 0)]
  const mib = (n: number) => `${Math.round(n / 1048576)} MiB`
  const full: Status = max > 0 && used > max * 0.95 ? 'fail' : max > 0 && used > max * 0.8 ? 'warn' : 'ok'
  const old = Number.parseFloat(version) < LEAST
  const kept = info.get('aof_enabled') === '1' ? 'appendonly' : 'no appendonly'
  return [
    (old ? warn : ok)(
      'redis.reachable',
      `Redis ${version}, ${kept} (counts may be lost)${old ? `; ${LEAST} or later is needed` : ''}`,
      `Redis ${version}, ${kept} (as contagens podem se perder)${old ? `; exige ${LEAST} ou mais nova` : ''}`,
    ),
    policy === 'noeviction' ? ok('redis.policy', policy, policy) : bad('redis.policy', `maxmemory-policy is ${policy}`, `maxmemory-policy é ${policy}`),
    judge('redis.memory', full, both(`${mib(used)} of ${max > 0 ? mib(max) : 'no limit'}`, `${mib(used)} de ${max > 0 ? mib(max) : 'sem limite'}`)),
  ]
}

export const redisChecks = family(texts, async ({ config }) => {
  if (!config.REDIS_URL) return []
  const redis = new Redis(config.REDIS_URL, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let told: unknown
  redis.on('error', (e) => {
    told = e
  })
  try {
    await within(CONNECT_MS, redis.connect())
    return judgeInfo(fieldsOf(await within(CONNECT_MS, redis.info())))
  } catch (e) {
    const why = reasonOf(told ?? e)
    return [bad('redis.reachable', `${why}; limits are counted in PostgreSQL meanwhile`, `${why}; enquanto isso os limites são contados no PostgreSQL`)]
  } finally {
    redis.disconnect()
  }
})
