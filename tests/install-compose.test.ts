import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

/**
 * `--kind compose` with all that it does to a machine: the parts of the installer below a folder of their own, with stand-ins for apt and for
 * Docker. With a real Docker: .github/workflows/install.yml.
 */
const ROOT = path.resolve(import.meta.dirname, '..')
vi.setConfig({ testTimeout: 120_000 })
const temporary = mkdtempSync(path.join(tmpdir(), 'atende-install-compose-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudh2nsfq5l8k3x'
const DEBIAN_13 = 'docker.io 26.1.5+dfsg1-9\ndocker-cli 26.1.5+dfsg1-9\ndocker-compose 2.26.1-4\ndocker-buildx 0.13.1+ds1-3\n'
const STAND_INS = ['apt-get', 'apt-cache', 'dpkg-query', 'curl', 'getent', 'systemctl', 'iptables', 'nproc', 'ss', 'ufw']

/** The system's programs, but no Docker of its own; those that change it are stand-ins. */
function newMachine(candidates = DEBIAN_13): string {
  const home = mkdtempSync(path.join(temporary, 'machine-'))
  const bin = path.join(home, 'bin')
  mkdirSync(bin)
  for (const name of readdirSync('/usr/bin').filter((n) => !n.startsWith('docker') && !STAND_INS.includes(n))) {
    symlinkSync(path.join('/usr/bin', name), path.join(bin, name))
  }
  for (const name of STAND_INS) symlinkSync(path.join(import.meta.dirname, 'stand-ins/machine.sh'), path.join(bin, name))
  const engine = path.join(import.meta.dirname, 'stand-ins/docker-engine.ts')
  writeFileSync(path.join(home, 'docker'), `#!/bin/sh\nexec ${process.execPath} --disable-warning=ExperimentalWarning ${engine} "$@"\n`)
  chmodSync(path.join(home, 'docker'), 0o755)
  for (const [name, text] of Object.entries({ candidates, calls: '', processors: '2\n', ahostsv6: '', iptables: '' }))
    writeFileSync(path.join(home, name), text)
  return home
}

/** A release of another version than this checkout, with what is said at the end of some of its files. */
function releaseOf(version: string, ends: Record<string, string> = {}): string {
  const folder = mkdtempSync(path.join(temporary, 'release-'))
  cpSync(path.join(ROOT, 'deploy'), path.join(folder, 'deploy'), { recursive: true })
  for (const [file, text] of Object.entries(ends)) appendFileSync(path.join(folder, 'deploy', file), text)
  for (const name of ['packages', 'scripts', 'package-lock.json', '.npmrc', 'tsconfig.base.json', 'LICENSE', 'SECURITY.md']) {
    symlinkSync(path.join(ROOT, name), path.join(folder, name))
  }
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, version }, null, 2))
  return folder
}

/** The installer's parts as install.sh reads them, with other places. */
const PARTS = `set -Eeuo pipefail
HERE=${ROOT}/deploy
eval "$(sed -n '/^{$/,/^}$/p' "$HERE/install.sh")"
for part in $(sed -n 's|^\\. "$HERE/\\(install/[a-z-]*\\.sh\\)"$|\\1|p' "$HERE/install.sh"); do
  . "$HERE/$part"
  BASE=$STAND_IN_HOME/opt ETC=$STAND_IN_HOME/etc CONF=$STAND_IN_HOME/etc/install.conf COMMANDS=$STAND_IN_HOME/commands CRON=$STAND_IN_HOME/cron.d
done
LOG=$STAND_IN_HOME/install.log
KIND=compose DOMAIN=atende.hotel.example EMAIL=ti@hotel.example YES=1 TLS=self-signed RECIPIENT=${RECIPIENT} TURN=0 TURN_RANGE=49160:49360 READY_SECONDS=3
`
type Ended = { code: number | null; out: string }
function bash(home: string, script: string): Ended {
  const env = {
    PATH: path.join(home, 'bin'),
    HOME: home,
    LANG: 'C.UTF-8',
    STAND_IN_HOME: home,
    STAND_IN_DOCKER: path.join(home, 'docker'),
    ATENDE_APT_PAUSE: '0',
  }
  const r = spawnSync('bash', ['-c', script], { cwd: home, encoding: 'utf8', env })
  return { code: r.status, out: `${r.stdout}${r.stderr}` }
}
const install = (home: string, from: string, told = '') =>
  bash(home, `${PARTS}\nFROM=${from}; ${told}\ninstall_docker; find_source; install_compose; wait_for_compose; echo "changes: $CHANGES"`)
