import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

/** The installer below a folder of its own (`--root`): the real run, in a machine of its own, is a step of `npm run test:deploy`. */
const INSTALL = path.resolve(import.meta.dirname, '../deploy/install.sh')
// Hundreds of small programs: on a busy machine each waits its turn.
vi.setConfig({ testTimeout: 240_000 })
const temporary = mkdtempSync(path.join(tmpdir(), 'atende-install-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudh2nsfq5l8k3x'
const ANSWERS = ['--yes', '--any-os', '--domain', 'atende.hotel.example', '--email', 'ti@hotel.example', '--admin-name', "Rita d'Ávila", '--self-signed']
type Ended = { code: number | null; out: string }
function install(root: string, args: readonly string[] = ANSWERS, options: { input?: string; env?: Record<string, string> } = {}): Ended {
  const r = spawnSync('bash', [INSTALL, '--root', root, '--backup-recipient', RECIPIENT, ...args], {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...process.env, LC_ALL: 'C.UTF-8', SSH_CONNECTION: '', ...options.env },
  })
  return { code: r.status, out: `${r.stdout}${r.stderr}` }
}
const newRoot = (): string => mkdtempSync(path.join(temporary, 'root-'))
const read = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8')
const modeOf = (root: string, file: string): string => (statSync(path.join(root, file)).mode & 0o777).toString(8)

/** Every file with what is in it, when it was written, and who may read it. The diary of the installer grows, of course. */
function everything(root: string, folder = ''): string[] {
  return readdirSync(path.join(root, folder)).flatMap((name) => {
    const file = path.join(folder, name)
    if (file === 'var/log/atende/install.log') return []
    const at = path.join(root, file)
    const s = lstatSync(at)
    if (s.isSymbolicLink()) return [`${file} → ${readlinkSync(at)}`]
    if (s.isDirectory()) return [`${file}/ ${s.mode}`, ...everything(root, file)]
    return [`${file} ${s.mode} ${s.mtimeMs} ${createHash('sha256').update(readFileSync(at)).digest('hex')}`]
  })
}

describe('the first run, and the second', () => {
  const root = newRoot()

  it('writes settings, secrets, units and the site, and says what is next', () => {
    const { code, out } = install(root)
    expect(code, out).toBe(0)
    expect(out).toContain('Pronto. O Atende está em https://atende.hotel.example')
    expect(out).toContain('Entre com: ti@hotel.example')
    const settings = read(root, 'etc/atende/atende.env')
    for (const line of [
      'PUBLIC_URL="https://atende.hotel.example"',
      'EMBEDDED_DATABASE="shared"',
      'LOG_DIR="/var/log/atende"',
      `BACKUP_RECIPIENT="${RECIPIENT}"`,
      'BACKUP_RUN="elsewhere"',
    ]) {
      expect(settings).toContain(`${line}\n`)
    }
    // The servers turn their own files round: nobody else may take these away from under them.
    expect(read(root, 'etc/logrotate.d/atende')).not.toMatch(/\*|(error|warn|info|http)-/)
    expect(read(root, 'etc/systemd/journald.conf.d/atende.conf')).toMatch(/SystemMaxUse=1G\nMaxFileSec=1day\nMaxRetentionSec=30day/)
    for (const file of ['etc/systemd/system/atende-web@.service', 'etc/nginx/atende-site/http.conf', 'etc/nginx/conf.d/atende.conf', 'usr/local/bin/atende']) {
      expect(existsSync(path.join(root, file)), file).toBe(true)
    }
    expect(modeOf(root, 'usr/local/sbin/atende-deploy')).toBe('755')
    expect(readlinkSync(path.join(root, 'opt/atende/current'))).toMatch(/^\/opt\/atende\/releases\/\d/)
  })

  it('secrets are strong, in files of their own, and nowhere else', () => {
    const key = read(root, 'etc/atende/secrets/ENCRYPTION_KEY').trim()
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(read(root, 'etc/atende/secrets/META_VERIFY_TOKEN')).toMatch(/^[A-Za-z2-9]{40}$/)
    expect(modeOf(root, 'etc/atende/secrets')).toBe('750')
    for (const name of readdirSync(path.join(root, 'etc/atende/secrets'))) expect(modeOf(root, `etc/atende/secrets/${name}`)).toBe('640')
    expect(modeOf(root, 'etc/atende/tls/provisional.key')).toBe('600')
    expect(modeOf(root, 'var/log/atende/install.log')).toBe('600')
    for (const file of ['var/log/atende/install.log', 'etc/atende/atende.env', 'etc/atende/install.conf']) {
      for (const name of ['ENCRYPTION_KEY', 'META_VERIFY_TOKEN']) expect(read(root, file)).not.toContain(read(root, `etc/atende/secrets/${name}`).trim())
    }
  })

  it('changes nothing the second time, and asks for nothing that it knows', () => {
    const before = everything(root)
    const { code, out } = install(root, ['--yes', '--any-os', '--self-signed', '--admin-name', 'Rita'])
    expect(code, out).toBe(0)
    expect(out).toContain('nada mudou')
    expect(out).not.toMatch(/^ {2}\+/m)
    expect(everything(root)).toEqual(before)
  })

  it('mends what is not right, and leaves what the operator has added', () => {
    const env = path.join(root, 'etc/atende/atende.env')
    writeFileSync(
      env,
      read(root, 'etc/atende/atende.env').replace('DATA_DIR="/var/lib/atende"', 'DATA_DIR="/mnt/grande"').concat('SMTP_HOST="mail.hotel.example"\n'),
    )
    writeFileSync(path.join(root, 'etc/nginx/atende-site/tls.conf'), 'broken')
    rmSync(path.join(root, 'etc/systemd/system/atende-postgres.service'))
    chmodSync(path.join(root, 'etc/atende/secrets/ENCRYPTION_KEY'), 0o666)
    // Two keys that open the backups, where there was one.
    const two = `${RECIPIENT},age1${'q'.repeat(58)}`
    const { code, out } = install(root, ['--yes', '--any-os', '--self-signed', '--admin-name', 'Rita', '--backup-recipient', two])
    expect(code).toBe(0)
    expect(out).toContain('A chave das cópias mudou')
    expect(read(root, 'etc/atende/atende.env').match(/^BACKUP_RECIPIENT=.*$/gm)).toEqual([`BACKUP_RECIPIENT="${two}"`])
    expect(out).toContain('+ /etc/nginx/atende-site/tls.conf')
    expect(out).toContain('+ /etc/systemd/system/atende-postgres.service')
    expect(modeOf(root, 'etc/atende/secrets/ENCRYPTION_KEY')).toBe('640')
    expect(read(root, 'etc/nginx/atende-site/tls.conf')).toContain('ssl_protocols')
    expect(read(root, 'etc/atende/atende.env')).toContain('DATA_DIR="/mnt/grande"')
    expect(read(root, 'etc/atende/atende.env')).toContain('SMTP_HOST="mail.hotel.example"')
  })

  it('another domain is a decision: refused by mistake, done when it is meant', () => {
    const again = ['--yes', '--any-os', '--self-signed', '--admin-name', 'Rita', '--domain', 'novo.hotel.example']
    const refused = install(root, again)
    expect(refused.code).toBe(1)
    expect(refused.out).toContain('--change-domain')
    expect(read(root, 'etc/atende/atende.env')).toContain('PUBLIC_URL="https://atende.hotel.example"')
    expect(install(root, [...again, '--change-domain']).code).toBe(0)
    expect(read(root, 'etc/atende/atende.env')).toContain('PUBLIC_URL="https://novo.hotel.example"')
    expect(read(root, 'etc/nginx/atende-site/http.conf')).toContain('server_name novo.hotel.example')
  })

  it('uninstalled, the services are gone and data, backups and secrets stay; it comes back to them', () => {
    const key = read(root, 'etc/atende/secrets/ENCRYPTION_KEY')
    const { code, out } = install(root, ['--yes', '--uninstall'])
    expect(code, out).toBe(0)
    for (const place of ['/var/lib/atende', '/var/backups/atende', '/etc/atende']) expect(out).toContain(`  ${place}\n`)
    expect(readdirSync(path.join(root, 'etc/systemd/system')).filter((n) => n.startsWith('atende'))).toEqual([])
    for (const file of ['etc/nginx/conf.d/atende.conf', 'usr/local/sbin/atende-deploy']) expect(existsSync(path.join(root, file)), file).toBe(false)
    expect(install(root, ['--yes', '--any-os', '--self-signed', '--admin-name', 'Rita']).code).toBe(0)
    expect(read(root, 'etc/atende/secrets/ENCRYPTION_KEY')).toBe(key)
    expect(existsSync(path.join(root, 'etc/nginx/conf.d/atende.conf'))).toBe(true)
  })
})

describe('what a run is told', () => {
  const more = ['--yes', '--any-os', '--admin-name', 'Rita']

  it('the firewall opens before the certificate is asked for, and for calls only when they are asked for', () => {
    const root = newRoot()
    const { code, out } = install(root, ANSWERS.slice(0, -1))
    expect(code, out).toBe(0)
    expect(out.indexOf('— Firewall')).toBeLessThan(out.indexOf('— Certificado'))
    const log = () => read(root, 'var/log/atende/install.log')
    expect(log()).toContain('ufw allow 443/tcp')
    expect(log()).not.toContain('ufw allow 3478')
    // What certbot calls, with a certificate of ours and one of somebody else's.
    const hook = path.join(root, 'hook')
    writeFileSync(hook, read(root, 'etc/letsencrypt/renewal-hooks/deploy/atende-nginx.sh').replace(' /etc/atende/', ` ${root}/etc/atende/`))
    mkdirSync(path.join(root, 'bin'))
    writeFileSync(path.join(root, 'bin/nginx'), `#!/bin/sh\necho "$*" >> ${root}/nginx-calls\n`, { mode: 0o755 })
    for (const name of ['atende.hotel.example', 'blog.hotel.example']) {
      const lineage = path.join(root, 'live', name)
      mkdirSync(lineage, { recursive: true })
      writeFileSync(path.join(lineage, 'fullchain.pem'), name, { mode: 0o600 })
      const env = { PATH: `${root}/bin:${process.env.PATH}`, RENEWED_LINEAGE: lineage }
      expect(spawnSync('sh', [hook], { env }).status).toBe(0)
    }
    expect([read(root, 'etc/atende/certificate.pem'), modeOf(root, 'etc/atende/certificate.pem')]).toEqual(['atende.hotel.example', '644'])
    expect(read(root, 'nginx-calls')).toBe('-t -q\n-s reload\n'.repeat(2))
    expect(install(root, [...more, '--turn', '--turn-range', '50000:50100']).code).toBe(0)
    expect(log()).toContain('ufw allow 50000:50100/udp')
    expect(log()).not.toContain('5349')
    // Remembered.
    rmSync(path.join(root, 'var/log/atende/install.log'))
    expect(install(root, more).code).toBe(0)
    expect(log()).toContain('ufw allow 50000:50100/udp')
  })

  it('a service may write where its settings have moved data or backups, and nowhere else', () => {
    const root = newRoot()
    expect(install(root).code).toBe(0)
    const file = path.join(root, 'etc/atende/atende.env')
    const usual = read(root, 'etc/atende/atende.env')
    const moved = usual.replace('"/var/lib/atende"', '"/mnt/grande"').replace('"/var/backups/atende"', '"/mnt/cópias 100%"')
    writeFileSync(file, `${moved}AUDIT_COPY_DIR="/mnt/prova"\n`)
    expect(install(root, more).code).toBe(0)
    const placesOf = (unit: string) => read(root, `etc/systemd/system/${unit}.service.d/places.conf`).match(/^ReadWritePaths=.*$/gm)
    const [data, backups, proofs] = ['/mnt/grande', '/mnt/cópias 100%%', '/mnt/prova'].map((place) => `ReadWritePaths="-${place}"`)
    expect(placesOf('atende-backup')).toEqual([data, backups])
    expect(placesOf('atende-doctor')).toEqual([data, backups, proofs])
    expect(placesOf('atende-worker@')).toEqual([data, proofs])
    for (const unit of ['atende-postgres', 'atende-web@']) expect(placesOf(unit)).toEqual([data])
    writeFileSync(file, usual)
    expect(install(root, more).code).toBe(0)
    expect(existsSync(path.join(root, 'etc/systemd/system/atende-backup.service.d/places.conf'))).toBe(false)
  })
})

describe('the key that opens everything', () => {
  it('is never made anew beside data that it does not open', () => {
    const root = newRoot()
    mkdirSync(path.join(root, 'var/lib/atende/postgres/data'), { recursive: true })
    writeFileSync(path.join(root, 'var/lib/atende/postgres/data/PG_VERSION'), '18\n')
    const { code, out } = install(root)
    expect(code).toBe(1)
    expect(out).toContain('Uma chave nova não abriria nada')
    expect(existsSync(path.join(root, 'etc/atende/secrets/ENCRYPTION_KEY'))).toBe(false)
  })

  it('is taken over from a server that had made its own', () => {
    const root = newRoot()
    const key = 'ab'.repeat(32)
    mkdirSync(path.join(root, 'var/lib/atende/postgres/data'), { recursive: true })
    writeFileSync(path.join(root, 'var/lib/atende/postgres/data/PG_VERSION'), '18\n')
    writeFileSync(path.join(root, 'var/lib/atende/secrets.json'), JSON.stringify({ encryptionKey: key, postgresPassword: 'x' }, null, 2))
    expect(install(root).code).toBe(0)
    expect(read(root, 'etc/atende/secrets/ENCRYPTION_KEY').trim()).toBe(key)
  })
})

describe('asked and told', () => {
  it('a dry run names what it would do and writes nothing', () => {
    const root = newRoot()
    const { code, out } = install(root, [...ANSWERS, '--dry-run', '--lang', 'en'])
    expect(code, out).toBe(0)
    expect(out).toContain('+ would do: /etc/atende/secrets/ENCRYPTION_KEY')
    expect(out).toContain('This was a rehearsal: nothing was done.')
    expect(readdirSync(root)).toEqual([])
  })

  it.each([
    [['--domain', 'http://x'], 'não é um nome de domínio'],
    [['--email', 'rita'], 'não é um e-mail'],
    [['--email', 'rita$(id)@x.example'], 'não é um e-mail'],
    [['--email', 'joão@x.example'], 'não é um e-mail'],
    [['--email', 'rita&filhos@x.example'], 'não é um e-mail'],
    [['--backup-recipient', `${RECIPIENT};id`], 'não é uma chave pública do age'],
    [['--kind', 'docker'], 'plain ou compose'],
    [['--turn-range', 'all'], 'faixa de portas'],
    [['--no-such'], 'Não conheço a opção --no-such'],
    [['--domain'], 'Falta o valor de --domain'],
    [['--from', '/no/such/file'], 'Não encontro /no/such/file'],
  ])('%j is refused before anything is written', (args, said) => {
    const root = newRoot()
    const { code, out } = install(root, [...ANSWERS, ...args])
    expect(code).toBe(1)
    expect(out).toContain(said)
    expect(existsSync(path.join(root, 'etc/atende/secrets'))).toBe(said.startsWith('Não encontro'))
  })

  it('remembers no answer of a machine on which it does not work', () => {
    const root = newRoot()
    writeFileSync(path.join(root, 'meminfo'), 'MemTotal:  1000000 kB\n')
    const { code, out } = install(root, ANSWERS, { env: { ATENDE_MEMINFO: path.join(root, 'meminfo') } })
    expect([code, out]).toEqual([1, expect.stringContaining('São precisos pelo menos 1800 MB')])
    expect(existsSync(path.join(root, 'etc/atende/install.conf'))).toBe(false)
  })

  it('with --yes, what is missing is named', () => {
    for (const flag of ['--domain', '--email', '--admin-name']) {
      const at = ANSWERS.indexOf(flag)
      const { code, out } = install(newRoot(), [...ANSWERS.slice(0, at), ...ANSWERS.slice(at + 2)])
      expect(code).toBe(1)
      expect(out).toContain(`falta ${flag}`)
    }
  })

  it('at a terminal it asks in Portuguese, and again after an answer that cannot be', () => {
    const root = newRoot()
    // What a first run was told that stopped is offered again, and may have been wrong.
    mkdirSync(path.join(root, 'etc/atende'), { recursive: true })
    writeFileSync(path.join(root, 'etc/atende/install.conf'), "KIND='compose'\nDOMAIN='atnde.hotel.example'\nEMAIL='ti@hotel.example'\n")
    const typed = ['hotel', 'Atende.Hotel.example', '', 'plain', 'Rita Lopes', '', 'curta', 'uma senha longa', 'uma senha longa', ''].join('\n')
    const r = spawnSync('script', ['-qec', `bash ${INSTALL} --root ${root} --any-os --self-signed --backup-recipient ${RECIPIENT}`, '/dev/null'], {
      encoding: 'utf8',
      input: typed,
    })
    expect(r.status, r.stdout).toBe(0)
    expect(r.stdout).toContain('Domínio em que as pessoas abrem o Atende')
    expect(r.stdout).toContain('[atnde.hotel.example]')
    expect(r.stdout).toContain('(contêineres) [compose]:')
    expect(r.stdout).toContain('«hotel» não é um nome de domínio')
    expect(r.stdout).toContain('A senha precisa de 10 caracteres ou mais')
    for (const said of ["KIND='plain'", "DOMAIN='atende.hotel.example'", "EMAIL='ti@hotel.example'"]) {
      expect(read(root, 'etc/atende/install.conf')).toContain(`${said}\n`)
    }
    expect(read(root, 'var/log/atende/install.log')).not.toContain('uma senha longa')
  })

  it('every sentence exists in both languages, with the same gaps', () => {
    const folder = path.resolve(import.meta.dirname, '../deploy/install')
    const code = [INSTALL, ...readdirSync(folder).map((n) => path.join(folder, n))].map((f) => readFileSync(f, 'utf8')).join('\n')
    const shown = spawnSync(
      'bash',
      ['-c', `. ${folder}/texts.sh; for k in "\${!PT[@]}"; do printf '%s\\t%s\\t%s\\n' "$k" "\${PT[$k]//$'\\n'/ }" "\${EN[$k]//$'\\n'/ }"; done`],
      { encoding: 'utf8' },
    ).stdout
    const texts = new Map(
      shown
        .trim()
        .split('\n')
        .map((line) => [line.split('\t')[0] ?? '', line.split('\t').slice(1)]),
    )
    const used = new Set([...code.matchAll(/\$\(t ([a-z_]+)/g), ...code.matchAll(/step (step_[a-z]+)/g)].map((m) => m[1] ?? ''))
    for (const key of used) expect([...texts.keys()], key).toContain(key)
    for (const [key, [pt = '', en = '']] of texts) expect(pt.split('%s').length, key).toBe(en.split('%s').length)
  })
})
