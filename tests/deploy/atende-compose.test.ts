import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

const DEPLOY = path.resolve(import.meta.dirname, '../../deploy')
const root = mkdtempSync(path.join(tmpdir(), 'atende-operator-'))
const at = (name: string) => path.join(root, name)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Writes down what it was asked, and what came by standard input; says that everything runs while `running` is there. */
const DOCKER = `#!/bin/sh
case "$*" in *' ps -q '*) [ ! -e ${at('running')} ] || echo id; exit 0 ;; esac
printf '%s ' "$@" > ${at('asked')}
cat > ${at('stdin')}
exit 7
`
beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  mkdirSync(at('bin'), { recursive: true })
  mkdirSync(at('deploy/compose'), { recursive: true })
  writeFileSync(at('bin/docker'), DOCKER, { mode: 0o755 })
  writeFileSync(at('deploy/compose/.env'), 'COMPOSE_PROFILES=blue,monitoring\n')
  writeFileSync(at('deploy/update.sh'), '#!/bin/sh\necho "update $*"\n', { mode: 0o755 })
  writeFileSync(at('running'), '')
  writeFileSync(at('the.key'), 'AGE-SECRET-KEY\n')
})

const atende = (args: string[], input = '') => {
  const env = { PATH: `${at('bin')}:${process.env.PATH}`, ATENDE_COMPOSE_DIR: at('deploy/compose') }
  const { status, stdout, stderr } = spawnSync('sh', [path.join(DEPLOY, 'bin/atende-compose'), ...args], { encoding: 'utf8', env, input, cwd: root })
  const read = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8').trim() : '')
  return { status, said: stdout + stderr, asked: read('asked'), stdin: read('stdin') }
}

describe("the operator's atende, where there are containers", () => {
  it('asks the web container in charge, hands on standard input and the exit code', () => {
    expect(atende(['doctor', '--only', 'database'], 'typed')).toMatchObject({
      status: 7,
      asked: 'compose exec -T web-blue atende doctor --only database',
      stdin: 'typed',
    })
    writeFileSync(at('deploy/compose/.env'), 'COMPOSE_PROFILES=green,monitoring\n')
    expect(atende(['--json', 'doctor']).asked).toBe('compose exec -T web-green atende --json doctor')
  })

  it('starts one for a moment when none runs', () => {
    rmSync(at('running'))
    expect(atende(['secrets', 'check']).asked).toBe('compose run --rm --no-deps -T web-blue secrets check')
    expect(atende(['backup', 'list']).asked).toBe('compose run --rm --no-deps -T backup backup list')
  })

  it('leaves backups to the service that may read the database, and restores to the one that may write it', () => {
    expect(atende(['backup', '--wait', '5']).asked).toBe('compose exec -T backup atende backup --wait 5')
    expect(atende(['--json', 'restore', '--replace', '--yes']).asked).toBe('compose run --rm --no-deps -T restore --json --replace --yes')
  })

  it('a key that lies on this machine goes in by standard input', () => {
    const inside = 'compose run --rm --no-deps -T restore --identity /dev/stdin --yes'
    expect(atende(['restore', '--identity', './the.key', '--yes'])).toMatchObject({ asked: inside, stdin: 'AGE-SECRET-KEY' })
    expect(atende(['restore', '--identity', '/dev/stdin', '--yes'], 'piped')).toMatchObject({ asked: inside, stdin: 'piped' })
    expect(atende(['restore', '--identity', '-', '--yes'], 'piped')).toMatchObject({ asked: inside.replace('/dev/stdin', '-'), stdin: 'piped' })
    expect(atende(['backup', 'verify', '--identity=the.key'])).toMatchObject({
      asked: 'compose exec -T backup atende backup verify --identity=/dev/stdin',
      stdin: 'AGE-SECRET-KEY',
    })
    const absent = atende(['restore', '--identity', 'absent.key', '--yes'])
    expect(absent.status).not.toBe(7)
    expect(absent.said).toContain('absent.key')
  })

  it('updates from outside, and says who may read the settings', () => {
    expect(atende(['update', '--to', 'v1.2.3'])).toMatchObject({ status: 0, said: 'update --to v1.2.3\n', asked: '' })
    rmSync(at('deploy/compose/.env'))
    expect(atende(['doctor'])).toMatchObject({ status: 1, said: expect.stringContaining('sudo atende') })
  })
})

describe('update.sh and compose.yml mean the same', () => {
  const names = () => {
    const script = `HERE=${DEPLOY}; KIND=compose; . ${DEPLOY}/lib/services.sh; echo "$ATENDE_IMAGE $BACKUP_IMAGE $COMPOSE_PROJECT_NAME"`
    const { PATH } = process.env
    return spawnSync('bash', ['-euo', 'pipefail', '-c', script], { encoding: 'utf8', env: { PATH, COMPOSE_DIR: at('deploy/compose') } })
  }
  it('images of a registry and the name of the project come from the settings of compose', () => {
    writeFileSync(at('deploy/compose/.env'), 'ATENDE_IMAGE=ghcr.io/acme/atende\nATENDE_BACKUP_IMAGE=ghcr.io/acme/spare\nCOMPOSE_PROJECT_NAME=desk\n')
    expect(names().stdout).toBe('ghcr.io/acme/atende ghcr.io/acme/spare desk\n')
    writeFileSync(at('deploy/compose/.env'), 'ATENDE_IMAGE=ghcr.io/acme/atende\n')
    expect(names().stdout).toBe('ghcr.io/acme/atende ghcr.io/acme/atende-backup \n')
    rmSync(at('deploy/compose/.env'))
    expect(names().stdout).toBe('atende atende-backup \n')
  })
})