const read = (home: string, file: string) => readFileSync(path.join(home, file), 'utf8')
const env = (home: string) => read(home, 'opt/deploy/compose/.env')
const calls = (home: string) => read(home, 'calls').split('\n')
const forget = (home: string) => writeFileSync(path.join(home, 'calls'), '')

describe('on a machine that has no Docker yet', () => {
  const home = newMachine()
  const release = releaseOf('0.7.0')

  it('fetches lists and packages, builds both images of its version, and starts from the folder where the files are', () => {
    const { code, out } = install(home, release)
    expect([code, code === 0 ? '' : out + read(home, 'install.log')]).toEqual([0, ''])
    expect(calls(home).find((c) => c.includes(' install '))).toMatch(/DPkg::Lock::Timeout=\d+ docker.io docker-cli docker-compose docker-buildx$/)
    expect(calls(home)).toContain(`up in ${home}/opt/deploy/compose`)
    expect(read(home, 'images').split('\n')).toEqual(['atende:0.7.0', 'atende-backup:0.7.0', ''])
    for (const name of ['ATENDE_VERSION', 'ATENDE_BLUE_VERSION', 'ATENDE_GREEN_VERSION']) expect(env(home)).toContain(`\n${name}=0.7.0\n`)
    expect(env(home)).toContain(`\nBACKUP_RECIPIENT=${RECIPIENT}\n`)
    expect(
      calls(home)
        .filter((c) => c.startsWith('created'))
        .sort(),
    ).toEqual(['backup', 'certbot', 'nginx', 'postgres', 'prepare', 'redis', 'web-blue', 'worker-blue'].map((name) => `created ${name}`))
  })

  it('changes nothing the second time', () => {
    forget(home)
    expect(install(home, release)).toEqual({ code: 0, out: expect.stringContaining('changes: 0\n') })
    expect(calls(home).filter((c) => /created|apt-get|docker (build|pull)/.test(c))).toEqual([])
  })

  it('after an update, `docker compose up -d` leaves what serves alone', () => {
    appendFileSync(path.join(home, 'images'), 'atende:0.8.0\natende-backup:0.8.0\n')
    const folder = `${home}/opt/deploy/compose`
    const script = `HERE=${ROOT}/deploy KIND=compose COMPOSE_DIR=${folder}; . $HERE/lib/services.sh
      svc_use green 0.8.0; for role in web worker; do svc_start $role green; done; svc_keep green blue`
    expect(bash(home, script)).toEqual({ code: 0, out: '' })
    expect(env(home)).toMatch(/^COMPOSE_PROFILES=green$/m)
    expect(calls(home)).toEqual(expect.arrayContaining(['created web-green', 'created worker-green']))
    forget(home)
    expect(bash(home, `cd ${folder} && docker compose up -d`)).toEqual({ code: 0, out: '' })
    expect(calls(home).filter((c) => /created (?!prepare)/.test(c))).toEqual([])
    // The installer of the version before keeps off, too.
    const { code, out } = install(home, release)
    expect([code, out]).toEqual([0, expect.stringContaining('Este servidor roda a versão 0.8.0')])
    expect(calls(home).filter((c) => /created (?!prepare)/.test(c))).toEqual([])
  })

  it('takes another domain, another certificate server and calls when it is told to; the link of an earlier installer goes', () => {
    symlinkSync('deploy/compose', path.join(home, 'opt/compose'))
    const { code, out } = bash(home, `cd ${home}/opt/compose && docker compose up -d`)
    expect([code, out]).toEqual([1, expect.stringContaining(`bind source path does not exist: ${home}/opt/nginx`)])
    const said = 'DOMAIN=novo.hotel.example CHANGE_DOMAIN=1 TLS=staging TURN=1 TURN_RANGE=50000:50100'
    expect(install(home, releaseOf('0.8.0'), said).code).toBe(0)
    for (const line of ['ATENDE_DOMAIN=novo.hotel.example', 'ATENDE_TURN_RANGE=50000:50100', 'COMPOSE_PROFILES=green,calls', 'ATENDE_EMAIL=ti@hotel.example']) {
      expect(env(home)).toContain(`\n${line}\n`)
    }
    expect(env(home)).toMatch(/^ACME_SERVER=https:\/\/acme-staging/m)
    expect(calls(home)).toContain('created coturn')
    expect(existsSync(path.join(home, 'opt/compose'))).toBe(false)
    expect(bash(home, `${PARTS}\nTLS=letsencrypt; write_choices`).code).toBe(0)
    expect(env(home)).toMatch(/^ACME_SERVER=$/m)
  })
})

