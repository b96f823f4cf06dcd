import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { freePort } from '../../packages/server/src/platform/ports.ts'
import { eventually } from '../../packages/server/src/testing/test-server.ts'
import { createAuthority } from '../../packages/server/src/testing/tls-stand-in.ts'

export const STAGE_HOST = 'atende.test'
const NGINX = process.env.NGINX_BINARY ?? ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync)

/** The real nginx in front, with its files below the stage. */
export async function startNginx(at: (...parts: string[]) => string, webPorts: readonly number[], base: number) {
  if (!NGINX) throw new Error('The tests of runbooks need nginx. Install it (Debian: apt-get install nginx-light) or set NGINX to its path.')
  const binary = NGINX
  const authority = createAuthority()
  const port = await freePort(base)
  const plainPort = await freePort(base + 10)
  const live = at('etc/letsencrypt/live', STAGE_HOST)
  for (const folder of [live, at('etc/nginx'), at('var/log/nginx'), at('tmp')]) mkdirSync(folder, { recursive: true })
  const config = at('etc/nginx/nginx.conf')
  const log = at('var/log/nginx/error.log')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${at('tmp', n)};`).join(' ')

  // The colour that does not run refuses, and the other one is asked.
  const upstream = `upstream atende_web { ${webPorts.map((p) => `server 127.0.0.1:${p} max_fails=0;`).join(' ')} }`
  const pass = (scheme: string) =>
    `location / { proxy_pass http://atende_web; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto ${scheme}; }`
  /** `rule`: what somebody has put in front. The plain port is the test's own way in. */
  const configure = (rule = '') =>
    writeFileSync(
      config,
      `daemon off; pid ${at('nginx.pid')}; error_log ${log} notice; worker_processes 1; events {}
http { access_log off; ${temporary} ${upstream}
  server { listen 127.0.0.1:${plainPort}; client_max_body_size 20m; ${pass('http')} }
  server { listen 127.0.0.1:${port} ssl; server_name ${STAGE_HOST}; ssl_certificate ${live}/fullchain.pem; ssl_certificate_key ${live}/privkey.pem; ${rule}
    ${pass('https')} } }\n`,
    )
  const certify = (days: number): void => {
    const { key, cert } = authority.issue(STAGE_HOST, days)
    writeFileSync(`${live}/privkey.pem`, key, { mode: 0o600 })
    writeFileSync(`${live}/fullchain.pem`, cert)
  }
  const retired = () => readFileSync(log, 'utf8').split('gracefully shutting down').length
  certify(60)
  configure()
  const child: ChildProcess = spawn(binary, ['-c', config, '-p', at('.')], { stdio: 'ignore' })
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  await eventually(() => existsSync(at('nginx.pid')))
  return {
    port,
    plainPort,
    authority,
    configure,
    certify,
    binary,
    config,
    /** Until the workers of before have retired. */
    async reload() {
      const before = retired()
      child.kill('SIGHUP')
      await eventually(() => retired() > before)
    },
    async close() {
      child.kill('SIGTERM')
      await gone
      authority.remove()
    },
  }
}
export type FrontDoor = Awaited<ReturnType<typeof startNginx>>
