import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { Installation } from '../platform/installation.ts'
import { print, table, UsageError, warn } from './output.ts'

type Options = { tenant?: string; all?: boolean; wait?: string; json?: boolean }

export function keyCommands(program: Command): void {
  const keys = program.command('keys').description('encryption keys: their state, and new ones while the server runs')
  keys.command('status').description('which keys there are, and whether a rotation has not ended').action(status)
  const rotate = keys.command('rotate').description('new keys, while traffic flows; what was stopped goes on when run again')
  rotate
    .command('master')
    .description('the key that wraps all others (ENCRYPTION_KEY, or the one in the data folder)')
    .addHelpText(
      'after',
      `
With the key in the data folder this makes a new one and does everything. With ENCRYPTION_KEY, first restart all processes with the
new key as ENCRYPTION_KEY and the old one as ENCRYPTION_KEY_PREVIOUS (or change the files that ENCRYPTION_KEY_FILE and
ENCRYPTION_KEY_PREVIOUS_FILE name: processes read them again), then run this, then take ENCRYPTION_KEY_PREVIOUS away.

Example:
  atende keys rotate master`,
    )
    .action(rotateMasterKey)
  rotate
    .command('server')
    .description("the server's own key: second factors, signing key, access records, links and tokens; secrets of companies that it sealed")
    .option('--wait <seconds>', 'how long the new key waits until it counts, so that every running process has read it', '30')
    .addHelpText(
      'after',
      `
Nobody is logged out, and links that were sent go on working. Not while two versions of Atende run side by side: the older one does not
know the new key.

Example:
  atende keys rotate server`,
    )
    .action(rotateServerKey)
  rotate
    .command('tenant')
    .description('the key of a company, which wraps those of its contacts and files')
    .option('--tenant <slug|id>', 'company')
    .option('--all', 'every company, one after the other')
    .addHelpText('after', '\nExample:\n  atende keys rotate tenant --tenant recanto')
    .action(rotateTenantKey)
}

async function rotateServerKey(_: unknown, command: Command): Promise<void> {
  const { json = false, wait = '30' } = command.optsWithGlobals<Options>()
  if (!/^\d{1,4}$/.test(wait)) throw new UsageError(`--wait ${wait}: how many seconds?`)
  const { withInstallation } = await import('./with-installation.ts')
  const { rotateServer } = await import('../platform/vault/rotate-server.ts')
  const { SERVER_SEALED } = await import('../server-sealed.ts')
  const { noteServerOperator } = await import('./note-operator.ts')
  const result = await withInstallation(async ({ installation: i }) => {
    const rotated = await asOwner(i, (owner) => rotateServer(owner, i.keys, SERVER_SEALED, showProgress('values', json), Number(wait) * 1000))
    await noteServerOperator(i.db, 'keys.rotate', { what: 'server', version: rotated.version })
    return rotated
  })
  print(json, result, [
    `Version ${result.version} of the server's key seals now; ${result.values} values were sealed anew.`,
    ...(result.broken > 0 ? [`${result.broken} values open with no version that there is, as before; they stay as they are.`] : []),
    'Earlier versions stay, for the lines of the diary that they sealed.',
  ])
}

/** One line that is written over on a terminal; nothing where nobody looks. */
function showProgress(label: string, json: boolean): (done: number, total: number) => void {
  if (json || !process.stderr.isTTY) return () => {}
  return (done, total) => void process.stderr.write(`\r${label}: ${done} of ${total}${done === total ? '\n' : ''}`)
}