describe('on a server that runs already', () => {
  const home = newMachine()
  const anew = () => calls(home).filter((c) => /^(re)?created (?!prepare)/.test(c))
  it('is set up', () => expect(install(home, releaseOf('0.7.0')).code).toBe(0))

  it('new files of nginx and PostgreSQL come into force, of nobody else, and once', () => {
    const next = releaseOf('0.7.0', { 'nginx/entrypoint.sh': '# new', 'compose/postgres/postgresql.conf': '# new', 'nginx/pages/maintenance.html': ' ' })
    forget(home)
    const { code, out } = install(home, next)
    expect([code, out]).toEqual([0, expect.stringContaining('uma pausa de até dois minutos')])
    expect(anew().toSorted()).toEqual(['recreated nginx', 'recreated postgres'])
    forget(home)
    expect(install(home, next)).toEqual({ code: 0, out: expect.stringContaining('changes: 0\n') })
    expect(anew()).toEqual([])
  })

  it('also when the run that brought them stopped before; whom `up` has made anew is not stopped twice. Another key of backups is taken', () => {
    const next = releaseOf('0.7.0', { 'nginx/entrypoint.sh': '# newer', 'compose/redis/redis.conf': '# newer' })
    expect(bash(home, `${PARTS}\nFROM=${next}; find_source; copy_compose`).code).toBe(0)
    forget(home)
    writeFileSync(path.join(home, 'opt/deploy/compose/.env'), env(home).replace('ATENDE_MORE_DOMAINS=', 'ATENDE_MORE_DOMAINS=chat.hotel.example'))
    const other = `age1${'q'.repeat(58)}`
    expect(install(home, next, `RECIPIENT=${other}`)).toEqual({ code: 0, out: expect.stringContaining('A chave das cópias mudou') })
    for (const name of ['nginx', 'redis', 'postgres']) expect(anew().filter((c) => c === `recreated ${name}`)).toHaveLength(1)
    expect(env(home)).toMatch(new RegExp(`^BACKUP_RECIPIENT=${other}$`, 'm'))
  })

  it('the keys that stand in .env are not asked for again, also when there are several', () => {
    const two = `BACKUP_RECIPIENT=${RECIPIENT},age1${'q'.repeat(58)}\n`
    writeFileSync(path.join(home, 'opt/deploy/compose/.env'), env(home).replace(/^BACKUP_RECIPIENT=.*\n/m, two))
    for (const told of ["RECIPIENT=''", "RECIPIENT=''; BACKUP=0"]) {
      expect(bash(home, `${PARTS}\n${told}; take_recipient 0.7.0`)).toEqual({ code: 0, out: expect.stringContaining('cifradas para') })
      expect(env(home)).toContain(`\n${two}`)
    }
  })

  it('cron looks at it once a day, until it is removed', () => {
    expect(read(home, 'cron.d/atende-doctor')).toMatch(new RegExp(`^40 6 \\* \\* \\* root ${home}/commands/atende doctor --record >/dev/null 2>&1$`, 'm'))
    expect(bash(home, `${PARTS}\nuninstall`).code).toBe(0)
    for (const file of ['cron.d/atende-doctor', 'commands/atende']) expect(existsSync(path.join(home, file)), file).toBe(false)
  })
})

