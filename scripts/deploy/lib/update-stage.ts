import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../../packages/server/src/platform/ports.ts'

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..')
export const NGINX = process.env.NGINX_BINARY ?? ['/usr/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync)

/** What a release needs; tests and the sources of the web client are no part of it. */
const PARTS = ['packages/contracts', 'packages/server', 'packages/whatsapp-emulator', 'deploy', 'LICENSE']
const unwanted = (file: string) => /(^|\/)(node_modules|dist|testing|conformance)(\/|$)|\.test\.tsx?$/.test(path.relative(REPOSITORY, file))
const PAGE = '<!doctype html><html lang="pt-BR"><head><title>Atende</title></head><body><div id="root"></div></body></html>\n'

type Edit = (file: string, change: (text: string) => string) => void
/** A tree that calls itself `version`, and differs in what `edit` does to it. The libraries are ours. */
export function makeRelease(to: string, version: string, edit: (edit: Edit) => void = () => {}): string {
  for (const part of PARTS) cpSync(path.join(REPOSITORY, part), path.join(to, part), { recursive: true, filter: (f) => !unwanted(f) })
  const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'))
  writeFileSync(path.join(to, 'package.json'), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
  for (const modules of ['node_modules', 'packages/server/node_modules']) {
    if (existsSync(path.join(REPOSITORY, modules))) symlinkSync(path.join(REPOSITORY, modules), path.join(to, modules))
  }
  const dist = path.join(to, 'packages/web/dist')
  mkdirSync(path.join(dist, 'assets'), { recursive: true })
  writeFileSync(path.join(dist, 'index.html'), PAGE)
  writeFileSync(path.join(dist, `assets/piece-${version}.js`), `// a piece of ${version}\n`)
  edit((file, change) => {
    const at = path.join(to, file)
    writeFileSync(at, change(existsSync(at) ? readFileSync(at, 'utf8') : ''))
  })
  return to
}

const nginxConfig = (root: string, port: number) => `
daemon off; worker_processes 2; pid ${root}/nginx/nginx.pid; error_log ${root}/nginx/error.log error;
worker_shutdown_timeout 60s;
events { worker_connections 1024; }
http {
  access_log off; client_max_body_size 20m;
  client_body_temp_path ${root}/nginx/body; proxy_temp_path ${root}/nginx/proxy; fastcgi_temp_path ${root}/nginx/f; uwsgi_temp_path ${root}/nginx/u; scgi_temp_path ${root}/nginx/s;
  include ${root}/nginx/upstream.conf;
  map $http_upgrade $connection_of { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_of;
      proxy_read_timeout 1h;
      proxy_pass http://atende_web;
    }
  }
}
`

/** What an exec of the script said and how it ended. */
export type Ran = { status: number; said: string; seconds: number }

/**
 * A plain server in a folder: releases, settings, a real nginx, and web and worker processes in colours. Only systemd is stood in for,
 * by the `processes` kind of deploy/lib/services.sh. Its database is given.
 */
export async function openStage(database: { appUrl: string; ownerUrl: string }, limitSeconds: number) {
  if (!NGINX) throw new Error('nginx is needed (Debian: apt-get install nginx-light), or NGINX_BINARY set to its path')
  const root = mkdtempSync(path.join(tmpdir(), 'atende-update-'))
  chmodSync(root, 0o755)
  for (const folder of ['nginx', 'etc', 'data', 'opt/releases', 'build']) mkdirSync(path.join(root, folder), { recursive: true })
  const port = await freePort(19_600, '127.0.0.1')
  const ports: Record<string, string> = {}
  let next = port + 1
  for (const name of ['PORT_WEB_BLUE', 'PORT_WEB_GREEN', 'PORT_WORKER_BLUE', 'PORT_WORKER_GREEN']) {
    const found = await freePort(next, '127.0.0.1')
    ports[name] = String(found)
    next = found + 1
  }
  const url = `http://127.0.0.1:${port}`
  const values = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    TRUSTED_PROXIES: '127.0.0.1',
    DATA_DIR: path.join(root, 'data'),
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    DATABASE_POOL: '8',
    DRAIN_SECONDS: '2',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_STORE: 'memory',
    WHATSAPP_PAIR_INTERVAL_MS: '10',
    ...Object.fromEntries(['SESSION', 'TENANT_BASIC', 'SEND', 'PUBLIC', 'SOCKET_CONNECTS', 'SOCKETS_PER_USER'].map((n) => [`RATE_LIMIT_${n}`, '100000'])),
  }
  writeFileSync(
    path.join(root, 'etc/atende.env'),
    Object.entries(values)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
  )
  writeFileSync(path.join(root, 'nginx/nginx.conf'), nginxConfig(root, port))
  const opt = path.join(root, 'opt')
  const environment = {
    ...process.env,
    ...ports,
    KIND: 'processes',
    ATENDE_ROOT: opt,
    ATENDE_ETC: path.join(root, 'etc'),
    NGINX_COMMAND: `${NGINX} -c ${root}/nginx/nginx.conf`,
    NGINX_UPSTREAM: path.join(root, 'nginx/upstream.conf'),
    NGINX_ERROR_LOG: path.join(root, 'nginx/error.log'),
    STOP_SECONDS: '40',
  }
  const children: ChildProcess[] = []
  const deadline = performance.now() + limitSeconds * 1000

  function exec(command: string, args: string[], onStart: (child: ChildProcess) => void = () => {}): Promise<Ran> {
    const began = performance.now()
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    onStart(child)
    let said = ''
    const listen = (d: Buffer) => {
      said += d
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    // Bounded, so that nothing is left behind by a test that gave up: the script returns to the old version, or is ended.
    const left = Math.max(1000, deadline - performance.now())
    const late = [setTimeout(() => child.kill('SIGTERM'), left), setTimeout(() => child.kill('SIGKILL'), left + 30_000)]
    return new Promise((done, failed) => {
      child.once('error', failed)
      child.once('close', () => {
        for (const timer of late) clearTimeout(timer)
      })
      child.once('close', (status) => done({ status: status ?? -1, said, seconds: (performance.now() - began) / 1000 }))
    })
  }
  /** Functions of deploy/lib, called as the script does. */
  const shell = (line: string) => {
    const lib = path.join(REPOSITORY, 'deploy/lib')
    return exec('bash', ['-c', `set -euo pipefail; HERE=${lib}/..; . ${lib}/services.sh; . ${lib}/release.sh; ${line}`])
  }

  /** What the script remembers. */
  function stateOf(name: string): string | undefined {
    const file = path.join(opt, 'update/state')
    return existsSync(file) ? new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1] : undefined
  }

  return {
    root,
    opt,
    url,
    home: values.DATA_DIR,
    shell,
    release: (version: string, edit?: (edit: Edit) => void) => makeRelease(path.join(root, 'build', version), version, edit),
    update: (args: string[]) => exec('bash', [path.join(opt, 'current/deploy/update.sh'), ...args]),
    /** Begins an update whose script is killed in the middle of a step, as a power cut would. */
    async interrupt(args: string[], step: string): Promise<string> {
      // A process of its own looks: this one also makes the load, and may be held up for as long as the step lasts.
      const watch = 'while kill -0 "$0"; do if grep -qsx "step=$1" "$2"; then kill -9 "$0"; exit; fi; sleep 0.01; done'
      const begun = (child: ChildProcess) => void spawn('sh', ['-c', watch, String(child.pid), step, path.join(opt, 'update/state')], { stdio: 'ignore' })
      return (await exec('bash', [path.join(opt, 'current/deploy/update.sh'), ...args], begun)).said
    },
    stateOf,
    logs: () =>
      ['web-blue', 'web-green', 'worker-blue', 'worker-green']
        .map((n) => path.join(opt, 'log', `${n}.log`))
        .filter(existsSync)
        .map((f) => `${f}\n${readFileSync(f, 'utf8').slice(-2000)}`)
        .join('\n'),

    /** The first version, in blue, as the installer leaves it. */
    async install(version: string): Promise<void> {
      const from = makeRelease(path.join(root, 'build', version), version)
      writeFileSync(environment.NGINX_UPSTREAM, `# colour: blue\nupstream atende_web {\n  server 127.0.0.1:${ports.PORT_WEB_BLUE};\n  keepalive 64;\n}\n`)
      const done = await shell(`v=$(unpack_release ${from}); svc_use blue $v; ln -sfn $ATENDE_ROOT/releases/$v $ATENDE_ROOT/current
        svc_atende $v blue migrate; svc_start web blue; svc_start worker blue
        for i in $(seq 300); do [ "$(svc_get web blue /ready | cut -c 1-3)" = 200 ] && break; sleep 0.1; done
        for i in $(seq 300); do [ "$(svc_get worker blue /ready | cut -c 1-3)" = 200 ] && exit 0; sleep 0.1; done; exit 1`)
      if (done.status !== 0) throw new Error(`the first version did not start: ${done.said}`)
      children.push(spawn(NGINX ?? 'nginx', ['-c', `${root}/nginx/nginx.conf`], { stdio: 'ignore' }))
    },
    async close(): Promise<void> {
      await shell('for c in blue green; do svc_stop web $c & svc_stop worker $c & done; wait')
      for (const child of children) child.kill('SIGQUIT')
      rmSync(root, { recursive: true, force: true })
    },
  }
}
export type Stage = Awaited<ReturnType<typeof openStage>>
