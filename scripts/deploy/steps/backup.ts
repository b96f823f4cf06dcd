import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { run, until } from '../run.ts'
import type { Stack } from '../stack.ts'
import { compare, messagesOf, type Shop } from './messages.ts'

type Key = { identity: string; recipient: string }

const seconds = async (work: () => Promise<unknown> | unknown): Promise<string> => {
  const began = performance.now()
  await work()
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/** Removes a container and makes it again, with the settings as they are now. */
async function renew(stack: Stack, service: string): Promise<void> {
  stack.podman(['rm', '-f', '-t', '30', stack.nameOf(service)])
  await stack.start(service)
}

/**
 * Takes a backup, goes on working, then loses the whole database and gets it back from the backup and the archive: with what was written
 * after the backup. Says so, and does nothing, when the image has no such commands.
 */
export async function backupAndRestore(stack: Stack, shop: Shop): Promise<string[]> {
  const help = stack.podman(['exec', stack.nameOf('web-blue'), 'atende', '--help']).out
  if (!/^ +backup /m.test(help)) return ['backup: this version has no backup command; nothing was tried']
  const figures: string[] = []

  // The operator makes the key elsewhere; the server gets its public half only.
  const made = stack.podman(['run', '--rm', '--network=none', `localhost/atende:${stack.version}`, '--json', 'backup', 'key', 'make'])
  const key = JSON.parse(made.out) as Key
  const identity = path.join(stack.home, '../../backup.key')
  writeFileSync(identity, `${key.identity}\n`, { mode: 0o600 })
  stack.set({ BACKUP_RECIPIENT: key.recipient })
  // From now on the archive is kept. Addresses change with the containers, so everybody is started anew.
  await renew(stack, 'postgres')
  stack.set({ TEST_POSTGRES: stack.addressOf('postgres', 'back') })
  for (const service of ['web-blue', 'worker-blue']) await renew(stack, service)
  stack.podman(['exec', stack.nameOf('nginx'), 'nginx', '-s', 'reload'])
  await until('the servers to be back', async () => (await stack.call('GET', '/ready')).status === 200, 60)
  stack.compose('up', '-d', '--no-build', 'backup')

  const took = await seconds(() => stack.podman(['exec', stack.nameOf('backup'), 'atende', 'backup', '--wait', '4'], { timeoutMs: 300_000 }))
  figures.push(`backup: ${took}`)

  // Written after the backup: only the archive knows it.
  const later = `Depois do backup, às ${new Date().toISOString()}`
  const body = { conversationId: shop.conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text: later } }
  await stack.call('POST', '/api/messages', { token: shop.token, body })
  await until('the message', async () => (await messagesOf(stack, shop)).some((m) => m.content.text === later))
  shop.texts.push(later)
  const admin = (sql: string) =>
    stack.podman(['exec', stack.nameOf('postgres'), 'psql', '-h', '/var/run/postgresql', '-U', 'postgres', '-d', 'atende', '-tAc', sql]).out.trim()
  const segment = admin('select pg_walfile_name(pg_current_wal_lsn())')
  admin('select pg_switch_wal()')
  await until('the archive', () => admin('select last_archived_wal from pg_stat_archiver') >= segment, 120)
  // The backup service ships what is in the archive before it ends.
  stack.podman(['stop', '-t', '60', stack.nameOf('backup')])

  for (const service of ['web-blue', 'worker-blue', 'postgres']) stack.podman(['stop', '-t', '60', stack.nameOf(service)])
  stack.podman([
    'run',
    '--rm',
    '--network=none',
    '--user=0:0',
    '-v',
    `${stack.project}_database:/database`,
    '-v',
    `${stack.project}_data:/data`,
    '--entrypoint=sh',
    `localhost/atende:${stack.version}`,
    '-c',
    'rm -rf /database/* /data/media',
  ])

  figures.push(
    `restore: ${await seconds(() => {
      const restored = run(
        'sh',
        [
          '-c',
          `podman-compose -p ${stack.project} -f compose.yml -f compose.test.yml run --rm --no-deps -T restore --identity /dev/stdin --replace --yes < "${identity}"`,
        ],
        {
          cwd: stack.home,
          timeoutMs: 300_000,
        },
      )
      if (/exit code: [1-9]/.test(restored.out + restored.err)) throw new Error(restored.out + restored.err)
    })}`,
  )
  rmSync(identity)
  await renew(stack, 'postgres')
  stack.set({ TEST_POSTGRES: stack.addressOf('postgres', 'back') })
  for (const service of ['web-blue', 'worker-blue']) await renew(stack, service)
  stack.podman(['exec', stack.nameOf('nginx'), 'nginx', '-s', 'reload'])
  await until('the servers to be back', async () => (await stack.call('GET', '/ready')).status === 200, 60)
  await compare(stack, shop)
  figures.push('after the loss of the whole database and all files: every message and picture is back, also what was written after the backup')
  return figures
}
