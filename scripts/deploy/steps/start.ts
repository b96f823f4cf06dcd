import { run, until } from '../run.ts'
import type { Stack } from '../stack.ts'

const COLD_LIMIT = 3

/** Every service in the order of compose.yml, each waited for. Answers the figures worth printing. */
export async function startStack(stack: Stack): Promise<string[]> {
  stack.compose('up', '-d', '--no-build', 'prepare')
  await until(
    'the volumes to be prepared',
    () => stack.podman(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', stack.nameOf('prepare')]).out.trim() === 'exited 0',
    20,
  )
  const figures: string[] = []
  for (const service of ['postgres', 'redis', 'web-blue', 'worker-blue', 'nginx']) {
    const seconds = await stack.start(service)
    figures.push(`${service} healthy after ${seconds.toFixed(1)} s`)
  }
  await until('nginx to answer', async () => (await stack.call('GET', '/ready')).status === 200, 30)
  return figures
}

/** A web process that finds its database ready: from the start of the container to the first answer of /ready. @throws over the limit */
export async function measureStart(stack: Stack): Promise<string> {
  const name = stack.nameOf('web-blue')
  stack.podman(['stop', '-t', '30', name])
  const began = performance.now()
  stack.podman(['start', name])
  const started = performance.now()
  const address = stack.addressOf('web-blue')
  await until('the web process to be ready', async () => (await fetch(`http://${address}:3000/ready`).catch(() => undefined))?.status === 200, 30)
  const seconds = (performance.now() - began) / 1000
  if (seconds > COLD_LIMIT) throw new Error(`the server answered after ${seconds.toFixed(1)} s, more than ${COLD_LIMIT} s`)
  // Its address may be another one now: nginx learns it.
  stack.podman(['exec', stack.nameOf('nginx'), 'nginx', '-s', 'reload'])
  await until('nginx to find it again', async () => (await stack.call('GET', '/ready')).status === 200, 20)
  return `the server is ready ${seconds.toFixed(2)} s after the start of its container (${((started - began) / 1000).toFixed(2)} s of it are podman's)`
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
