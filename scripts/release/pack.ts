import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Refused, run, versionOf } from './repository.ts'

/**
 * What a server needs, and what deploy/docker/Dockerfile copies: an image can be built from it, and its sources come along, as the licence
 * asks.
 */
const FILES = [
  ...['package.json', 'package-lock.json', '.npmrc', 'LICENSE', 'README.md', 'README.pt-BR.md', 'SECURITY.md', 'CHANGELOG.md', 'docs', 'deploy'],
  ...['packages/contracts', 'packages/server', 'packages/whatsapp-emulator', 'packages/web', 'tsconfig.base.json', '.dockerignore'],
  ...['scripts/sbom.ts', 'scripts/precompress.ts', 'scripts/licence-texts.ts'],
]
const unwanted = (file: string): boolean => /\.test\.tsx?$|(^|\/)(conformance|testing)\//.test(file)

function stage(root: string, to: string): void {
  const tracked = run(root, 'git', ['ls-files', '-z', '--', ...FILES])
    .split('\0')
    .filter(Boolean)
  const built = ['packages/web/dist', 'sbom.cdx.json'].filter((f) => existsSync(path.join(root, f)))
  if (!built.includes('packages/web/dist')) throw new Refused('the web client is not built')
  for (const file of [...tracked.filter((f) => !unwanted(f)), ...built]) cpSync(path.join(root, file), path.join(to, file), { recursive: true })
  for (const entry of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    const at = path.join(to, entry)
    const { mode } = statSync(at)
    chmodSync(at, statSync(at).isDirectory() || mode & 0o100 ? 0o755 : 0o644)
  }
  chmodSync(to, 0o755)
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Where the image of this version is published: the installer fetches it by that name instead of building it. */
function nameImage(folder: string, image: string): void {
  const file = path.join(folder, 'deploy/compose/.env.example')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/^ATENDE_IMAGE=.*$/m, `ATENDE_IMAGE=${image}`).replace(/^ATENDE_BACKUP_IMAGE=.*$/m, `ATENDE_BACKUP_IMAGE=${image}-backup`))
}

/**
 * `atende-<version>.tar.gz` with one folder of that name, SHA256SUMS over it (and what lies beside it), and with a key its signature. The
 * same commit gives the same bytes: sorted, nobody's, with the time of the commit.
 */
export function pack(root: string, out: string, key?: string, image?: string): { file: string; sums: string; signature: string | undefined } {
  if (image && !/^[a-z0-9./_:-]+$/.test(image)) throw new Refused(`${image} is no name of an image`)
  const version = versionOf(root)
  const name = `atende-${version}`
  const work = mkdtempSync(path.join(tmpdir(), 'atende-pack-'))
  try {
    mkdirSync(out, { recursive: true })
    stage(root, path.join(work, name))
    if (image) nameImage(path.join(work, name), image)
    const tar = path.join(work, `${name}.tar`)
    const when = run(root, 'git', ['log', '-1', '--format=%ct'])
    run(work, 'tar', ['--sort=name', `--mtime=@${when}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '-cf', tar, name])
    run(work, 'gzip', ['-9', '-n', tar])
    const file = path.join(out, `${name}.tar.gz`)
    cpSync(`${tar}.gz`, file)
    const sums = path.join(out, 'SHA256SUMS')
    const beside = readdirSync(out)
      .filter((f) => !/^SHA256SUMS|\.md$/.test(f) && statSync(path.join(out, f)).isFile())
      .sort()
    writeFileSync(sums, beside.map((f) => `${sha256(path.join(out, f))}  ${f}\n`).join(''))
    rmSync(`${sums}.sig`, { force: true })
    // Every server has ssh-keygen; the namespace keeps this key's signatures from meaning anything else.
    if (key) run(out, 'ssh-keygen', ['-q', '-Y', 'sign', '-f', key, '-n', 'atende-release', sums])
    return { file, sums, signature: key ? `${sums}.sig` : undefined }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
