import type { Stack } from '../stack.ts'
import type { Shop } from './messages.ts'

/** Written against `atende backup` and `atende restore`; says so when the image has no such commands yet. */
export async function backupAndRestore(stack: Stack, _shop: Shop): Promise<string[]> {
  const help = stack.podman(['exec', stack.nameOf('web-blue'), 'atende', '--help']).out
  if (!/^ +backup /m.test(help)) return ['backup: this version has no backup command; left out']
  return []
}
