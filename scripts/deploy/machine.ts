import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/**
 * A fresh server to install on: Debian or Ubuntu by debootstrap, entered by chroot with a network, processes and mounts of its own. There is no
 * systemd in it and no way out; `install-standins` stand for systemctl, certbot and ufw, and write down what they were asked.
 */
const ROOT = path.resolve(import.meta.dirname, '../..')
/** The same folder, and the same Debian, as for the containers. */
const CACHE = path.join(ROOT, 'node_modules/.cache/atende-deploy')
/** What can be rented today. */
const SYSTEMS = {
  // Debian's own is what debootstrap takes by itself.
  bookworm: { mirror: '', components: 'main' },
  trixie: { mirror: '', components: 'main' },
  jammy: { mirror: 'http://archive.ubuntu.com/ubuntu', components: 'main,universe' },
  noble: { mirror: 'http://archive.ubuntu.com/ubuntu', components: 'main,universe' },
} as const
export type System = keyof typeof SYSTEMS
const PACKAGES = ['ca-certificates', 'curl', 'openssl', 'xz-utils', 'iproute2', 'nginx', 'logrotate', 'ufw', 'certbot', 'procps']
const ADDRESS = '203.0.113.10'

export type Ended = { code: number; out: string; seconds: number }

function must(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  const r = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024, timeout: 900_000 })
  if (r.status !== 0)
    throw new Error(`${command} ${args.join(' ').slice(0, 200)} ended with ${r.status}:\n${(r.stdout + r.stderr + (r.error ?? '')).slice(-3000)}`)
  return r.stdout
}

/** An archive that is whole or not there. */
function pack(folder: string, tar: string): void {
  must('tar', ['-C', folder, '-cf', `${tar}.part`, '.'])
  renameSync(`${tar}.part`, tar)
}

function minimal(system: System): string {
  const tar = path.join(CACHE, system === 'bookworm' ? 'debian.tar' : `${system}.tar`)
  const folder = path.join(CACHE, `${system}-minimal`)
  if (existsSync(tar)) return tar
  mkdirSync(CACHE, { recursive: true })
  rmSync(folder, { recursive: true, force: true })
  const { mirror, components } = SYSTEMS[system]
  // A machine of Debian does not know Ubuntu's keys; this is for a try only, and nothing of it is shipped.
  const trust = mirror.includes('ubuntu') && !existsSync('/usr/share/keyrings/ubuntu-archive-keyring.gpg') ? ['--no-check-gpg'] : []
  must('debootstrap', ['--variant=minbase', `--components=${components}`, ...trust, system, folder, ...(mirror ? [mirror, ...scriptOf(system)] : [])])
  pack(folder, tar)
  rmSync(folder, { recursive: true, force: true })
  return tar
}

/** An older debootstrap does not know a newer Ubuntu by its name; all are made alike. */
const scriptOf = (system: System): string[] => (existsSync(`/usr/share/debootstrap/scripts/${system}`) ? [] : ['/usr/share/debootstrap/scripts/gutsy'])

/** A system with the packages that the installer would fetch; there is no network where it runs. */
function serverImage(system: System): string {
  const tar = path.join(CACHE, `server-${system}.tar`)
  if (existsSync(tar)) return tar
  const folder = path.join(CACHE, `server-${system}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  must('tar', ['-C', folder, '-xf', minimal(system)])
  // What the network of this machine needs, the new one needs as well.
  cpSync('/etc/resolv.conf', path.join(folder, 'etc/resolv.conf'), { dereference: true })
  for (const name of readdirSync('/etc/apt/apt.conf.d').filter((n) => !n.startsWith('docker'))) {
    cpSync(path.join('/etc/apt/apt.conf.d', name), path.join(folder, 'etc/apt/apt.conf.d', name), { dereference: true })
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
  must('chroot', [folder, 'apt-get', 'update', '-q'], env)
  must('chroot', [folder, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', ...PACKAGES], env)
  pack(folder, tar)
  rmSync(folder, { recursive: true, force: true })
  return tar
}

function childOf(pid: number): number | undefined {
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      if (readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)) return Number(name)
    } catch {
      // Gone in the meantime.
    }
  }
  return undefined
}

/** Starts it in `root`. Everything in it ends with `stop`. */
export async function startMachine(root: string, system: System) {
  mkdirSync(root, { recursive: true })
  must('tar', ['-C', root, '-xf', serverImage(system)])
  const standIns = path.join(import.meta.dirname, 'install-standins')
  for (const name of readdirSync(standIns)) cpSync(path.join(standIns, name), path.join(root, 'usr/local/sbin', name))
  const begin = [
    'mount --make-rprivate /',
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t tmpfs tmpfs ${root}/run`,
    `mkdir -p ${root}/run/systemd/system ${root}/run/lock`,
    'ip link set lo up',
    `ip addr add ${ADDRESS}/32 dev lo scope global`,
    // A shell buries what others leave behind, as an init does.
    `exec chroot ${root} bash -c 'while :; do sleep 60 & wait; done'`,
  ].join(' && ')
  const outer = spawn('unshare', ['-n', '-m', '-p', '-f', '--kill-child', 'sh', '-c', begin], { stdio: ['ignore', 'ignore', 'inherit'] })
  let inner: number | undefined
  for (let tries = 0; tries < 200 && !(inner && existsSync(`/proc/${inner}/root/run/systemd/system`) && isInside(inner)); tries++) {
    await new Promise((done) => setTimeout(done, 50))
    inner = outer.pid ? childOf(outer.pid) : undefined
  }
  if (!inner) throw new Error('the machine did not start')
  const enter = [
    '-t',
    String(inner),
    '-n',
    '-m',
    '-p',
    '-r',
    'env',
    '-C',
    '/',
    '-i',
    'HOME=/root',
    'LANG=C.UTF-8',
    `SSH_CONNECTION=198.51.100.7 50000 ${ADDRESS} 2222`,
  ]
  const places = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

  return {
    root,
    address: ADDRESS,
    /** As root, in there. */
    run(command: string, input = ''): Ended {
      const began = performance.now()
      const r = spawnSync('nsenter', [...enter, places, 'bash', '-c', command], { encoding: 'utf8', input, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 })
      return { code: r.status ?? 1, out: `${r.stdout}${r.stderr}`, seconds: (performance.now() - began) / 1000 }
    },
    async stop() {
      const gone = new Promise((done) => outer.once('close', done))
      outer.kill('SIGKILL')
      await gone
      // Its mounts went with it.
      rmSync(root, { recursive: true, force: true })
    },
  }
}
export type Machine = Awaited<ReturnType<typeof startMachine>>

function isInside(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'bash'
  } catch {
    return false
  }
}

/** The release as an operator gets it: one folder, built, with the libraries of production. */
export function makeRelease(to: string): void {
  mkdirSync(to, { recursive: true })
  const without = ['node_modules', '.git', '.data', 'coverage', 'bench/results', 'test-results'].map((n) => `--exclude=./${n}`)
  must('sh', ['-c', `tar -C ${ROOT} ${without.join(' ')} -cf - . | tar -C ${to} -xf -`])
  if (!existsSync(path.join(to, 'packages/web/dist/index.html'))) {
    must(path.join(ROOT, 'node_modules/.bin/vite'), [
      'build',
      path.join(ROOT, 'packages/web'),
      '--logLevel',
      'warn',
      '--outDir',
      path.join(to, 'packages/web/dist'),
    ])
  }
  must('sh', ['-c', `cd ${to} && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline`])
}
