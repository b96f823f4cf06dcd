/**
 * Stands in for `docker` and `docker compose` where there is no engine: the commands that deploy/lib/services.sh gives, on processes of
 * this machine; docker.sh calls it. Every call is written down. Containers are named like their services; ports are told apart by PORTS.
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const HOME = process.env.STAND_IN_HOME ?? '.'
const PORTS: Record<string, string> = JSON.parse(process.env.STAND_IN_PORTS ?? '{}')
const args = process.argv.slice(2)
const pidFile = (service: string) => path.join(HOME, `${service}.pid`)
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(path.join(HOME, '.env'), 'utf8'))?.[1] ?? ''
const log = (line: string) => appendFileSync(path.join(HOME, 'calls'), `${line}\n`)
const said = (name: string) => (existsSync(path.join(HOME, name)) ? readFileSync(path.join(HOME, name), 'utf8') : '')
const last = args.at(-1) ?? ''

function lives(service: string): boolean {
  if (!existsSync(pidFile(service))) return false
  const pid = readFileSync(pidFile(service), 'utf8')
  // One that has ended and was not collected yet still takes signals.
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] : undefined
  return state !== 'Z' && spawnSync('kill', ['-0', pid]).status === 0
}

/** A container of Atende, as far as an update asks it. Version 0.3.0 is never ready. */
function serve(version: string, port: number): void {
  const answers: Record<string, [number, string, string]> = {
    '/ready': version === '0.3.0' ? [503, 'application/json', '{}'] : [200, 'application/json', '{}'],
    '/health': [200, 'application/json', JSON.stringify({ status: 'healthy', version })],
    '/entrar': [200, 'text/html', '<div id="root"></div>'],
    '/webhooks/whatsapp': [403, 'application/problem+json', '{"code":"verification_refused"}'],
  }
  const server = createServer((request, response) => {
    const [status, type, body] = answers[(request.url ?? '').split('?')[0] ?? ''] ?? [404, 'text/plain', '']
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  server.listen(port, '127.0.0.1')
  process.once('SIGTERM', () => process.exit(0))
  // Whatever becomes of the test, this ends.
  setTimeout(() => process.exit(0), 600_000)
}

function compose(words: string[]): number {
  const [verb, ...rest] = words[0] === '-f' ? words.slice(2) : words
  log(`compose ${words.join(' ')}`)
  if (verb === 'up' && PORTS[last]) {
    const version = setting(`ATENDE_${last.endsWith('blue') ? 'BLUE' : 'GREEN'}_VERSION`)
    const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, 'serve', version, PORTS[last] ?? ''], { detached: true, stdio: 'ignore' })
    writeFileSync(pidFile(last), String(child.pid))
    child.unref()
  }
  if (verb === 'stop') {
    spawnSync('kill', ['-TERM', readFileSync(pidFile(last), 'utf8')])
    for (let n = 0; n < 100 && lives(last); n++) spawnSync('sleep', ['0.05'])
  }
  if (verb === 'run' && rest.includes('--plan')) process.stdout.write('{ "migrations": [] }\n')
  if (verb === 'run' && rest.includes('facts')) process.stdout.write(said('facts'))
  if (verb === 'run' && rest.includes('begin')) process.stdout.write('{ "id": "019a0000-0000-7000-8000-000000000001" }\n')
  return 0
}

function exec(words: string[]): number {
  const [container = '', ...command] = words[0] === '-i' ? words.slice(1) : words
  if (container !== 'nginx') {
    const url = (command.at(-1) ?? '').replace(':3000', `:${PORTS[container]}`)
    return spawnSync(command[0] ?? '', [...command.slice(1, -1), url], { stdio: 'inherit' }).status ?? 1
  }
  if (command[0] === 'nginx') {
    log(command.join(' '))
    return 0
  }
  return (
    spawnSync(
      command[0] ?? '',
      command.slice(1).map((w) => w.replaceAll('/etc/nginx/atende', HOME)),
      { stdio: 'inherit' },
    ).status ?? 1
  )
}

/** Images 0.1.0 to 0.3.0 are there, but for those that stand in `missing`. */
function image(verb: string | undefined): number {
  if (verb === 'ls') process.stdout.write(said('tags'))
  if (verb === 'rm') log(`image rm ${last}`)
  if (verb !== 'inspect') return 0
  return /:0\.[123]\.0$/.test(last) && !said('missing').split('\n').includes(last) ? 0 : 1
}

function build(): number {
  const option = (name: string) => args[args.indexOf(name) + 1] ?? ''
  log(`build ${option('--target')} ${option('-t')}`)
  return existsSync(option('-f')) && option('-f').startsWith(`${last}/`) ? 0 : 1
}

const verbs: Record<string, () => number> = {
  compose: () => compose(args.slice(1)),
  exec: () => exec(args.slice(1)),
  image: () => image(args[1]),
  build,
  inspect: () => {
    process.stdout.write('172.20.0.7\n')
    return 0
  },
  logs: () => {
    process.stdout.write(said('nginx.log'))
    return 0
  },
}
if (args[0] === 'serve') serve(args[1] ?? '', Number(args[2]))
else process.exit(verbs[args[0] ?? '']?.() ?? 1)
