import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../packages/server/src/testing/test-server.ts'

/** The start of the nginx container, with stand-ins for nginx and for the names of the network. */
const ENTRYPOINT = path.resolve(import.meta.dirname, '../../deploy/nginx/entrypoint.sh')
const root = mkdtempSync(path.join(tmpdir(), 'atende-entrypoint-'))
const at = (name: string) => path.join(root, name)
const lines = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : [])
let child: ChildProcess

const NGINX = `#!/bin/sh
case "$1" in -t) exit 0 ;; -s) echo "$2" >> ${at('reloads')}; exit 0 ;; esac
exec sleep 600
`
const GETENT = `#!/bin/sh
echo "$2" >> ${at('looks')}
[ -s ${root}/$2 ] || exit 2
while read -r one; do echo "$one STREAM"; echo "$one DGRAM"; done < ${root}/$2
`
const leadTo = (name: string, ...addresses: string[]) => writeFileSync(at(name), addresses.map((a) => `${a}\n`).join(''))
const lead = (...addresses: string[]) => leadTo('web-blue', ...addresses)
/** Until it has looked often enough to have noticed whatever there is to notice. */
const looks = (n: number) => {
  const before = lines('looks').length
  return eventually(() => lines('looks').length >= before + n, 20_000)
}

beforeAll(() => {
  mkdirSync(at('bin'))
  mkdirSync(at('state'))
  writeFileSync(at('bin/nginx'), NGINX, { mode: 0o755 })
  writeFileSync(at('bin/getent'), GETENT, { mode: 0o755 })
  writeFileSync(at('state/upstream.conf'), 'upstream atende_web {\n  server web-blue:3000;\n  keepalive 64;\n}\n')
  lead('10.0.0.1')
  child = spawn('sh', [ENTRYPOINT], {
    detached: true,
    stdio: 'ignore',
    env: {
      PATH: `${at('bin')}:${process.env.PATH}`,
      ATENDE_DOMAIN: 'atende.example',
      ATENDE_STATE_DIR: at('state'),
      ATENDE_SITE_DIR: at('site'),
      ATENDE_ACME_DIR: at('acme'),
      ATENDE_CACHE_DIR: at('cache'),
      ATENDE_OWN_CERTIFICATE: at('own'),
      ATENDE_LOOK_SECONDS: '0.1',
    },
  })
})
afterAll(() => {
  // It and its watcher: they are a group of their own.
  if (child.pid) process.kill(-child.pid, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

it('nginx reloads when a server has another address, and only then', async () => {
  await looks(4)
  expect(lines('reloads')).toEqual([])
  // A command that runs beside the server under its name.
  lead('10.0.0.1', '10.0.0.2')
  await looks(4)
  expect(lines('reloads')).toEqual([])
  lead('10.0.0.3')
  await eventually(() => lines('reloads').length === 1, 20_000)
  await looks(4)
  expect(lines('reloads')).toEqual(['reload'])
  // Away for a while, then back as before; then back under another address.
  lead()
  await looks(4)
  lead('10.0.0.3')
  await looks(4)
  expect(lines('reloads')).toEqual(['reload'])
  lead()
  await looks(4)
  lead('10.0.0.4')
  await eventually(() => lines('reloads').length === 2, 20_000)
  // Another colour: whoever writes that reloads nginx. A look that is under way asks by the old name.
  leadTo('web-green', '10.0.0.5')
  writeFileSync(at('state/upstream.conf'), 'upstream atende_web {\n  server web-green:3000;\n}\n')
  await looks(4)
  expect(lines('reloads')).toEqual(['reload', 'reload'])
})
