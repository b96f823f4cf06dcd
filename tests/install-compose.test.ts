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
const STAND_INS = ['apt-get', 'apt-cache', 'dpkg-query', 'curl', 'getent', 'systemctl', 'iptables', 'nproc']

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

/** A release of another version than this checkout. */
function releaseOf(version: string): string {
  const folder = mkdtempSync(path.join(temporary, 'release-'))
  for (const name of ['deploy', 'packages', 'scripts', 'package-lock.json', '.npmrc', 'tsconfig.base.json', 'LICENSE', 'SECURITY.md']) {
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
  BASE=$STAND_IN_HOME/opt ETC=$STAND_IN_HOME/etc CONF=$STAND_IN_HOME/etc/install.conf
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
