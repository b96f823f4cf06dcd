import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

type Tool = {
  /** The setting that says where it is, and where it usually lies. */
  setting: string
  paths: readonly string[]
  /** Debian's package. */
  package: string
}

const usual = (name: string): string[] => [
  `/usr/bin/${name}`,
  `/usr/sbin/${name}`,
  `/usr/local/bin/${name}`,
  `/usr/local/sbin/${name}`,
  `/opt/homebrew/bin/${name}`,
]
const tool = (name: string, debian = name, setting = name.toUpperCase().replaceAll('-', '_')): Tool => ({ setting, paths: usual(name), package: debian })

/** What the tests need from the system. Each is used for real: limits count in Redis, nginx stands in front, Prometheus reads the rules. */
export const UNIT_TOOLS: readonly Tool[] = [
  tool('redis-server', 'redis-server', 'REDIS_SERVER'),
  // nginx itself takes NGINX for sockets that it inherits.
  tool('nginx', 'nginx-light', 'NGINX_BINARY'),
  tool('openssl'),
  tool('prometheus'),
  tool('promtool', 'prometheus'),
  tool('amtool', 'prometheus-alertmanager'),
  tool('shellcheck'),
  tool('ssh-keygen', 'openssh-client'),
  tool('curl'),
  // The deploy workflow reads answers with it.
  tool('jq'),
  tool('pg_dump', 'postgresql-client'),
  tool('systemd-analyze', 'systemd', 'SYSTEMD_ANALYZE'),
]
export const BROWSER_TOOLS: readonly Tool[] = [
  tool('openssl'),
  { setting: 'CHROMIUM', paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'], package: 'chromium' },
]
/** So that screenshots show emoji; nothing fails without it. */
const FONT = { file: '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf', package: 'fonts-noto-color-emoji' }

const mayInstall = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
const isMissing = (t: Tool): boolean => (process.env[t.setting] ? !existsSync(process.env[t.setting] ?? '') : !t.paths.some(existsSync))

/** Installs what is missing as root on Debian or Ubuntu. @throws naming exactly what to install, elsewhere */
export function requireTools(tools: readonly Tool[]): void {
  const packages = [...new Set(tools.filter(isMissing).map((t) => t.package))]
  if (packages.length > 0 && !mayInstall()) {
    const settings = tools.filter(isMissing).map((t) => t.setting)
    throw new Error(
      `The tests need ${packages.join(', ')} from the system. Install them (Debian: apt-get install ${packages.join(' ')}), or say where they are: ${settings.join(', ')}.`,
    )
  }
  if (tools === BROWSER_TOOLS && mayInstall() && !existsSync(FONT.file)) packages.push(FONT.package)
  if (packages.length > 0) install(packages)
}

/** Nobody wants a service to start because of a test: Debian asks this file first. */
const POLICY = '/usr/sbin/policy-rc.d'
function install(packages: readonly string[]): void {
  console.log(`— installing ${packages.join(', ')} (Debian packages)`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = !existsSync(POLICY)
  if (quiet) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    for (const args of [
      ['update', '-q'],
      ['install', '-y', '-q', '--no-install-recommends', ...packages],
    ]) {
      const r = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
      if (r.status !== 0) throw new Error(`apt-get ${args[0]} failed`)
    }
  } finally {
    if (quiet) rmSync(POLICY, { force: true })
  }
}
