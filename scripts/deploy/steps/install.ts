import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Machine, makeRelease, type System, startMachine } from '../machine.ts'

/**
 * deploy/install.sh on a fresh server, as root, for real: interrupted and gone on with, repeated, broken and mended, uninstalled, and
 * installed again over the data that stayed. Somebody logs in through nginx after each.
 */
const DOMAIN = 'atende.test.example'
const ANSWERS = `--yes --domain ${DOMAIN} --email ops@${DOMAIN} --admin-name "Rita d'Ávila"`
const INSTALL = `bash /root/atende/deploy/install.sh ${ANSWERS}`

function check(what: string, fine: boolean, said = ''): void {
  if (!fine) throw new Error(`installer: ${what}${said ? `\n${said.slice(-4000)}` : ''}`)
}
function must(m: Machine, command: string, input = ''): string {
  const r = m.run(command, input)
  check(`"${command.slice(0, 100)}" ended with ${r.code}`, r.code === 0, r.out)
  return r.out
}
const read = (m: Machine, file: string): string => readFileSync(path.join(m.root, file), 'utf8')
const calls = (m: Machine, name: string): string[] => read(m, `var/lib/stand-in/${name}.calls`).trim().split('\n')

/** Everything of ours: mode, owner, time. */
const everything = (m: Machine): string =>
  must(m, "find /etc /usr/local /opt/atende/current /opt/atende/blue /var/www -not -name '*.pid' -printf '%p %m %u %g %l %T+\\n' | sort")

function logIn(m: Machine, email: string, password: string): { status: string; body: string } {
  const body = JSON.stringify({ email, password })
  const out = must(m, `curl -sk -w '\\n%{http_code}' -H 'content-type: application/json' -d @- https://${DOMAIN}/api/auth/login`, body)
  const lines = out.trim().split('\n')
  return { status: lines.pop() ?? '', body: lines.join('\n') }
}

type Known = { password: string; identity: string; key: string }

/** nginx cannot start at first: what was done stays, and the same command goes on from there. */
function interruptedAndContinued(m: Machine): Known {
  writeFileSync(path.join(m.root, 'etc/nginx/conf.d/broken.conf'), 'this is no configuration\n')
  const first = m.run(INSTALL)
  check('it went on although nginx refuses its configuration', first.code !== 0 && first.out.includes('nginx recusa a configuração'), first.out)
  const identity = /AGE-SECRET-KEY-1[0-9A-Z]+/.exec(first.out)?.[0] ?? ''
  check('the key of the backups was made and never shown', identity !== '', first.out)
  rmSync(path.join(m.root, 'etc/nginx/conf.d/broken.conf'))
  const key = read(m, 'etc/atende/secrets/ENCRYPTION_KEY')

  const second = m.run(INSTALL)
  check('it does not go on after it was interrupted', second.code === 0, second.out)
  check('another key was made', read(m, 'etc/atende/secrets/ENCRYPTION_KEY') === key && !second.out.includes('AGE-SECRET-KEY'))
  check('the name leads nowhere, and it did not say so', second.out.includes(`DNS: ${DOMAIN} ainda não existe`), second.out)
  const password = /aparece só agora\): (\S+)/.exec(second.out)?.[1] ?? ''
  check('no password was shown', password.length === 16, second.out)
  return { password, identity, key }
}

/** Once the name leads here, the same command fetches the certificate. */
function withItsName(m: Machine): void {
  appendFileSync(path.join(m.root, 'etc/hosts'), `${m.address} ${DOMAIN}\n`)
  const { code, out } = m.run(INSTALL)
  check('the certificate was not fetched', code === 0 && out.includes(`Certificado do Let's Encrypt para ${DOMAIN}`), out)
  const issuer = must(m, `openssl s_client -connect ${DOMAIN}:443 -servername ${DOMAIN} </dev/null 2>/dev/null | openssl x509 -noout -issuer`)
  check('nginx does not show the new certificate', issuer.includes('stand-in authority'), issuer)
  must(m, `rm /etc/atende/certificate.pem && RENEWED_LINEAGE=/etc/letsencrypt/live/${DOMAIN} /etc/letsencrypt/renewal-hooks/deploy/atende-nginx.sh`)
  must(m, 'runuser -u atende -- openssl x509 -in /etc/atende/certificate.pem -noout')
}