describe('a first run', () => {
  const LISTENERS = 'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("%s",pid=1,fd=3))\n'
  const told = (home: string, script: string) => bash(home, `${PARTS}\nKIND='' DOMAIN='' EMAIL='' ADMIN_NAME=Rita RECIPIENT=''; ${script}`)
  const said = '--domain atnde.hotel.example --email ti@hotel.example'

  it('that stopped can be told another kind and another name; one that went through cannot', () => {
    const home = newMachine()
    expect(told(home, `read_flags --kind compose ${said}; ask_all; remember_answers`).code).toBe(0)
    const second = 'read_flags --kind plain --domain atende.hotel.example; ask_all; remember_answers'
    expect(told(home, second)).toEqual({ code: 0, out: '' })
    expect(read(home, 'etc/install.conf')).toMatch(/^KIND='plain'\nDOMAIN='atende.hotel.example'$/m)
    mkdirSync(path.join(home, 'opt/current'), { recursive: true })
    expect(told(home, 'read_flags --kind compose; ask_all')).toEqual({ code: 1, out: expect.stringContaining('já tem a instalação do tipo plain') })
    expect(told(home, `read_flags ${said}; ask_all`)).toEqual({ code: 1, out: expect.stringContaining('--change-domain') })
  })

  it.each([
    ['compose', 'docker-proxy', false],
    ['compose', 'nginx', false],
    ['plain', 'nginx', true],
    ['plain', 'node', false],
  ])('with %s, %s on port 80: %s', (kind, program, fine) => {
    const home = newMachine()
    writeFileSync(path.join(home, 'listeners'), LISTENERS.replace('%s', program))
    // Answers of a run that stopped are no installation.
    expect(told(home, `read_flags --kind ${kind} ${said}; ask_all; remember_answers; check_ports`).code).toBe(fine ? 0 : 1)
    mkdirSync(path.join(home, 'opt/current'), { recursive: true })
    expect(told(home, 'ask_all; check_ports').code).toBe(0)
  })

  it('says what later ones go without, until they are told otherwise', () => {
    const home = newMachine()
    const choices = 'ask_all; remember_answers; echo "$FIREWALL $BACKUP $SWAP $TLS"'
    expect(told(home, `TLS=''; read_flags --kind plain ${said} --no-firewall --no-backup --no-swap --self-signed; ${choices}`).out).toBe('0 0 0 self-signed\n')
    expect(told(home, `TLS=''; ${choices}`).out).toBe('0 0 0 self-signed\n')
    expect(told(home, `TLS=''; read_flags --firewall --backup --swap --letsencrypt; ${choices}`).out).toBe('1 1 1 letsencrypt\n')
    expect(told(home, `TLS=''; read_flags --staging; ${choices}`).out).toBe('1 1 1 staging\n')
    expect(told(home, `TLS=''; ${choices}`).out).toBe('1 1 1 letsencrypt\n')
  })

  it('of an earlier installer, which remembered none of it: what is not there stays away', () => {
    const home = newMachine()
    const choices = `TLS=''; ask_all; echo "$FIREWALL $BACKUP $TLS"`
    const [conf, settings] = [path.join(home, 'etc/install.conf'), path.join(home, 'opt/deploy/compose/.env')]
    for (const file of [conf, settings]) mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(conf, "KIND='compose'\nDOMAIN='x.example'\nEMAIL='ti@x.example'\nADMIN_MADE='1'\n")
    writeFileSync(settings, 'ATENDE_EMAIL=\nBACKUP_RECIPIENT=\n')
    expect(told(home, choices).out).toBe('0 0 self-signed\n')
    writeFileSync(path.join(home, 'ufw-is-on'), '')
    writeFileSync(settings, `ATENDE_EMAIL=ti@x.example\nBACKUP_RECIPIENT=${RECIPIENT}\n`)
    expect(told(home, choices).out).toBe('1 1 letsencrypt\n')
  })
})

