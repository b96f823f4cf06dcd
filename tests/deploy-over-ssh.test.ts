import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

/** deploy.yml, its scripts run one after the other as the runner would; behind ssh, the command that sudo allows on a server. */
const ROOT = path.resolve(import.meta.dirname, '..')
const home = mkdtempSync(path.join(tmpdir(), 'atende-deploy-'))
const opt = path.join(home, 'opt/atende')
const command = path.join(home, 'atende-deploy')
const at = (file: string) => path.join(home, file)
const lines = (file: string) => (existsSync(at(file)) ? readFileSync(at(file), 'utf8').trim().split('\n') : [])
const program = (file: string, text: string) => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

type Ended = { status: number | null; said: string }
function run(file: string, args: string[], env: Record<string, string>, cwd = home): Promise<Ended> {
  const child = spawn(file, args, { cwd, env, timeout: 60_000 })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (d) => {
      said += d
    })
  }
  return new Promise((done) => child.once('close', (status) => done({ status, said })))
}

/** What the world sees at DEPLOY_URL. */
const world = { version: '0.2.0', status: 'healthy', body: undefined as string | undefined }
const site = createServer((_, answer) => answer.end(world.body ?? JSON.stringify(world)))
let url = ''

beforeAll(async () => {
  const text = readFileSync(path.join(ROOT, 'deploy/bin/atende-deploy'), 'utf8')
  program(command, text.replaceAll('/opt/atende/', `${opt}/`))
  // Says what it was called with, by whom, and where.
  const update = `#!/bin/bash\nprintf '%s\\n' "$*" >> ${home}/asked\n{ pwd; env; } > ${home}/circumstances\n`
  program(path.join(opt, 'current/deploy/update.sh'), update)
  program(at('bin/ssh'), `#!/bin/bash\nprintf '%s\\n' "$*" >> ${home}/ssh\nwords=\${2#sudo /usr/local/sbin/atende-deploy }\nexec ${command} $words\n`)
  program(at('bin/sleep'), '#!/bin/sh\nexit 0\n')
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  const address = site.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterAll(() => {
  site.close()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => {
  for (const file of ['asked', 'ssh', 'circumstances']) rmSync(at(file), { force: true })
  Object.assign(world, { version: '0.2.0', status: 'healthy', body: undefined })
})

describe('the command that sudo allows', () => {
  const clean = { PATH: '/usr/bin:/bin' }

  it.each([
    [['v0.3.0'], '--to v0.3.0'],
    [['v10.20.30', 'canary', '5'], '--to v10.20.30 --canary 5'],
    [['v0.3.0', 'canary', '08'], '--to v0.3.0 --canary 8'],
    [['--rollback'], '--rollback'],
  ])('%j is %s', async (args, asked) => {
    expect(await run(command, args, clean)).toEqual({ status: 0, said: '' })
    expect(lines('asked')).toEqual([asked])
  })

  it.each([
    ...[[], ['--to', 'v0.3.0'], ['--unsigned'], ['--to', '/home/deploy/x'], ['/home/deploy/x'], ['./v0.3.0'], ['0.3.0'], ['v0.3'], ['v0.3.0-x'], ['v0.3.0/..']],
    ...[
      ['v0.3.0', '--unsigned'],
      ['v0.3.0', 'canary'],
      ['v0.3.0', 'canary', '100'],
      ['v0.3.0', 'canary', '-1'],
      ['v0.3.0', '--to', '7'],
      ['v0.3.0 --unsigned'],
    ],
    ...[['v0.3.0\n--unsigned'], ['v0.3.0', 'canary', '5', '--unsigned'], ['--rollback', '--unsigned'], ['--resume'], ['--status'], ['--rollback ']],
    ...[['v0.3.0', 'canary', '5\n'], ['$(id)'], ['']],
  ])('%j is refused', async (...args) => {
    expect(await run(command, args, clean)).toMatchObject({ status: 2, said: expect.stringContaining('usage: atende-deploy') })
    expect(lines('asked')).toEqual([])
  })

  it('takes neither a folder nor settings from where it was called', async () => {
    mkdirSync(at('trap/v0.3.0'), { recursive: true })
    program(at('trap/rc'), `touch ${home}/trapped\n`)
    const env = { ...clean, BASH_ENV: at('trap/rc'), ENV: at('trap/rc'), ATENDE_RELEASES: at('trap'), ATENDE_ROOT: at('trap'), 'BASH_FUNC_cd%%': '() { :; }' }
    expect(await run(command, ['v0.3.0'], env, at('trap'))).toEqual({ status: 0, said: '' })
    const [where, ...seen] = lines('circumstances')
    expect(where).toBe('/')
    expect(seen.map((l) => l.split('=')[0]).sort()).toEqual(['HOME', 'PATH', 'PWD', 'SHLVL', '_'])
    expect(existsSync(at('trapped'))).toBe(false)
  })

  it('is the one that the documents name, and no workflow calls another', () => {
    const rule = 'deploy ALL=(root) NOPASSWD: /usr/local/sbin/atende-deploy'
    for (const file of ['docs/operations.md', '.github/workflows/deploy.yml']) expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(`${rule}\n`)
    expect(readFileSync(path.join(ROOT, '.github/workflows/deploy.yml'), 'utf8')).not.toContain('update.sh')
  })
})

type Step = { id?: string; name: string; if?: string; run: string; env?: Record<string, string> }
type Given = { vars?: Record<string, string>; inputs?: Record<string, unknown> }
const workflow = parse(readFileSync(path.join(ROOT, '.github/workflows/deploy.yml'), 'utf8'))

/** As the runner does it: each script by `bash -e`, a step's condition by what was before, expressions filled in. */
async function deploy({ vars = {}, inputs = {} }: Given): Promise<{ failed: string[]; said: string }> {
  const values: Record<string, unknown> = { 'secrets.DEPLOY_SSH_KEY': 'the key' }
  const all = { DEPLOY_HOST: 'server.example', DEPLOY_USER: 'deploy', DEPLOY_URL: url, DEPLOY_KNOWN_HOSTS: 'server.example ssh-ed25519 AAAA', ...vars }
  for (const [name, value] of Object.entries(all)) values[`vars.${name}`] = value
  for (const [name, value] of Object.entries({ version: '', canary: '0', rollback: false, ...inputs })) values[`inputs.${name}`] = value
  const filled = (text: unknown) => String(text).replace(/\$\{\{ ([\w.]+) \}\}/g, (_, name: string) => String(values[name] ?? ''))
  const filledAll = (env: Record<string, string> = {}) => Object.fromEntries(Object.entries(env).map(([k, v]) => [k, filled(v)]))
  const failed: string[] = []
  let told = ''
  const conditions: Record<string, () => boolean> = {
    'always()': () => true,
    'inputs.rollback != true': () => failed.length === 0 && values['inputs.rollback'] !== true,
    "failure() && steps.gate.outcome == 'failure' && inputs.rollback != true": () =>
      values['steps.gate.outcome'] === 'failure' && values['inputs.rollback'] !== true,
  }
  const steps: Step[] = workflow.jobs.deploy.steps
  for (const step of steps) {
    const wanted = step.if ? conditions[step.if] : () => failed.length === 0
    if (!wanted) throw new Error(`this runner does not know ${step.if}`)
    if (!wanted()) continue
    writeFileSync(at('output'), '')
    const env = {
      PATH: `${at('bin')}:${process.env.PATH}`,
      HOME: home,
      GITHUB_OUTPUT: at('output'),
      ...filledAll(workflow.jobs.deploy.env),
      ...filledAll(step.env),
    }
    const { status, said } = await run('bash', ['-e', '-c', step.run], env)
    told += said
    if (status !== 0) failed.push(step.name)
    if (step.id) values[`steps.${step.id}.outcome`] = status === 0 ? 'success' : 'failure'
    for (const line of lines('output')) values[`steps.${step.id}.outputs.${line.split('=')[0]}`] = line.slice(line.indexOf('=') + 1)
  }
  expect(existsSync(at('.ssh/deploy'))).toBe(false)
  return { failed, said: told }
}

describe('the workflow', () => {
  it('brings the server to the version, and sees that the world has it', async () => {
    world.version = '0.3.0'
    expect(await deploy({ inputs: { version: 'v0.3.0', canary: '10' } })).toMatchObject({ failed: [] })
    expect(lines('ssh')).toEqual(['server sudo /usr/local/sbin/atende-deploy v0.3.0 canary 10'])
    expect(lines('asked')).toEqual(['--to v0.3.0 --canary 10'])
  })

  it('returns when the world does not see it', async () => {
    expect(await deploy({ inputs: { version: '0.3.0' } })).toMatchObject({ failed: ['The world sees the new version'] })
    expect(lines('asked')).toEqual(['--to v0.3.0 --canary 0', '--rollback'])
  })

  it('touches nothing while it could not see the outcome', async () => {
    const refused = { failed: ['The world sees the server'] }
    expect(await deploy({ inputs: { version: '0.3.0' }, vars: { DEPLOY_URL: '' } })).toMatchObject({
      ...refused,
      said: expect.stringContaining('DEPLOY_URL is not set'),
    })
    expect(await deploy({ inputs: { version: '0.3.0' }, vars: { DEPLOY_URL: 'http://127.0.0.1:1' } })).toMatchObject(refused)
    world.body = '<html>somebody else</html>'
    expect(await deploy({ inputs: { version: '0.3.0' } })).toMatchObject(refused)
    world.body = '{"status":"healthy"}'
    expect(await deploy({ inputs: { version: '0.3.0' } })).toMatchObject(refused)
    expect(lines('ssh')).toEqual([])
  })

  it('the way back needs no server that answers', async () => {
    world.body = ''
    await deploy({ inputs: { rollback: true }, vars: { DEPLOY_URL: 'http://127.0.0.1:1' } })
    expect(lines('asked')).toEqual(['--rollback'])
  })

  it('what is no version, and what is not set, ends before the server hears of it', async () => {
    for (const inputs of [{ version: '0.3.0; id' }, { version: '' }, { version: '0.3.0', canary: '5 --unsigned' }]) {
      expect(await deploy({ inputs })).toMatchObject({ failed: ['What is asked for'] })
    }
    expect(await deploy({ inputs: { version: '0.3.0' }, vars: { DEPLOY_HOST: '' } })).toMatchObject({ said: expect.stringContaining('DEPLOY_HOST is not set') })
    expect(lines('ssh')).toEqual([])
  })

  it('is called by the release: what publishes it starts no workflow by itself', () => {
    const release = parse(readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8'))
    expect(release.jobs.deploy).toMatchObject({
      needs: 'publish',
      uses: './.github/workflows/deploy.yml',
      secrets: 'inherit',
      with: { version: expect.any(String) },
    })
    expect(Object.keys(workflow.on).sort()).toEqual(['workflow_call', 'workflow_dispatch'])
  })
})
