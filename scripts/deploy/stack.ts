import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../packages/server/src/platform/ports.ts'
import { BASES } from './base-images.ts'
import { ROOT } from './host.ts'
import { BACKUP_IMAGE, IMAGE } from './image.ts'
import { type Ended, run, until } from './run.ts'

export const DOMAIN = 'atende.test'
export type Answer<T = Record<string, unknown>> = { status: number; headers: Record<string, string | string[] | undefined>; bytes: Buffer; body: T }
export type Call = { token?: string; body?: unknown; raw?: Buffer; headers?: Record<string, string> }

/** The real compose.yml on a copy of deploy/, with images and ports of the test. Published ports are of 127.0.0.1 only. */
export async function openStack(version: string, settings: Record<string, string> = {}) {
  const project = `atendetest${process.pid}`
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-deploy-'))
  cpSync(path.join(ROOT, 'deploy'), path.join(folder, 'deploy'), { recursive: true })
  const home = path.join(folder, 'deploy/compose')
  rmSync(path.join(home, '.env'), { force: true })
  rmSync(path.join(home, 'secrets'), { recursive: true, force: true })
  // Podman opens them minutes later, and at each container that is made anew.
  const plain = await freePort(26_900)
  const secure = await freePort(plain + 1)
  const emulator = await freePort(secure + 1)
  run('sh', ['setup.sh', '--domain', DOMAIN, '--memory', '4', '--version', version], { cwd: home })

  /** Changes settings in .env, as an operator would. */
  function set(values: Record<string, string>): void {
    const file = path.join(home, '.env')
    const names = new Set(Object.keys(values))
    const kept = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !names.has(line.split('=')[0] ?? ''))
    writeFileSync(file, `${[...kept, ...Object.entries(values).map(([k, v]) => `${k}=${v}`)].join('\n')}\n`)
  }
  set({
    ATENDE_IMAGE: IMAGE,
    ATENDE_BACKUP_IMAGE: BACKUP_IMAGE,
    // The emulator knows nginx by this name.
    ATENDE_MORE_DOMAINS: 'localhost nginx',
    ATENDE_HTTP_PUBLISH: `127.0.0.1:${plain}`,
    ATENDE_HTTPS_PUBLISH: `127.0.0.1:${secure}`,
    ATENDE_HTTPS_PORT: String(secure),
    POSTGRES_IMAGE: BASES.postgres,
    REDIS_IMAGE: BASES.redis,
    NGINX_IMAGE: BASES.nginx,
    CERTBOT_IMAGE: BASES.debian,
    ...settings,
  })

  const compose = (...args: string[]): Ended => run('podman-compose', ['-p', project, '-f', 'compose.yml', '-f', 'compose.test.yml', ...args], { cwd: home })
  /** For scripts that ask for Docker. */
  const tools = { PATH: `${path.join(import.meta.dirname, 'stack-standins')}:${process.env.PATH}`, COMPOSE_PROJECT_NAME: project }
  /** Which colour is in charge, and of which version: update.sh writes it down. */
  function current(): { colour: string; version: string } {
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(path.join(home, '.env'), 'utf8'))?.[1] ?? ''
    return { colour: value('COMPOSE_PROFILES').includes('green') ? 'green' : 'blue', version: value('ATENDE_VERSION') }
  }
  /** The operator's command, as install.sh puts it into /usr/local/bin. @throws when it fails, unless that is an answer */
  const operator = (allowFailure: boolean, args: string[]): Ended =>
    run('sh', [path.join(folder, 'deploy/bin/atende-compose'), ...args], { env: { ...tools, ATENDE_COMPOSE_DIR: home }, timeoutMs: 300_000, allowFailure })
  const atende = (...args: string[]): Ended => operator(false, args)
  const podman = (args: string[], options = {}): Ended => run('podman', args, options)
  const nameOf = (service: string) => `${project}_${service}_1`

  /** Starts one service, and says how many seconds it took until it was healthy by its own health check. */
  async function start(service: string, seconds = 90): Promise<number> {
    const began = performance.now()
    compose('up', '-d', '--no-build', service)
    await until(
      `${service} to be healthy`,
      () => {
        const state = podman(['inspect', '--format', '{{.State.Status}}', nameOf(service)]).out.trim()
        if (state === 'exited') throw new Error(`${service} has ended:\n${logs(service)}`)
        return podman(['healthcheck', 'run', nameOf(service)], { allowFailure: true }).code === 0
      },
      seconds,
    ).catch((e) => {
      throw new Error(`${e instanceof Error ? e.message : e}\n${logs(service)}`)
    })
    return (performance.now() - began) / 1000
  }
  const logs = (service: string): string => {
    const { out, err } = podman(['logs', '--tail', '40', nameOf(service)], { allowFailure: true })
    return (out + err).slice(-4000)
  }

  /** Over https through nginx, as a browser: TLS, name, one connection each. */
  function call<T = Record<string, unknown>>(method: string, url: string, options: Call = {}): Promise<Answer<T>> {
    const payload = options.raw ?? (options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body)))
    return new Promise((done, failed) => {
      const r = request(
        {
          host: '127.0.0.1',
          port: secure,
          servername: DOMAIN,
          rejectUnauthorized: false,
          agent: false,
          timeout: 30_000,
          method,
          path: url,
          headers: {
            host: DOMAIN,
            ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
            ...(options.raw || payload === undefined ? {} : { 'content-type': 'application/json' }),
            ...(payload ? { 'content-length': String(payload.length) } : {}),
            ...options.headers,
          },
        },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (d) => parts.push(d))
          answer.once('error', failed)
          answer.once('end', () => {
            const bytes = Buffer.concat(parts)
            const json = /[/+]json\b/.test(String(answer.headers['content-type']))
            done({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, body: (json ? JSON.parse(bytes.toString('utf8')) : {}) as T })
          })
        },
      )
      r.once('timeout', () => r.destroy(new Error('no answer for 30 s')))
      r.once('error', failed)
      r.end(payload)
    })
  }

  const addressOf = (service: string, network = 'front'): string =>
    podman(['inspect', '--format', `{{(index .NetworkSettings.Networks "${project}_${network}").IPAddress}}`, nameOf(service)]).out.trim()

  return {
    project,
    home,
    current,
    tools,
    atende,
    ask: (...args: string[]): Ended => operator(true, args),
    ports: { plain, secure, emulator },
    set,
    compose,
    podman,
    nameOf,
    start,
    logs,
    call,
    addressOf,
    /** Everything that was made, in whatever state it is. */
    close() {
      const mine = podman(['ps', '-aq', '--filter', `name=^${project}_`], { allowFailure: true })
        .out.split('\n')
        .filter(Boolean)
      if (mine.length > 0) run('podman', ['rm', '-f', '-v', '-t', '2', ...mine], { allowFailure: true })
      for (const kind of ['volume', 'network'] as const) {
        const names = podman([kind, 'ls', '--format', '{{.Name}}'], { allowFailure: true })
          .out.split('\n')
          .filter((n) => n.startsWith(`${project}_`))
        if (names.length > 0) run('podman', [kind, 'rm', '-f', ...names], { allowFailure: true })
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Stack = Awaited<ReturnType<typeof openStack>>
