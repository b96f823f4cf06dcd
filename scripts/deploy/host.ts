import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { run } from './run.ts'

export const ROOT = path.resolve(import.meta.dirname, '../..')
/** Kept between runs: the stand-ins for base images, and what the builder has built. */
export const CACHE = path.join(ROOT, 'node_modules/.cache/atende-deploy')

const TOOLS: Record<string, string> = {
  podman: 'podman',
  buildah: 'buildah',
  runc: 'runc',
  'podman-compose': 'podman-compose',
  debootstrap: 'debootstrap',
  iptables: 'iptables',
  openssl: 'openssl',
}
const PACKAGES = [...Object.values(TOOLS), 'containernetworking-plugins', 'golang-github-containernetworking-plugin-dnsname']
const present = (tool: string) => ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/sbin', '/bin'].some((dir) => existsSync(path.join(dir, tool)))

/** The tools, installed where we may; everything that containers leave behind goes to folders of our own. @throws naming what is missing */
export function prepareHost(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'This test makes containers of its own: it needs Linux and root (sudo npm run test:deploy). Nothing of the machine is changed but packages.',
    )
  }
  const missing = Object.keys(TOOLS).filter((tool) => !present(tool))
  if (missing.length > 0 || !existsSync('/usr/lib/cni/dnsname')) {
    if (!existsSync('/usr/bin/apt-get')) throw new Error(`Please install: ${PACKAGES.join(', ')}`)
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    run('apt-get', ['update', '-q'], { env })
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...PACKAGES], { env })
  }
  mkdirSync(CACHE, { recursive: true })
  const storage = path.join(CACHE, 'storage.conf')
  const containers = path.join(CACHE, 'containers.conf')
  writeFileSync(storage, `[storage]\ndriver = "overlay"\ngraphroot = "${CACHE}/graph"\nrunroot = "/run/atende-deploy"\n`)
  // runc and CNI: what works where systemd and newer control groups are absent, too.
  writeFileSync(
    containers,
    [
      '[network]',
      'network_backend = "cni"',
      `network_config_dir = "${CACHE}/networks"`,
      '[engine]',
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      '[containers]',
      'default_ulimits = ["nofile=16384:16384", "nproc=4096:4096"]',
      '',
    ].join('\n'),
  )
  mkdirSync(path.join(CACHE, 'networks'), { recursive: true })
  process.env.CONTAINERS_STORAGE_CONF = storage
  process.env.CONTAINERS_CONF = containers
}

/** Without systemd all containers are one group, which counts as much as one single process of a busy machine. They are ten. */
export function weighContainers(): void {
  for (const [file, share] of [
    ['/sys/fs/cgroup/cpu/libpod_parent/cpu.shares', '10240'],
    ['/sys/fs/cgroup/libpod_parent/cpu.weight', '1000'],
  ] as const) {
    if (existsSync(file)) writeFileSync(file, share)
  }
}
