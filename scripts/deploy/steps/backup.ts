import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { IMAGE } from '../image.ts'
import { run, until } from '../run.ts'
import type { Stack } from '../stack.ts'
import { compare, messagesOf, type Shop } from './messages.ts'

type BackupKey = { identity: string; recipient: string }

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

/** The operator makes the key elsewhere; the server gets its public half only. */
export function makeBackupKey(version: string): BackupKey {
  const made = run('podman', ['run', '--rm', '--network=none', `${IMAGE}:${version}`, '--json', 'backup', 'key', 'make'])
  return JSON.parse(made.out)
}

/** Everything but what is kept elsewhere is gone: the database, its archive excepted, and all files. */
function destroy(stack: Stack): void {
  const volumes = ['database', 'data'].flatMap((name) => ['-v', `${stack.project}_${name}:/${name}`])
  const image = `${IMAGE}:${stack.current().version}`
  stack.podman(['run', '--rm', '--network=none', '--user=0:0', ...volumes, '--entrypoint=sh', image, '-c', 'rm -rf /database/* /data/media'])
}

/**
 * Takes a backup of the version in charge, goes on working, then loses the whole database and gets it back from the backup and the archive:
 * with what was written after the backup. All by the operator's `atende`.
 */
export async function backupAndRestore(stack: Stack, shop: Shop, key: BackupKey): Promise<string[]> {
  const figures: string[] = []
  const { colour } = stack.current()
  const identity = path.join(stack.home, '../../backup.key')
  writeFileSync(identity, `${key.identity}\n`, { mode: 0o600 })
  figures.push(`backup: ${await seconds(() => stack.atende('backup', '--wait', '4'))}`)
  stack.atende('backup', 'verify', '--identity', identity)

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
  const servers = [`web-${colour}`, `worker-${colour}`]
  for (const service of ['backup', ...servers, 'postgres']) stack.podman(['stop', '-t', '60', stack.nameOf(service)])
  destroy(stack)

  figures.push(`restore: ${await seconds(() => stack.atende('restore', '--identity', identity, '--replace', '--yes'))}`)
  rmSync(identity)
  await renew(stack, 'postgres')
  stack.set({ TEST_POSTGRES: stack.addressOf('postgres', 'back') })
  // Their addresses are other ones now: nginx notices by itself.
  for (const service of servers) await renew(stack, service)
  stack.podman(['rm', '-f', '-t', '30', stack.nameOf('backup')])
  stack.compose('up', '-d', '--no-build', 'backup')
  await until('the servers to be back', async () => (await stack.call('GET', '/ready')).status === 200, 60)
  await compare(stack, shop)
  figures.push('after the loss of the whole database and all files: every message and picture is back, also what was written after the backup')
  return figures
}