async function asOwner<T>(i: Installation, work: (owner: Installation['db']) => Promise<T>): Promise<T> {
  const { openDatabase } = await import('../platform/database.ts')
  const { db } = openDatabase(i.ownerUrl, 2, 'atende-keys')
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** A new master key in the data folder, beside the old one; an unfinished rotation goes on with the one that it made. */
async function beginMaster(i: Installation, fromSettings: boolean): Promise<void> {
  if (fromSettings) return
  const { loadSecrets, saveSecrets } = await import('../platform/home.ts')
  const secrets = loadSecrets(i.home)
  if (secrets.previousKeys?.length || !secrets.encryptionKey) return
  saveSecrets(i.home, { ...secrets, encryptionKey: randomBytes(32).toString('hex'), previousKeys: [secrets.encryptionKey] })
}

async function endMaster(i: Installation, fromSettings: boolean): Promise<void> {
  if (fromSettings) return
  const { loadSecrets, saveSecrets } = await import('../platform/home.ts')
  const { previousKeys: _, ...secrets } = loadSecrets(i.home)
  saveSecrets(i.home, secrets)
}

const NO_NEW_KEY = `there is no new master key yet: everything is wrapped by the one of ENCRYPTION_KEY already, so nothing was changed.
Keep the current key as ENCRYPTION_KEY_PREVIOUS, put a new one (openssl rand -hex 32) in its place as ENCRYPTION_KEY, restart all processes,
then run this again.`

/** With the key in the settings a new one is the operator's to make: without it a rotation would do nothing and say that it did. */
async function requireNewMaster(i: Installation): Promise<void> {
  const { askOwner } = await import('./with-installation.ts')
  const keys = await askOwner<{ wrapped: Buffer }>(
    i,
    'select wrapped from tenant_keys union all select wrapped from server_keys union all select wrapped from server_key_versions',
  )
  i.keys.masters.refresh()
  if (keys.every((k) => i.keys.masters.isCurrent(k.wrapped))) throw new UsageError(NO_NEW_KEY)
}

async function rotateMasterKey(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Options>()
  const { withInstallation } = await import('./with-installation.ts')
  const { rotateMaster } = await import('../platform/vault/rotate.ts')
  const { noteServerOperator } = await import('./note-operator.ts')
  const result = await withInstallation(async ({ config, installation: i }) => {
    const fromSettings = config.ENCRYPTION_KEY !== undefined
    if (fromSettings && config.ENCRYPTION_KEY_PREVIOUS.length === 0) await requireNewMaster(i)
    await beginMaster(i, fromSettings)
    const rewrapped = await asOwner(i, (owner) => rotateMaster(owner, i.db, i.keys, showProgress('companies', json)))
    await endMaster(i, fromSettings)
    await noteServerOperator(i.db, 'keys.rotate', { what: 'master', rewrapped })
    return { rewrapped, removePrevious: fromSettings && config.ENCRYPTION_KEY_PREVIOUS.length > 0 }
  })
  print(json, result, [
    `The new master key wraps everything now (${result.rewrapped} keys of companies were wrapped anew).`,
    ...(result.removePrevious ? ['Take ENCRYPTION_KEY_PREVIOUS away now.'] : []),
    'Keep a copy of the new key where the backups are not.',
  ])
}

async function rotateTenantKey(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<Options>()
  const json = o.json ?? false
  if ((o.tenant === undefined) === !o.all) throw new UsageError('name a company with --tenant, or take --all')
  const { findTenant, withInstallation } = await import('./with-installation.ts')
  const { allTenants, rotateTenant } = await import('../platform/vault/rotate.ts')
  const { inTenant } = await import('../platform/database.ts')
  const { noteOperator } = await import('./note-operator.ts')
  const rotated = await withInstallation(async ({ installation: i }) => {
    const ids = o.tenant === undefined ? await asOwner(i, allTenants) : [(await findTenant(i, o.tenant)).id]
    const out = []
    for (const [n, tenantId] of ids.entries()) {
      const { version, keys } = await rotateTenant(i.db, i.keys, tenantId, showProgress(`company ${n + 1} of ${ids.length}, keys`, json))
      await inTenant(i.db, tenantId, (tx) => noteOperator(tx, tenantId, 'keys.rotate', { type: 'tenant', id: tenantId }, { version }))
      out.push({ tenantId, version, keys })
    }
    return out
  })
  print(
    json,
    rotated,
    rotated.map((r) => `${r.tenantId}: version ${r.version}, ${r.keys} keys wrapped anew.`),
  )
}

type StatusRow = { id: string; slug: string; versions: number[]; keys: number; stale: boolean }

async function status(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<Options>()
  const { askOwner, withInstallation } = await import('./with-installation.ts')
  let server = { version: 1, unfinished: false }
  const rows = await withInstallation(async ({ installation: i }): Promise<StatusRow[]> => {
    const [newest] = await askOwner<typeof server>(
      i,
      'select version, resealed_at is null as unfinished from server_key_versions order by version desc limit 1',
    )
    server = newest ?? server
    const found = await askOwner<Omit<StatusRow, 'stale'> & { wrapped: Buffer[] }>(
      i,
      `select t.id, t.slug, coalesce(array_agg(k.version order by k.version) filter (where k.version is not null), '{}') versions,
        coalesce(array_agg(k.wrapped) filter (where k.version is not null), '{}') wrapped,
        (select count(*)::int from data_keys d where d.tenant_id = t.id) keys
      from tenants t left join tenant_keys k on k.tenant_id = t.id group by t.id order by t.created_at, t.id`,
    )
    return found.map(({ wrapped, ...r }) => ({ ...r, stale: wrapped.some((w) => !i.keys.masters.isCurrent(w)) }))
  })
  const lines = rows.map((r) => [r.slug, r.versions.join(' '), String(r.keys), r.stale ? 'an earlier one' : 'the current one', r.id])
  print(json, rows, rows.length === 0 ? ['No tenants yet.'] : table([['SLUG', 'VERSION', 'KEYS', 'MASTER KEY', 'ID'], ...lines]))
  if (!json) warn(`note: the server's own key is version ${server.version}.`)
  if (server.unfinished) warn('note: a rotation of the server\'s own key has not ended: run "atende keys rotate server" again.')
  if (rows.some((r) => r.stale)) warn('note: a rotation of the master key has not ended: run "atende keys rotate master" again.')
  if (rows.some((r) => r.versions.length > 1)) warn('note: a rotation of a company\'s key has not ended: run "atende keys rotate tenant" again.')
}