it('no program and no page of the installer leads to the link that was there once', () => {
  const r = spawnSync('git', ['grep', '-nE', '/opt/atende/compose|ATENDE_ROOT/compose', '--', 'deploy', ':!deploy/runbooks'], { cwd: ROOT, encoding: 'utf8' })
  expect([r.stdout, r.status]).toEqual(['', 1])
})

describe('images', () => {
  const example = readFileSync(path.join(ROOT, 'deploy/compose/.env.example'), 'utf8')
  function getImages(settings: string, published: string[], told = ''): string {
    const home = newMachine()
    for (const name of ['has-compose', 'has-buildx']) writeFileSync(path.join(home, name), '')
    symlinkSync(path.join(home, 'docker'), path.join(home, 'bin/docker'))
    mkdirSync(path.join(home, 'opt/deploy/compose'), { recursive: true })
    for (const name of ['.env', '.env.example']) writeFileSync(path.join(home, 'opt/deploy/compose', name), settings)
    writeFileSync(path.join(home, 'published'), published.join('\n'))
    const script = `${PARTS}\nFROM=${releaseOf('0.7.0')}; ${told}\nfind_source; get_images 0.7.0; write_choices`
    expect(bash(home, script).code).toBe(0)
    return home
  }

  it('are fetched when their name says where from, and built under it when they are not there', () => {
    const name = 'ghcr.io/hotel/atende'
    const home = getImages(example, [`${name}:0.7.0`], `IMAGE=${name}`)
    expect(read(home, 'images').split('\n')).toEqual([`${name}:0.7.0`, `${name}-backup:0.7.0`, ''])
    expect(calls(home).filter((c) => c.startsWith('docker build'))).toEqual([expect.stringContaining('--target backup')])
    expect(env(home)).toMatch(new RegExp(`^ATENDE_IMAGE=${name}\nATENDE_BACKUP_IMAGE=${name}-backup$`, 'm'))
  })

  it('are those that the release names', () => {
    const images = ['registry.example:5000/hotel/atende:0.7.0', 'registry.example:5000/hotel/atende-backup:0.7.0']
    const home = getImages(example.replace(/^(ATENDE_(?:BACKUP_)?IMAGE)=/gm, '$1=registry.example:5000/hotel/'), images)
    expect(read(home, 'images').split('\n')).toEqual([...images, ''])
    expect(calls(home).filter((c) => c.startsWith('docker build'))).toEqual([])
  })
})

