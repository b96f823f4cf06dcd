/**
 * Stands in for `docker` with its plug-ins where there is no engine, as the installer meets it. It holds to what made real ones fail: relative
 * mounts are joined to the words of $PWD, and their source must be there; the builder without buildx knows no `--mount`; what the
 * Dockerfile copies must lie in the context; a container whose settings have changed is made anew, and one whose files have changed is not.
 * Every call is written down.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

const HOME = process.env.STAND_IN_HOME ?? '.'
const at = (name: string) => path.join(HOME, name)
const lines = (name: string): string[] => (existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : [])
const note = (name: string, line: string) => appendFileSync(at(name), `${line}\n`)
const args = process.argv.slice(2)
const last = args.at(-1) ?? ''
const after = (flag: string) => args[args.indexOf(flag) + 1] ?? ''

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function build(): void {
  const file = readFileSync(after('-f'), 'utf8')
  if (file.includes('--mount=') && !(existsSync(at('has-buildx')) && process.env.DOCKER_BUILDKIT === '1')) fail('the --mount option requires BuildKit.')
  for (const [, words = ''] of file.matchAll(/^COPY (?!--from)(.+)$/gm)) {
    for (const source of words.trim().split(/\s+/).slice(0, -1)) {
      if (!existsSync(path.join(last, source))) fail(`COPY ${source}: not found in ${last}`)
    }
  }
  note('images', after('-t'))
}

type Service = { image: string; profiles?: string[]; environment?: object; env_file?: string; volumes?: string[]; secrets?: string[]; depends_on?: object }
type Stack = { services: Record<string, Service>; secrets: Record<string, { file: string }> }

function settings(folder: string): Record<string, string> {
  const found = readFileSync(path.join(folder, '.env'), 'utf8').matchAll(/^([A-Z0-9_]+)=(.*)$/gm)
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]))
}

function stack(folder: string, env: Record<string, string>): Stack {
  const text = readFileSync(path.join(folder, 'compose.yml'), 'utf8').replaceAll(/^ *#.*$/gm, '')
  const filled = text.replaceAll(/\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, other: string | undefined) => {
    if (kind === '?' && !env[name]) fail(`required variable ${name} is missing a value: ${other}`)
    return env[name] || (kind === '-' ? (other ?? '') : '')
  })
  return parse(filled, { merge: true })
}

/** What each container was made of, and which one it is. */
type Made = Record<string, { hash: string; id: number }>
const containers = (): Made => (existsSync(at('made.json')) ? JSON.parse(readFileSync(at('made.json'), 'utf8')) : {})

function up(words: string[], force: boolean): void {
  // As Go's os.Getwd answers, which is where the shell says it is.
  const folder = process.env.PWD ?? ''
  const env = settings(folder)
  const { services, secrets } = stack(folder, env)
  const profiles = (env.COMPOSE_PROFILES ?? '').split(',')
  const made = containers()
  for (const [name, service] of Object.entries(services)) {
    const { depends_on: _, profiles: own, ...rest } = service
    if (words.length > 0 ? !words.includes(name) : own && !own.some((p) => profiles.includes(p))) continue
    if (/atende/.test(service.image) && !lines('images').includes(service.image)) fail(`pull access denied for ${service.image}`)
    const relative = (service.volumes ?? []).map((v) => v.split(':')[0] ?? '').filter((v) => v.startsWith('.'))
    for (const source of [...relative, ...(service.secrets ?? []).map((s) => secrets[s]?.file ?? '')]) {
      if (!existsSync(path.join(folder, source))) fail(`${name}: bind source path does not exist: ${path.join(folder, source)}`)
    }
    const environment = Object.entries({ ...(service.env_file ? env : {}), ...service.environment }).toSorted()
    const hash = JSON.stringify({ ...rest, environment })
    const there = made[name]
    if (there?.hash === hash && !force) continue
    note('calls', `${there ? 'recreated' : 'created'} ${name}`)
    made[name] = { hash, id: (there?.id ?? 0) + 1 }
  }
  writeFileSync(at('made.json'), JSON.stringify(made))
  note('calls', `up in ${folder}`)
}

function compose(): void {
  if (!existsSync(at('has-compose'))) fail("docker: 'compose' is not a docker command.")
  const words = args.slice(args[1] === '-f' ? 3 : 1)
  const named = words.slice(1).filter((w) => !w.startsWith('-'))
  if (words[0] === 'up') up(named, words.includes('--force-recreate'))
  else if (words[0] === 'ps') process.stdout.write(`${containers()[named[0] ?? '']?.id ?? ''}\n`)
  else if (words.includes('admin')) process.stdout.write('{ "created": true }\n')
}

const verbs: Record<string, () => void> = {
  compose,
  build,
  buildx: () => existsSync(at('has-buildx')) || process.exit(1),
  image: () => lines('images').includes(last) || process.exit(1),
  pull: () => (lines('published').includes(last) ? note('images', last) : fail(`${last}: not found`)),
  ps: () => process.exit(0),
}
if (!/inspect|version/.test(args.join(' '))) note('calls', `docker ${args.join(' ')}`)
verbs[args[0] ?? '']?.()