function whoMayWhat(m: Machine, known: Known): void {
  const { status, body } = logIn(m, `ops@${DOMAIN}`, known.password)
  check('the first admin cannot log in through nginx', status === '200' && body.includes('"SUPER_ADMIN"'), `${status} ${body}`)
  // What listens: the world sees 80 and 443, everything else is on the loopback.
  const open = must(m, "ss -Hltn | awk '{ print $4 }' | sort -u").trim().split('\n')
  const world = open.filter((a) => !a.startsWith('127.0.0.1:')).map((a) => a.replace(/^.*:/, ''))
  check('something else is open to the world', world.length > 0 && world.every((p) => p === '80' || p === '443'), open.join(' '))
  const owners = new Set(must(m, "ps -eo user:20,args | grep -E 'cli.ts|bin/postgres' | grep -v grep | awk '{ print $1 }'").trim().split('\n'))
  check('a process of ours runs as somebody else', [...owners].join() === 'atende', [...owners].join())
  for (const file of ['/etc/atende/secrets/ENCRYPTION_KEY', '/etc/atende/atende.env', '/var/lib/atende/secrets.json', '/var/log/atende/install.log']) {
    check(`others may read ${file}`, m.run(`setpriv --reuid=nobody --clear-groups cat ${file}`).code !== 0)
  }
  const log = read(m, 'var/log/atende/install.log')
  for (const [name, secret] of Object.entries(known)) check(`the log holds the ${name}`, !log.includes(secret.trim()))
  check('a secret stands in an argument', !must(m, 'ps -eo args').includes(known.key.trim()))
  const rules = calls(m, 'ufw').filter((c) => /^allow|enable/.test(c))
  check('the door of the operator is not the first that opens', rules[0] === 'allow 2222/tcp' && rules.at(-1) === '--force enable', rules.join('\n'))
  const allowed = rules.filter((r) => r.startsWith('allow')).map((r) => r.slice(6))
  check('the firewall opens something else', allowed.join() === '2222/tcp,80/tcp,443/tcp', allowed.join())
}

function repeated(m: Machine): void {
  const [before, asked] = [everything(m), calls(m, 'systemctl').length]
  const { code, out } = m.run(INSTALL)
  check('a second run changes something', code === 0 && out.includes('nada mudou') && everything(m) === before, out)
  const acts = calls(m, 'systemctl')
    .slice(asked)
    .filter((c) => !c.startsWith('is-') && !c.startsWith('show'))
  check('a second run starts or stops something', acts.length === 0, acts.join('\n'))
}

const DAMAGE = [
  'systemctl stop atende-web@blue',
  'rm /etc/systemd/system/atende-worker@.service',
  'echo junk > /etc/nginx/atende-site/tls.conf',
  'chmod 666 /etc/atende/secrets/*',
].join(' && ')

function brokenAndMended(m: Machine, known: Known): void {
  must(m, DAMAGE)
  const { code, out } = m.run(INSTALL)
  check('it does not mend', code === 0 && out.includes('atende-web@blue.service em execução') && out.includes('+ /etc/nginx/atende-site/tls.conf'), out)
  check('a secret stayed open', must(m, 'stat -c %a /etc/atende/secrets/ENCRYPTION_KEY').trim() === '640')
  check('nobody can log in after it was mended', logIn(m, `ops@${DOMAIN}`, known.password).status === '200')
}

function goneAndBack(m: Machine, known: Known): void {
  const owner = `--owner-name Helena --owner-email helena@${DOMAIN} --owner-password -`
  must(m, `cd /root && atende tenant create --name Recanto --email contato@${DOMAIN} ${owner}`, 'uma senha bem longa\n')
  const { code, out } = m.run(`${INSTALL} --uninstall`)
  check('it cannot be uninstalled', code === 0, out)
  const left = must(m, "ps -eo args | grep -E 'cli.ts|bin/postgres' | grep -v grep || true").trim()
  check('a process stayed', left === '', left)
  check('a unit stayed', must(m, 'ls /etc/systemd/system').match(/atende/) === null)
  for (const place of ['var/lib/atende/postgres/data/PG_VERSION', 'var/backups/atende', 'etc/atende/secrets/ENCRYPTION_KEY']) {
    check(`${place} is gone`, existsSync(path.join(m.root, place)))
  }
  const again = m.run(INSTALL)
  check('it cannot be installed again', again.code === 0, again.out)
  check('the key is another', read(m, 'etc/atende/secrets/ENCRYPTION_KEY') === known.key)
  check('who belonged to the company cannot log in', logIn(m, `helena@${DOMAIN}`, 'uma senha bem longa').status === '200')
  check('the first admin cannot log in any more', logIn(m, `ops@${DOMAIN}`, known.password).status === '200')
}

/** On Debian 12 when no other is named. Answers figures. @throws naming what is wrong */
export async function installFresh(system: System = 'bookworm'): Promise<string[]> {
  if (process.getuid?.() !== 0) throw new Error('the step of the installer needs root')
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-machine-'))
  const machine = await startMachine(path.join(folder, 'root'), system)
  try {
    makeRelease(path.join(machine.root, 'root/atende'))
    const began = performance.now()
    const known = interruptedAndContinued(machine)
    const seconds = (performance.now() - began) / 1000
    withItsName(machine)
    whoMayWhat(machine, known)
    repeated(machine)
    brokenAndMended(machine, known)
    goneAndBack(machine, known)
    const memory = must(machine, "ps -eo rss,args | grep -E 'cli.ts|bin/postgres|nginx' | grep -v grep | awk '{ s += $1 } END { print int(s / 1024) }'").trim()
    return [`installer on a fresh ${system}, packages there: ${seconds.toFixed(0)} s with an interruption; its processes at rest: ${memory} MB RSS`]
  } finally {
    await machine.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