describe('what a machine may be like', () => {
  it('updating itself at its first start: apt is waited for', () => {
    const home = newMachine()
    writeFileSync(path.join(home, 'locked'), '1\n2\n')
    expect(bash(home, `${PARTS}\ninstall_docker`).code).toBe(0)
    expect(calls(home).filter((c) => c === 'apt-get update -q')).toHaveLength(3)
  })

  it('without a package of "docker compose", it is told where to get one', () => {
    const home = newMachine('docker.io 20.10.24+dfsg1-1\ndocker-compose 1.29.2-3\n')
    expect(bash(home, `${PARTS}\ninstall_docker`)).toEqual({ code: 1, out: expect.stringContaining('https://docs.docker.com/engine/install/') })
  })

  it('with the firewall that Oracle puts into its images: that one is left alone, and named', () => {
    const home = newMachine()
    const asked = () => bash(home, `${PARTS}\nforeign_firewall`)
    writeFileSync(path.join(home, 'iptables'), '-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n')
    expect(asked()).toEqual({ code: 0, out: '' })
    writeFileSync(path.join(home, 'active-netfilter-persistent'), '')
    expect(asked().out).toBe('netfilter-persistent\n')
    // What ufw makes of it.
    writeFileSync(path.join(home, 'iptables'), '-P INPUT DROP\n-A INPUT -j ufw-before-input\n')
    expect(asked().out).toBe('')
  })

  it('speaking Portuguese: a firewall that is on is not switched on again', () => {
    const home = newMachine()
    const set = () => bash(home, `${PARTS}\nexport LANG=pt_BR.UTF-8; set_firewall`).code
    for (const _ of [1, 2]) expect(set()).toBe(0)
    expect(calls(home).filter((c) => c === 'ufw --force enable')).toHaveLength(1)
    expect(calls(home).filter((c) => c === 'ufw allow 443/tcp')).toHaveLength(1)
  })

  it('with a domain for IPv6: containers cannot tell those visitors apart, which is said', () => {
    const home = newMachine()
    const check = (told: string) => bash(home, `${PARTS}\n${told}\ncheck_domain`).out
    writeFileSync(path.join(home, 'ahostsv6'), '::ffff:203.0.113.10 STREAM\n')
    expect(check('')).not.toContain('AAAA')
    writeFileSync(path.join(home, 'ahostsv6'), '2001:db8::10 STREAM\n')
    expect(check('')).toContain('registro AAAA')
    expect(check('KIND=plain')).not.toContain('AAAA')
  })

  it.each([
    [1, '1'],
    [4, '1.5'],
  ])('with %i processors: nobody asks for more than there are', (processors, wanted) => {
    const home = newMachine()
    writeFileSync(path.join(home, 'processors'), `${processors}\n`)
    for (const name of ['setup.sh', '.env.example']) cpSync(path.join(ROOT, 'deploy/compose', name), path.join(home, 'opt/deploy/compose', name))
    expect(bash(home, './opt/deploy/compose/setup.sh --domain x.example').code).toBe(0)
    for (const name of ['POSTGRES', 'WEB', 'WORKER']) expect(env(home)).toContain(`\nATENDE_CPUS_${name}=${wanted}\n`)
  })
})

describe('in the containers', () => {
  const script = (file: string, places: Record<string, string>) => {
    let text = readFileSync(path.join(ROOT, 'deploy/compose', file), 'utf8')
    for (const [place, to] of Object.entries(places)) text = text.replaceAll(place, to)
    return text
  }

  it('coturn relays in the range that is open', () => {
    const home = newMachine()
    writeFileSync(path.join(home, 'TURN_SECRET'), 'a secret')
    symlinkSync('/bin/true', path.join(home, 'bin/turnserver'))
    const text = script('coturn/start.sh', { '/run/secrets': home, '/tmp/turnserver.conf': `${home}/turnserver.conf` })
    expect(bash(home, `ATENDE_DOMAIN=x.example TURN_RANGE=50000:50100; ${text}`)).toEqual({ code: 0, out: '' })
    expect(read(home, 'turnserver.conf')).toMatch(/^min-port=50000\nmax-port=50100\nrealm=x\.example$/m)
  })

  it('certbot replaces a certificate of the server for tests when a real one is asked for', () => {
    const home = newMachine()
    const [live, renewal] = [path.join(home, 'le/live/x.example'), path.join(home, 'le/renewal')]
    for (const folder of [live, renewal]) mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(live, 'fullchain.pem'), 'of staging')
    writeFileSync(path.join(renewal, 'x.example.conf'), 'server = https://acme-staging.example/directory\n')
    writeFileSync(
      path.join(home, 'bin/certbot'),
      `#!/bin/bash\necho "certbot $*" >> ${home}/calls\n[ "$1" = certonly ] || kill $PPID\necho 'server = https://acme.example/directory' > ${renewal}/x.example.conf\n`,
      { mode: 0o755 },
    )
    bash(
      home,
      `ATENDE_DOMAIN=x.example ATENDE_EMAIL=a@x.example ACME_SERVER=https://acme.example/directory; ${script('certbot/certificate.sh', { '/etc/letsencrypt': `${home}/le` })}`,
    )
    expect(calls(home).filter((c) => c.startsWith('certbot'))).toEqual([
      expect.stringMatching(/^certbot certonly --force-renewal .*--server https:\/\/acme\.example\/directory/),
      expect.stringContaining('certbot renew'),
    ])
  })
})
