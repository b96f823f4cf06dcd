import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'

const CONFIG = `[ca]
default_ca = ours
[ours]
dir = .
database = index.txt
serial = serial
new_certs_dir = new
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const stamp = (at: number): string => `${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`

/** An authority of the test's own, made by openssl. */
export function createAuthority() {
  const dir = mkdtempSync(path.join(tmpdir(), 'atende-ca-'))
  const openssl = (...args: string[]) => {
    const r = spawnSync('openssl', args, { cwd: dir, encoding: 'utf8' })
    if (r.error) throw new Error('These tests need openssl. Install it (Debian: apt-get install openssl).')
    if (r.status !== 0) throw new Error(`openssl ${args[0]}: ${r.stderr}`)
  }
  mkdirSync(path.join(dir, 'new'))
  writeFileSync(path.join(dir, 'ca.cnf'), CONFIG)
  writeFileSync(path.join(dir, 'index.txt'), '')
  writeFileSync(path.join(dir, 'serial'), '01\n')
  openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=Authority of a test')
  let count = 0
  return {
    file: path.join(dir, 'ca.pem'),
    /** For `name`, ending in so many days (also behind us), or at a moment. */
    issue(name: string, ends: number | Date): { key: string; cert: string } {
      const n = `c${count++}`
      const end = typeof ends === 'number' ? Date.now() + ends * 86_400_000 : ends.getTime()
      openssl('req', ...KEY, '-keyout', `${n}.key`, '-out', `${n}.csr`, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`)
      const dates = ['-startdate', stamp(Math.min(end, Date.now()) - 86_400_000), '-enddate', stamp(end)]
      openssl('ca', '-batch', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', `${n}.csr`, '-out', `${n}.pem`, '-notext', ...dates)
      return { key: readFileSync(path.join(dir, `${n}.key`), 'utf8'), cert: readFileSync(path.join(dir, `${n}.pem`), 'utf8') }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** Ends TLS in front of a server, as nginx does; `change` stands for what goes wrong in front. */
export async function startTlsProxy(certificate: { key: string; cert: string }, target: string, { host = '127.0.0.1', port = 0 } = {}) {
  const change: { date: string | undefined; answer: ((url: string) => string | undefined) | undefined } = { date: undefined, answer: undefined }
  const server = createServer(certificate, (incoming, outgoing) => {
    const instead = change.answer?.(incoming.url ?? '')
    if (instead !== undefined) return void outgoing.end(instead)
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
    const onward = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...(change.date ? { date: change.date } : {}) })
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  })
  await new Promise<void>((done) => server.listen(port, host, done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    change,
    use: (other: { key: string; cert: string }) => server.setSecureContext(other),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
