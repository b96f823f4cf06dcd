import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem, userInfo } from 'node:os'
import path from 'node:path'
import { readEnvironment } from '../../../platform/config.ts'
import { type Both, bad, both, type CheckText, type Finding, family, judge, ok, type Status, skipped, warn } from '../check.ts'
import type { DoctorEnv } from '../doctor-env.ts'
import { processesHere } from '../identity.ts'

const texts = {
  'disk.space': {
    title: both('disks have room', 'espaço em disco'),
    todo: both(
      'free room or enlarge the disk; old backups and logs first, never files of PostgreSQL',
      'libere espaço ou aumente o disco; primeiro backups e logs antigos, nunca arquivos do PostgreSQL',
    ),
    runbook: 'disk',
  },
  'disk.inodes': {
    title: both('disks have inodes', 'inodes em disco'),
    todo: both('find the folder with very many small files', 'encontre a pasta com muitos arquivos pequenos'),
    runbook: 'disk',
  },
  'disk.folders': {
    title: both('folders exist and can be written', 'pastas existem e aceitam escrita'),
    todo: both(
      'atende doctor --fix --only disk.folders makes missing ones; else: chown atende the folder, remount a read-only disk',
      'atende doctor --fix --only disk.folders cria as que faltam; senão: chown atende na pasta, remonte o disco somente leitura',
    ),
    runbook: 'disk',
  },
  'machine.memory': {
    title: both('memory is enough', 'memória suficiente'),
    todo: both('find the largest process (ps aux --sort=-rss), add swap or memory', 'encontre o maior processo (ps aux --sort=-rss), adicione swap ou memória'),
    runbook: 'memory',
  },
  'machine.load': {
    title: both('the processor keeps up', 'processador dá conta'),
    todo: both('find the busiest process (top), or take a larger server', 'encontre o processo mais ocupado (top), ou use um servidor maior'),
    runbook: 'memory',
  },
  'machine.files': {
    title: both('enough files may be open', 'limite de arquivos abertos'),
    todo: both('set LimitNOFILE=65536 in the unit (compose: ulimits.nofile)', 'defina LimitNOFILE=65536 na unit (compose: ulimits.nofile)'),
    runbook: 'start',
  },
  'machine.node': {
    title: both('Node.js is the tested version', 'Node.js na versão testada'),
    todo: both('install Node.js 24', 'instale o Node.js 24'),
    runbook: 'start',
  },
  'machine.timezone': {
    title: both('time zones are known', 'fusos horários conhecidos'),
    todo: both('install tzdata, and set TZ to a name such as America/Sao_Paulo', 'instale tzdata e defina TZ com um nome como America/Sao_Paulo'),
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const GIB = 1024 ** 3
const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`

/** `later`: the server makes it when it first needs it. */
type Place = { name: string; folder: string; later: boolean }
function places(env: DoctorEnv): Place[] {
  const { config, home, raw } = env
  // The installer makes it on every plain server, and no setting names it.
  const logs = raw.LOG_DIR ?? (existsSync('/var/log/atende') || existsSync('/opt/atende/current') ? '/var/log/atende' : undefined)
  return [
    { name: 'data', folder: home, later: false },
    ...(config.STORAGE === 'disk' ? [{ name: 'media', folder: path.join(home, 'media'), later: true }] : []),
    ...(raw.BACKUP_DIR && !env.backupsElsewhere ? [{ name: 'backups', folder: raw.BACKUP_DIR, later: false }] : []),
    ...(logs ? [{ name: 'logs', folder: logs, later: false }] : []),
    ...(config.AUDIT_COPY_DIR ? [{ name: 'audit copies', folder: config.AUDIT_COPY_DIR, later: false }] : []),
  ]
}

const isMissing = (folder: string) => !existsSync(folder)
const isWritable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Made for whoever owns the data: the doctor may be root, the service is not. */
function makeFolder(home: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o750 })
  if (process.getuid?.() !== 0 || isMissing(home)) return
  const { uid, gid } = statSync(home)
  chownSync(folder, uid, gid)
}

const nearest = (folder: string): string => (isMissing(folder) ? nearest(path.dirname(folder)) : folder)

/** Below a folder of root's only root makes one; its owner and mode are those that the installer gives. */
function commandOfRoot(name: string, folder: string): string {
  const user = userInfo().username
  const as = name === 'logs' ? `-o root -g ${user} -m 1770` : `-o ${user} -g ${user} -m ${name === 'backups' ? '0700' : '0750'}`
  return `sudo install -d ${as} ${folder}`
}

/** Services write nowhere but to the places that their units, or their containers, name. */
const SEALED: Partial<Record<string, Both>> = {
  'audit copies': both(
    'chown atende the folder, then run the installer again: it lets the services write there (compose: AUDIT_COPY_URL instead)',
    'chown atende na pasta e rode o instalador de novo: ele deixa os serviços gravarem lá (compose: use AUDIT_COPY_URL)',
  ),
}

function checkFolders(home: string, list: readonly Place[]): Finding<Id>[] {
  const wrong = list.flatMap(({ name, folder, later }): Finding<Id>[] => {
    if (isMissing(folder)) {
      const [what, command] = [`mkdir -p ${folder}`, commandOfRoot(name, folder)]
      const more = isWritable(nearest(folder))
        ? { fix: { what: both(what, what), run: async () => makeFolder(home, folder) } }
        : { todo: both(`as root: ${command}`, `como root: ${command}`) }
      return [(later ? warn : bad)('disk.folders', `${folder} (${name}) is missing`, `${folder} (${name}) não existe`, more)]
    }
    if (isWritable(folder)) return []
    return [bad('disk.folders', `${folder} (${name}) cannot be written`, `${folder} (${name}) não aceita escrita`, { todo: SEALED[name] })]
  })
  return [...wrong, ok('disk.folders', list.map((p) => p.name).join(', '), list.map((p) => p.name).join(', '))]
}

/** Growth of messages with their media is not known here; what the database alone says is told by database.size. */
async function checkDisks(list: readonly Place[]): Promise<Finding<Id>[]> {
  const found = await Promise.all(
    list
      .filter((p) => !isMissing(p.folder))
      .map(async ({ name, folder }): Promise<Finding<Id>[]> => {
        const s = await statfs(folder)
        const [free, percent] = [s.bavail * s.bsize, Math.round((s.bavail / Math.max(1, s.blocks)) * 100)]
        const inodes = s.files === 0 ? 100 : Math.round((s.ffree / s.files) * 100)
        const space: Status = free < GIB / 2 || percent < 3 ? 'fail' : free < 2 * GIB || percent < 10 ? 'warn' : 'ok'
        return [
          judge('disk.space', space, both(`${name}: ${gib(free)} free (${percent} %)`, `${name}: ${gib(free)} livres (${percent} %)`)),
          judge('disk.inodes', inodes < 3 ? 'fail' : inodes < 10 ? 'warn' : 'ok', both(`${name}: ${inodes} % free`, `${name}: ${inodes} % livres`)),
        ]
      }),
  )
  return found.flat()
}

function checkMemory(): Finding<Id> {
  // As for the installer: where the machine's figures are not those to go by.
  const file = readEnvironment().ATENDE_MEMINFO ?? '/proc/meminfo'
  const meminfo = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
  const total = kib('MemTotal') || totalmem()
  const available = kib('MemAvailable') || freemem()
  const swap = kib('SwapTotal')
  const share = available / total
  // A small machine without swap loses a process at the first peak.
  const status: Status = share < 0.05 ? 'fail' : share < 0.12 || (total < 3.5 * GIB && swap === 0) ? 'warn' : 'ok'
  return judge(
    'machine.memory',
    status,
    both(`${gib(available)} of ${gib(total)} available, swap ${gib(swap)}`, `${gib(available)} de ${gib(total)} disponíveis, swap ${gib(swap)}`),
  )
}

function checkLoad(): Finding<Id> {
  const cores = cpus().length
  const [, , fifteen = 0] = loadavg()
  return judge(
    'machine.load',
    fifteen > cores * 3 ? 'fail' : fifteen > cores * 1.5 ? 'warn' : 'ok',
    both(`${fifteen.toFixed(1)} over 15 min on ${cores} cores`, `${fifteen.toFixed(1)} em 15 min com ${cores} núcleos`),
  )
}

/** A server has a connection per person and more: a thousand files are soon too few. Each process has a limit of its own. */
async function checkFiles(env: DoctorEnv): Promise<Finding<Id>[]> {
  const limits = (await processesHere(env)).flatMap((pid) => {
    const [command, file] = [`/proc/${pid}/cmdline`, `/proc/${pid}/limits`]
    // A number may belong to somebody else by now, or to another container.
    if (!existsSync(command) || !readFileSync(command, 'utf8').includes('cli.ts')) return []
    return [/Max open files\s+(\d+|unlimited)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 'unlimited']
  })
  if (limits.length === 0) return [skipped('machine.files', 'no process of the server can be seen from here', 'nenhum processo do servidor é visível daqui')]
  return limits.map((limit) => {
    const few = limit !== 'unlimited' && Number(limit) < 1024
    return (few ? warn : ok)('machine.files', `limit ${limit}`, `limite ${limit}`)
  })
}

function checkNode(): Finding<Id> {
  const major = Number(process.versions.node.split('.')[0])
  return judge('machine.node', major < 24 ? 'fail' : major > 24 ? 'warn' : 'ok', both(`Node.js ${process.versions.node}`, `Node.js ${process.versions.node}`))
}

function checkZone(raw: DoctorEnv['raw']): Finding<Id> {
  const zone = raw.TZ?.replace(/^:/, '')
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone ?? 'America/Sao_Paulo' })
    const now = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
    return ok('machine.timezone', now, now)
  } catch {
    return warn('machine.timezone', `TZ=${zone} is unknown`, `TZ=${zone} é desconhecido`)
  }
}

export const machineChecks = family(texts, async (env) => {
  const list = places(env)
  return [...checkFolders(env.home, list), ...(await checkDisks(list)), checkMemory(), checkLoad(), ...(await checkFiles(env)), checkNode(), checkZone(env.raw)]
})
