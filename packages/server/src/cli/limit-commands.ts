import type { Command } from 'commander'
import { normalAddress } from '../platform/limits/client-address.ts'
import { print, table, UsageError } from './output.ts'

export function limitCommands(program: Command): void {
  const limits = program.command('limits').description('limits and bans of network addresses')
  limits
    .command('clear')
    .argument('<ip>', 'address; of IPv6 its whole /64')
    .description('forget bans and counts of an address, also in running servers')
    .addHelpText('after', '\nExample:\n  atende limits clear 203.0.113.7')
    .action(clear)
  limits.command('bans').description('networks that are banned at this moment').action(listBans)
}

async function clear(ip: string, _: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  if (normalAddress(ip.split('/')[0]) === undefined) throw new UsageError(`${ip} is no address`)
  const [{ withInstallation }, { clearFromOutside }] = [await import('./with-installation.ts'), await import('./clear-limits.ts')]
  const { noteServerOperator } = await import('./note-operator.ts')
  const done = await withInstallation(async (opened) => {
    const cleared = await clearFromOutside(opened, ip)
    await noteServerOperator(opened.installation.db, 'limits.clear', cleared)
    return cleared
  })
  print(json, done, [`${done.network}: ${done.bans} bans lifted, counts forgotten`])
}

async function listBans(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const [{ withInstallation }, { readBans }] = [await import('./with-installation.ts'), await import('./clear-limits.ts')]
  const bans = await withInstallation(readBans)
  const rows = bans.map((b) => [b.network, b.scope, String(b.level), b.until.toISOString()])
  print(json, { bans }, rows.length === 0 ? ['No network is banned.'] : table([['network', 'scope', 'level', 'until'], ...rows]))
}
