import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { bad, both, type Finding, ok, skipped, warn } from './check.ts'
import type { DoctorEnv } from './doctor-env.ts'
import { readGateway, readListeners } from './listeners.ts'

type Id = 'network.closed_ports' | 'network.own_ports'

/** Never for the outside: PostgreSQL, Redis, Atende's own ports behind the proxy, metrics. */
const INNER = [5432, 6379, 3000, 3001, 3002, 3011, 3012, 9090, 9093, 9100]

export const opens = (host: string, port: number, timeout = 5000): Promise<void> =>
  new Promise((done, failed) => {
    const socket = connect({ host, port, timeout }, () => {
      socket.destroy()
      done()
    })
    socket.once('error', failed)
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
  })

export function judgePorts(text: string, ports: readonly number[]): Finding<Id>[] {
  const open = readListeners(text).filter((l) => !l.loopback && ports.includes(l.port))
  if (open.length === 0) return [ok('network.closed_ports', `none of ${ports.join(', ')}`, `nenhuma de ${ports.join(', ')}`)]
  const said = [...new Set(open.map((l) => `${l.address}:${l.port}`))].join(', ')
  return [bad('network.closed_ports', `${said} listens for everybody`, `${said} atende qualquer um`)]
}

const KNOCK_MS = 2000
/** Which of these ports answers at an address. */
const knock = async (host: string, ports: readonly number[]): Promise<string[]> => {
  const seen = ports.map((port) =>
    opens(host, port, KNOCK_MS).then(
      () => [`${host}:${port}`],
      () => [],
    ),
  )
  return (await Promise.all(seen)).flat()
}

const ON_HOST = "sudo ss -Hltn | grep -vE '127\\.0\\.0\\.|\\[::1\\]'"

/**
 * What listens on the machine cannot be read in a container; but what it publishes for everybody answers at the gateway, and at the
 * public address. `url`: PUBLIC_URL, when it is this installation for certain: nobody else's doors are tried.
 */
async function knockFromContainer(env: DoctorEnv, url: URL | undefined): Promise<Finding<Id>[]> {
  const gateway = existsSync('/proc/net/route') ? readGateway(readFileSync('/proc/net/route', 'utf8')) : undefined
  const outside = url ? (env.hostAddress(url.hostname) ?? url.hostname) : undefined
  const places = [gateway, outside].filter((p): p is string => p !== undefined && !p.startsWith('127.'))
  const open = (await Promise.all(places.map((place) => knock(place, INNER)))).flat()
  if (open.length > 0)
    return [bad('network.closed_ports', `${open.join(', ')} answers from outside the containers`, `${open.join(', ')} responde fora dos contêineres`)]
  const seen = places.length > 0 ? both(`nothing answers at ${places.join(', ')}; `, `nada responde em ${places.join(', ')}; `) : both('', '')
  return [
    skipped(
      'network.closed_ports',
      `in a container: ${seen.en}for certain only the host knows (80 and 443 alone): ${ON_HOST}`,
      `em contêiner: ${seen.pt}com certeza só o host sabe (apenas 80 e 443): ${ON_HOST}`,
    ),
  ]
}

const portOf = (url: string): number => Number(new URL(url).port || 80)

/** @param url PUBLIC_URL, when this installation answers there */
export async function checkPorts(env: DoctorEnv, url: URL | undefined): Promise<Finding<Id>[]> {
  if (env.container) return knockFromContainer(env, url)
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((f) => existsSync(f))
  if (tables.length === 0) return []
  const database = env.database ? [Number(new URL(env.database.ownerUrl).port || 5432)] : []
  const own = [env.config.PORT, env.serverUrl ? portOf(env.serverUrl) : env.config.PORT].filter((p) => p > 0 && env.config.TRUSTED_PROXIES.length > 0)
  const ports = [...new Set([...INNER, ...database, ...own])]
  return judgePorts(tables.map((f) => readFileSync(f, 'utf8')).join('\n'), ports)
}

/** Parts of a list as ip_local_reserved_ports has it: "8080,9148-9150". */
const isListed = (list: string, port: number): boolean =>
  list
    .trim()
    .split(',')
    .filter(Boolean)
    .map((part) => part.split('-').map(Number))
    .some(([first = 0, last = first]) => port >= first && port <= last)

/**
 * What listens at a port of the range for outgoing connections (https://docs.kernel.org/networking/ip-sysctl.html) cannot start while
 * such a connection happens to hold it.
 * @param range ip_local_port_range; `reserved`: ip_local_reserved_ports
 */
export function judgeOwnPorts(range: string, reserved: string, ports: readonly number[]): Finding<Id> {
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number)
  const taken = ports.filter((port) => port >= first && port <= last && !isListed(reserved, port))
  const [said, between] = [taken.join(', '), `${first}–${last}`]
  // The list is one for the whole machine: what stands there stays.
  const list = [reserved.trim(), ...taken].filter((part) => part !== '').join(',')
  const reserve = `echo 'net.ipv4.ip_local_reserved_ports = ${list}' | sudo tee /etc/sysctl.d/60-atende.conf && sudo sysctl --system`
  const restart = "sudo systemctl restart atende-postgres 'atende-web@*' 'atende-worker@*' atende-backup"
  return taken.length === 0
    ? ok('network.own_ports', `${ports.join(', ')}: outside of ${between}`, `${ports.join(', ')}: fora de ${between}`)
    : warn(
        'network.own_ports',
        `${said}: an outgoing connection may hold it (${between}) when Atende starts`,
        `${said}: uma conexão de saída pode ocupá-la (${between}) quando o Atende iniciar`,
        {
          todo: both(
            `keep it free, without a pause: ${reserve}\nor choose one below ${first} (PORT, EMBEDDED_PORT), then restart all, with a pause: ${restart}`,
            `reserve-a, sem pausa: ${reserve}\nou escolha uma abaixo de ${first} (PORT, EMBEDDED_PORT) e reinicie tudo, com uma pausa: ${restart}`,
          ),
        },
      )
}

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports'
/** Ports that the settings fix; where the next free one serves as well, nothing waits for one. */
export function checkOwnPorts({ config, container }: DoctorEnv): Finding<Id>[] {
  const database = config.EMBEDDED_DATABASE === 'shared' && !config.DATABASE_URL ? [config.EMBEDDED_PORT] : []
  const ports = [...(config.PORT_SEARCH || config.PORT === 0 ? [] : [config.PORT]), ...database]
  if (container || ports.length === 0 || !existsSync(RANGE)) return []
  return [judgeOwnPorts(readFileSync(RANGE, 'utf8'), existsSync(RESERVED) ? readFileSync(RESERVED, 'utf8') : '', ports)]
}
