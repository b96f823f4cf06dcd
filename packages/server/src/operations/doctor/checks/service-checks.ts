import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Health } from '@atende/contracts/health'
import { VERSION } from '../../../platform/config.ts'
import { within } from '../../../platform/health.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import { transportOf } from '../../../platform/mail.ts'
import { diskStorage } from '../../../platform/storage-disk.ts'
import { s3Storage } from '../../../platform/storage-s3.ts'
import { bad, both, type CheckText, type Finding, family, ok, skipped, warn } from '../check.ts'
import { type DoctorEnv, reasonOf } from '../doctor-env.ts'
import { whoAnswers } from '../identity.ts'
import { peekEmbedded, postmasterFile } from '../peek.ts'
import { opens } from '../ports.ts'

const texts = {
  'server.running': {
    title: both('Atende runs', 'o Atende está no ar'),
    todo: both(
      'systemctl start atende.target (plain) or docker compose up -d (compose); then journalctl -u "atende-*" -n 50 or docker compose logs',
      'systemctl start atende.target (direto) ou docker compose up -d (compose); depois journalctl -u "atende-*" -n 50 ou docker compose logs',
    ),
    runbook: 'start',
  },
  'server.health': {
    title: both('all components are well', 'todos os componentes bem'),
    todo: both('look at the other lines of this report, then at the log', 'veja as outras linhas deste relatório e depois o log'),
    runbook: 'start',
  },
  'server.version': {
    title: both('one version is in use', 'uma só versão em uso'),
    todo: both('finish the update or go back: atende update --help', 'conclua a atualização ou volte: atende update --help'),
    runbook: 'start',
  },
  'server.leftovers': {
    title: both('no file of a dead process is left', 'nenhum arquivo de processo morto'),
    todo: both('atende doctor --fix --only server.leftovers', 'atende doctor --fix --only server.leftovers'),
    runbook: 'start',
  },
  'mail.connect': {
    title: both('the mail server takes our login', 'o servidor de e-mail aceita nosso login'),
    todo: both(
      'check SMTP_HOST, SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASSWORD and MAIL_FROM; many providers block port 25, use 587',
      'confira SMTP_HOST, SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASSWORD e MAIL_FROM; muitos provedores bloqueiam a porta 25, use 587',
    ),
    runbook: 'start',
  },
  'storage.usable': {
    title: both('media can be stored and read', 'mídias podem ser gravadas e lidas'),
    todo: both(
      'disk: the folder media must belong to atende; S3: check S3_ENDPOINT, S3_BUCKET and the key',
      'disco: a pasta media deve pertencer a atende; S3: confira S3_ENDPOINT, S3_BUCKET e a chave',
    ),
    runbook: 'disk',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

/** Where no port of this machine answers, unless it is another installation that has the name. */
async function answersAtPublicUrl(env: DoctorEnv): Promise<string | undefined> {
  const url = env.config.PUBLIC_URL?.replace(/\/+$/, '')
  const seen = url === undefined ? undefined : await whoAnswers(env, url).catch(() => undefined)
  return seen?.alive && seen.whose !== 'stranger' ? url : undefined
}

async function checkServer(env: DoctorEnv): Promise<Finding<Id>[]> {
  const url = env.serverUrl ?? (await answersAtPublicUrl(env))
  const answer = url === undefined ? undefined : await env.outgoing.fetch(`${url}/health`, { timeoutMs: 5000 }).catch(() => undefined)
  const report = answer ? Health.safeParse(await answer.json().catch(() => null)).data : undefined
  if (!report) return [bad('server.running', 'no server answers', 'nenhum servidor responde')]
  const ill = Object.entries(report.checks).flatMap(([name, check]) => (['down', 'degraded'].includes(check.status) ? [`${name} ${check.status}`] : []))
  const health = report.status === 'unhealthy' ? bad : ill.length > 0 ? warn : ok
  return [
    ok('server.running', `${url}, up for ${Math.round(report.uptime / 60)} min`, `${url}, no ar há ${Math.round(report.uptime / 60)} min`),
    health('server.health', ill.length > 0 ? ill.join(', ') : report.status, ill.length > 0 ? ill.join(', ') : report.status),
    ...(await checkVersion(report.version)),
  ]
}

const ROOT = '/opt/atende'
/** Versions in use: of the server that answered, of this command, of the two colours. */
async function checkVersion(running: string): Promise<Finding<Id>[]> {
  const links = await Promise.all(
    ['current', 'blue', 'green'].map(async (name) => [name, path.basename(await readlink(path.join(ROOT, name)).catch(() => ''))] as const),
  )
  const known = links.filter(([, version]) => version !== '').map(([name, version]) => `${name} ${version}`)
  const said = [`server ${running}`, ...(running === VERSION ? [] : [`command ${VERSION}`]), ...known].join(', ')
  return [running === VERSION ? ok('server.version', said, said) : warn('server.version', said, said)]
}

/** Its process is not there, and nothing answers at its port either. */
async function isDead(embedded: ReturnType<typeof peekEmbedded>): Promise<boolean> {
  if (!embedded || embedded.alive) return false
  return opens('127.0.0.1', embedded.port, 2000).then(
    () => false,
    () => true,
  )
}

async function checkLeftovers(env: DoctorEnv): Promise<Finding<Id>[]> {
  const running = path.join(env.home, 'running.json')
  const lock = postmasterFile(env.home)
  const dead = [...(existsSync(running) && !env.serverUrl ? [running] : []), ...((await isDead(peekEmbedded(env.home))) ? [lock] : [])]
  if (dead.length === 0) return [ok('server.leftovers', 'none', 'nenhum')]
  // In another container they may well live: neither their process nor their port can be seen from here.
  if (env.container)
    return [skipped('server.leftovers', 'processes of other containers cannot be seen', 'processos de outros contêineres não podem ser vistos')]
  return dead.map((file) => {
    const fix = { what: both(`rm ${file}`, `rm ${file}`), run: async () => rmSync(file, { force: true }) }
    return warn('server.leftovers', `${file}: its process has died`, `${file}: o processo já morreu`, { fix })
  })
}

async function checkMail({ config }: DoctorEnv): Promise<Finding<Id>[]> {
  if (!config.SMTP_URL && !config.SMTP_HOST) {
    const todo = both(
      'set SMTP_HOST (or SMTP_URL) and MAIL_FROM, or live without mails: invitations are links to copy',
      'defina SMTP_HOST (ou SMTP_URL) e MAIL_FROM, ou fique sem e-mails: convites são links para copiar',
    )
    return [warn('mail.connect', 'no mails are sent: SMTP is not set up', 'nenhum e-mail sai: SMTP não está configurado', { todo })]
  }
  const transport = transportOf(config)
  try {
    await within(8000, transport.verify())
    return [ok('mail.connect', 'connected and greeted', 'conectado e aceito')]
  } catch (e) {
    const code = e instanceof Error && 'code' in e ? String(e.code) : 'unknown'
    const number = e instanceof Error && 'responseCode' in e ? ` ${e.responseCode}` : ''
    return [bad('mail.connect', `not accepted: ${code}${number}`, `não aceito: ${code}${number}`)]
  } finally {
    transport.close()
  }
}

/** Writes, reads and removes a few bytes: a bucket may allow one and not the other. */
async function checkStorage(env: DoctorEnv): Promise<Finding<Id>[]> {
  if (env.config.STORAGE === 'disk' && !existsSync(path.join(env.home, 'media')))
    return [skipped('storage.usable', 'nothing was stored yet', 'nada foi gravado ainda')]
  // What waits on its way to a bucket lies in a folder of our own: one of root's in the data folder would lock the service out.
  const spool = mkdtempSync(path.join(tmpdir(), 'atende-doctor-'))
  const storage = env.config.STORAGE === 's3' ? s3Storage(env.config, spool) : diskStorage(path.join(env.home, 'media'))
  const key = `${uuidv7()}/${uuidv7()}`
  try {
    await storage.check()
    if (storage.kind === 's3') {
      await storage.put(key, Buffer.from('atende doctor'))
      for await (const _ of Readable.from(await storage.get(key))) break
      await storage.delete(key)
    }
    return [ok('storage.usable', storage.kind, storage.kind)]
  } catch (e) {
    return [bad('storage.usable', `${storage.kind}: ${reasonOf(e)}`, `${storage.kind}: ${reasonOf(e)}`)]
  } finally {
    rmSync(spool, { recursive: true, force: true })
  }
}

export const serviceChecks = family(texts, async (env) => [
  ...(await Promise.all([checkServer(env), checkMail(env), checkStorage(env), checkLeftovers(env)])).flat(),
])
