import { availableParallelism, loadavg } from 'node:os'
import { weighContainers } from '../host.ts'
import { run, until } from '../run.ts'
import type { Stack } from '../stack.ts'
import { startEmulator } from './messages.ts'

/** Every service in the order of compose.yml, each waited for. Answers the figures worth printing. */
export async function startStack(stack: Stack): Promise<string[]> {
  stack.compose('up', '-d', '--no-build', 'prepare')
  await until(
    'the volumes to be prepared',
    () => stack.podman(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', stack.nameOf('prepare')]).out.trim() === 'exited 0',
    20,
  )
  weighContainers()
  const figures: string[] = []
  const start = async (service: string) => figures.push(`${service} healthy after ${(await stack.start(service)).toFixed(1)} s`)
  for (const service of ['postgres', 'redis']) await start(service)
  const emulator = await startEmulator(stack)
  stack.set({ TEST_POSTGRES: stack.addressOf('postgres', 'back'), TEST_REDIS: stack.addressOf('redis', 'back'), TEST_EMULATOR: emulator })
  for (const service of ['web-blue', 'worker-blue', 'nginx']) await start(service)
  stack.compose('up', '-d', '--no-build', 'backup')
  await until('nginx to answer', async () => (await stack.call('GET', '/ready')).status === 200, 30)
  return figures
}

/**
 * A web process that finds its database ready: from the start of the container to the first answer of /ready. What a machine that does
 * other things makes of it is not the server's fault, so the processor's seconds are told as well, and how busy the machine was.
 */
export async function measureStart(stack: Stack): Promise<string> {
  const name = stack.nameOf('web-blue')
  stack.podman(['stop', '-t', '30', name])
  const began = performance.now()
  stack.podman(['start', name])
  const started = performance.now()
  const address = stack.addressOf('web-blue')
  await until('the web process to be ready', async () => (await fetch(`http://${address}:3000/ready`).catch(() => undefined))?.status === 200, 60)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const used = stack.podman([
    'exec',
    name,
    'sh',
    '-c',
    'cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || sed -n "s/^usage_usec //p" /sys/fs/cgroup/cpu.stat',
  ])
  const cpu = Number(used.out) > 1e8 ? Number(used.out) / 1e9 : Number(used.out) / 1e6
  // Its address may be another one now: nginx learns it by itself.
  await until('nginx to find it again', async () => (await stack.call('GET', '/ready')).status === 200, 20)
  const [load = 0] = loadavg()
  return (
    `the server is ready ${seconds} s after the start of its container, ${((started - began) / 1000).toFixed(1)} s of it podman's; ` +
    `${cpu.toFixed(1)} s of processor time (load of the machine ${load.toFixed(1)} on ${availableParallelism()} cores)`
  )
}

export function measureMemory(stack: Stack): string[] {
  const { out } = stack.podman(['stats', '--no-stream', '--format', '{{.Name}}\t{{.MemUsage}}\t{{.CPUPerc}}'], { allowFailure: true })
  return out
    .split('\n')
    .filter((line) => line.startsWith(stack.project))
    .map((line) => line.replace(`${stack.project}_`, '').replaceAll('\t', '  '))
}

/** What compose.yml promises of every container, asked of the containers themselves. @throws naming what does not hold */
export function checkHardening(stack: Stack): string[] {
  const wrong: string[] = []
  const inside = (service: string, ...command: string[]) => stack.podman(['exec', stack.nameOf(service), ...command], { allowFailure: true })
  for (const service of ['web-blue', 'worker-blue', 'postgres', 'redis', 'nginx']) {
    const status = inside(service, 'cat', '/proc/1/status').out
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? ''
    if (field('NoNewPrivs') !== '1') wrong.push(`${service}: may gain privileges`)
    if (service !== 'nginx' && field('Uid') !== '10001') wrong.push(`${service}: runs as user ${field('Uid')}`)
    if (service !== 'nginx' && !/^0+$/.test(field('CapEff'))) wrong.push(`${service}: has capabilities ${field('CapEff')}`)
    if (inside(service, 'sh', '-c', 'echo x > /usr/written').code === 0) wrong.push(`${service}: its file system can be written`)
  }
  if (!/tini/.test(inside('web-blue', 'cat', '/proc/1/comm').out)) wrong.push('web-blue: process 1 is no init')
  for (const service of ['postgres', 'redis']) {
    const ports = stack.podman(['port', stack.nameOf(service)], { allowFailure: true }).out.trim()
    if (ports) wrong.push(`${service} is published: ${ports}`)
    const out = inside(service, 'timeout', '3', 'bash', '-c', 'exec 3<>/dev/tcp/1.1.1.1/443')
    if (out.code === 0) wrong.push(`${service} can reach the internet`)
  }
  const published = run('podman', ['ps', '--format', '{{.Names}} {{.Ports}}']).out.split('\n')
  wrong.push(
    ...published.filter((line) => line.startsWith(stack.project) && /(^|[ ,])(0\.0\.0\.0|::|:\d)/.test(line)).map((line) => `published to everybody: ${line}`),
  )
  const environment = stack.podman(['inspect', '--format', '{{.Config.Env}}', stack.nameOf('web-blue')]).out
  if (/postgres:\/\/|redis:\/\/:/.test(environment)) wrong.push('web-blue: a secret stands in its environment')
  const policy = inside('redis', 'sh', '-c', 'REDISCLI_AUTH="$(sed "s/^requirepass //" /run/secrets/REDIS_AUTH)" redis-cli config get maxmemory-policy').out
  if (!policy.includes('noeviction')) wrong.push(`redis: ${policy}`)
  if (inside('redis', 'redis-cli', 'ping').out.includes('PONG')) wrong.push('redis: answers without a password')
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return ['every container: no privileges, read-only, not root, nothing but nginx reachable from outside']
}

/**
 * What the pages tell the operator to run, where they tell it: the doctor in the container of a web process. Backups, their folder and
 * other containers' processes are not there to be seen; that is no fault. And logs by kind lie in their volume.
 */
export function checkDoctor(stack: Stack): string[] {
  const inside = (...command: string[]) => stack.podman(['exec', stack.nameOf('web-blue'), ...command], { allowFailure: true })
  const only = 'config.valid,disk.folders,backup.elsewhere,server.running,server.leftovers,machine.files'
  const { out, err } = inside('atende', 'doctor', '--only', only, '--json')
  if (!out.startsWith('{')) throw new Error(`the doctor does not run in web-blue: ${err}`)
  const checks: { id: string; status: string; message: string }[] = JSON.parse(out).checks
  const wrong = checks.filter((c) => c.status === 'fail' || (c.status === 'warn' && /^(disk|backup|server)\./.test(c.id)))
  if (wrong.length > 0) throw new Error(`the doctor in web-blue: ${wrong.map((c) => `${c.id} ${c.message}`).join('; ')}`)
  const logs = inside('ls', '/logs').out.split('\n')
  for (const name of ['http-web-blue.log', 'http-worker-blue.log'])
    if (!logs.includes(name)) throw new Error(`no ${name} in the volume of logs: ${logs.join(' ')}`)
  return [`the doctor in its container: ${checks.length} looks, nothing wrong`]
}
