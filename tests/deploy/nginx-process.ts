import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../packages/server/src/platform/ports.ts'
import { eventually } from '../../packages/server/src/testing/test-server.ts'

const BINARY = process.env.NGINX_BINARY ?? ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync)
const DEPLOY = path.resolve(import.meta.dirname, '../../deploy/nginx')
export const DOMAIN = 'atende.test'

export type Ask = {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: Buffer | string
  secure?: boolean
  host?: string /** The visitor's own address, of 127.0.0.0/8. */
  from?: string
}
export type Heard = { status: number; headers: http.IncomingHttpHeaders; raw: string[]; bytes: Buffer; text: string }

let next = 28_000 + (process.pid % 40) * 20
/** A port that nobody listens on now, another each time. */
export async function anyPort(): Promise<number> {
  const port = await freePort(next)
  next = port + 1
  return port
}

function makeCertificate(folder: string): { certificate: string; key: string } {
  const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${DOMAIN}`]
  const r = spawnSync('openssl', [...args, '-addext', `subjectAltName=DNS:${DOMAIN},DNS:*.${DOMAIN}`, '-keyout', key, '-out', certificate], {
    encoding: 'utf8',
  })
  if (r.status !== 0) throw new Error(`openssl: ${r.stderr}${r.error ?? ''}`)
  return { certificate, key }
}

/** The main file as it is, in a folder of the test's own. */
function mainFile(folder: string, site: string): string {
  const text = readFileSync(path.join(DEPLOY, 'nginx.conf'), 'utf8')
    .replaceAll('/var/cache/nginx', path.join(folder, 'cache'))
    .replace('/run/nginx/nginx.pid', path.join(folder, 'nginx.pid'))
    .replace('error_log stderr', `error_log ${path.join(folder, 'error.log')}`)
    .replace('/etc/nginx/atende-site', site)
  const file = path.join(folder, 'nginx.conf')
  writeFileSync(file, `${process.getuid?.() === 0 ? 'user root;\n' : ''}${text}`)
  return file
}

/** The real nginx with Atende's configuration, a self-signed certificate and free ports of 127.0.0.1, in front of `upstream`. */
export async function startNginx(upstream: string, settings: Record<string, string> = {}) {
  if (!BINARY) throw new Error('The tests of nginx need it. Install it (Debian: apt-get install nginx-light) or set NGINX to its path.')
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-nginx-'))
  chmodSync(folder, 0o755)
  mkdirSync(path.join(folder, 'cache'))
  const { certificate, key } = makeCertificate(folder)
  const [plainPort, securePort] = [await anyPort(), await anyPort()]
  const [site, state, acme] = [path.join(folder, 'site'), path.join(folder, 'state'), path.join(folder, 'acme')]
  const rendered = spawnSync('sh', [path.join(DEPLOY, 'render.sh')], {
    encoding: 'utf8',
    env: {
      ...process.env,
      ATENDE_DOMAIN: DOMAIN,
      ATENDE_SITE_DIR: site,
      ATENDE_STATE_DIR: state,
      ATENDE_ACME_DIR: acme,
      ATENDE_CACHE_DIR: path.join(folder, 'cache/atende'),
      ATENDE_ACCESS_LOG: path.join(folder, 'access.log'),
      ATENDE_UPSTREAM: upstream,
      ATENDE_HTTP_LISTEN: `127.0.0.1:${plainPort}`,
      ATENDE_HTTPS_LISTEN: `127.0.0.1:${securePort}`,
      TLS_CERTIFICATE: certificate,
      TLS_KEY: key,
      ...settings,
    },
  })
  if (rendered.status !== 0) throw new Error(`render.sh: ${rendered.stderr}`)
  const config = mainFile(folder, site)
  const checked = spawnSync(BINARY, ['-t', '-c', config], { encoding: 'utf8' })
  if (checked.status !== 0) throw new Error(checked.stderr)
  const child: ChildProcess = spawn(BINARY, ['-c', config, '-g', 'daemon off;'], { stdio: 'ignore' })
  await eventually(
    () =>
      new Promise<boolean>((done) => {
        const socket = connect(securePort, '127.0.0.1', () => done(!socket.destroy().connecting))
        socket.once('error', () => done(false))
      }),
  )

  const call = (o: Ask): { to: http.RequestOptions; send: typeof http.request } => {
    const secure = o.secure ?? true
    const port = secure ? securePort : plainPort
    const to = {
      host: '127.0.0.1',
      port,
      method: o.method ?? 'GET',
      path: o.path ?? '/',
      headers: { host: o.host ?? `${DOMAIN}:${port}`, ...o.headers },
      localAddress: o.from ?? '127.0.0.1',
    }
    return secure
      ? { to: { ...to, servername: DOMAIN, rejectUnauthorized: false, agent: false } as https.RequestOptions, send: https.request }
      : { to, send: http.request }
  }
  return {
    folder,
    state,
    acme,
    plainPort,
    securePort,
    certificate,
    url: `https://${DOMAIN}:${securePort}`,
    /** One request, each on a connection of its own. */
    ask(o: Ask = {}): Promise<Heard> {
      const { to, send } = call(o)
      return new Promise((done, failed) => {
        const request = send(to, (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (d) => parts.push(d))
          answer.once('error', failed)
          answer.once('end', () => {
            const bytes = Buffer.concat(parts)
            done({ status: answer.statusCode ?? 0, headers: answer.headers, raw: answer.rawHeaders, bytes, text: bytes.toString('utf8') })
          })
        })
        request.once('error', failed)
        request.end(o.body)
      })
    },
    log: () => readFileSync(path.join(folder, 'access.log'), 'utf8'),
    async close() {
      const gone = new Promise<void>((done) => child.once('exit', () => done()))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Nginx = Awaited<ReturnType<typeof startNginx>>
