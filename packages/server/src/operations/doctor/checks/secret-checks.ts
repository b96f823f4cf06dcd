import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { ConfigError, REPOSITORY, SECRET_NAMES } from '../../../platform/config.ts'
import { MasterKeys } from '../../../platform/master-keys.ts'
import { requireStrongSecrets } from '../../../platform/strong-secrets.ts'
import { serverKeyPlace } from '../../../platform/vault/server-key.ts'
import { bad, both, type CheckText, type Finding, family, ok, skipped, warn } from '../check.ts'
import { type DoctorEnv, reasonOf } from '../doctor-env.ts'
import { peekMasterKeys, peekSecrets, secretsFile } from '../peek.ts'

const texts = {
  'secrets.strength': {
    title: both('secrets are strong and used once', 'segredos fortes e usados uma só vez'),
    todo: both('make new ones with "atende secrets make" and restart', 'gere novos com "atende secrets make" e reinicie'),
    runbook: 'start',
  },
  'secrets.files': {
    title: both('only the service reads its secrets', 'só o serviço lê seus segredos'),
    todo: both(
      'atende doctor --fix --only secrets.files (or chmod 0600, or 0640 for a file of root and group atende)',
      'atende doctor --fix --only secrets.files (ou chmod 0600, ou 0640 para arquivo de root e grupo atende)',
    ),
  },
  'keys.master': {
    title: both('the master key opens the data', 'a chave mestra abre os dados'),
    todo: both(
      'put the master key back from its copy (secrets.json or ENCRYPTION_KEY); never make a new one over existing data',
      'recoloque a chave mestra a partir da cópia (secrets.json ou ENCRYPTION_KEY); nunca crie uma nova sobre dados existentes',
    ),
    runbook: 'lost-master-key',
  },
  'keys.rotation': {
    title: both('no key rotation is unfinished', 'nenhuma troca de chaves pela metade'),
    todo: both(
      'run "atende keys rotate master" again; then remove ENCRYPTION_KEY_PREVIOUS',
      'rode "atende keys rotate master" de novo; depois remova ENCRYPTION_KEY_PREVIOUS',
    ),
    runbook: 'lost-master-key',
  },
  'keys.copy': {
    title: both('a copy of the master key lies elsewhere', 'há uma cópia da chave mestra em outro lugar'),
    todo: both(
      'copy it to a place that is neither this server nor its backups, then confirm: atende doctor --fix --only keys.copy',
      'copie-a para um lugar que não seja este servidor nem seus backups e confirme: atende doctor --fix --only keys.copy',
    ),
    runbook: 'lost-master-key',
  },
} satisfies Record<string, CheckText>

function checkStrength({ config }: DoctorEnv): Finding<'secrets.strength'>[] {
  try {
    requireStrongSecrets({ ...config, NODE_ENV: 'production' })
    return [ok('secrets.strength', 'none is weak or used twice', 'nenhum é fraco ou repetido')]
  } catch (e) {
    if (!(e instanceof ConfigError)) throw e
    const lines = e.message.split('\n').slice(1)
    return lines.map((line) => bad('secrets.strength', line, line))
  }
}

/** Files that hold secrets, with the mode that is wanted of them. */
const secretFiles = (env: DoctorEnv): string[] => [
  secretsFile(env.home),
  path.join(REPOSITORY, '.env'),
  ...SECRET_NAMES.flatMap((n) => env.raw[`${n}_FILE`] ?? []),
]

function checkFiles(env: DoctorEnv): Finding<'secrets.files'>[] {
  const files = secretFiles(env).filter((f) => existsSync(f))
  const own = userInfo().uid
  const wrong = files.flatMap((file): Finding<'secrets.files'>[] => {
    const { mode, uid } = statSync(file)
    const octal = `0${(mode & 0o777).toString(8)}`
    // A file of the user's own need not be open to its group; one of root's is read by it.
    const wanted = uid === 0 && own !== 0 ? 0o640 : mode & 0o040 && uid === 0 ? 0o640 : 0o600
    if ((mode & 0o777 & ~0o640) !== 0) {
      const command = `chmod 0${wanted.toString(8)} ${file}`
      // Only its owner and root may.
      const mine = own === 0 || uid === own
      const more = mine
        ? { fix: { what: both(command, command), run: async () => chmodSync(file, wanted) } }
        : { todo: both(`as root: sudo ${command}`, `como root: sudo ${command}`) }
      return [bad('secrets.files', `${file} has mode ${octal}`, `${file} tem modo ${octal}`, more)]
    }
    if (uid !== 0 && own !== 0 && uid !== own)
      return [warn('secrets.files', `${file} belongs to another user (${uid})`, `${file} pertence a outro usuário (${uid})`)]
    return []
  })
  return [...wrong, ok('secrets.files', `${files.length} files`, `${files.length} arquivos`)]
}

/** For whom the confirmation counts: a new key needs a new copy. */
const copyNote = (env: DoctorEnv) => path.join(env.home, 'key-copy-confirmed')
const idOf = (masters: MasterKeys): string => masters.current.id.toString('hex')

function checkCopy(env: DoctorEnv, masters: MasterKeys): Finding<'keys.copy'>[] {
  const note = `${copyNote(env)}-${idOf(masters)}`
  if (existsSync(note))
    return [ok('keys.copy', `confirmed ${statSync(note).mtime.toISOString().slice(0, 10)}`, `confirmada em ${statSync(note).mtime.toISOString().slice(0, 10)}`)]
  const fix = {
    what: both('note that you have a copy of this key elsewhere', 'registrar que você tem uma cópia desta chave em outro lugar'),
    asksPerson: true,
    run: async () => writeFileSync(note, '', { mode: 0o600 }),
  }
  return [
    warn(
      'keys.copy',
      'nobody has confirmed that there is one; without the key every backup is unreadable',
      'ninguém confirmou que existe; sem a chave, nenhum backup pode ser lido',
      { fix },
    ),
  ]
}

async function checkMaster(env: DoctorEnv, masters: MasterKeys): Promise<Finding<'keys.master' | 'keys.rotation'>[]> {
  if (!env.database) return [skipped('keys.master', 'a key is there; the database does not answer', 'há uma chave; o banco de dados não responde')]
  const servers = await env.database.ask<{ wrapped: Buffer }>('select wrapped from server_keys limit 1')
  const [server] = servers
  if (!server) return [ok('keys.master', 'nothing is sealed yet', 'nada foi cifrado ainda')]
  try {
    masters.unwrap(serverKeyPlace, server.wrapped)
  } catch (e) {
    return [bad('keys.master', `it does not open the key of the server: ${reasonOf(e)}`, `não abre a chave do servidor: ${reasonOf(e)}`)]
  }
  const tenants = await env.database.ask<{ wrapped: Buffer }>('select wrapped from tenant_keys')
  const stale = [server, ...tenants].filter((t) => !masters.isCurrent(t.wrapped)).length
  return [
    ok('keys.master', `opens the key of the server and those of ${tenants.length} companies`, `abre a chave do servidor e as de ${tenants.length} empresas`),
    ...checkRotation(env, stale),
  ]
}

function checkRotation(env: DoctorEnv, stale: number): Finding<'keys.rotation'>[] {
  if (stale > 0)
    return [warn('keys.rotation', `${stale} keys are still wrapped by an earlier master key`, `${stale} chaves ainda dependem de uma chave mestra anterior`)]
  const left = env.config.ENCRYPTION_KEY_PREVIOUS.length > 0 || (!env.config.ENCRYPTION_KEY && (peekSecrets(env.home)?.previousKeys?.length ?? 0) > 0)
  return left
    ? [warn('keys.rotation', 'the earlier master key is not needed any more and still there', 'a chave mestra anterior já não é necessária e continua lá')]
    : [ok('keys.rotation', 'all keys are wrapped by the current one', 'todas as chaves dependem da atual')]
}

async function checkKeys(env: DoctorEnv): Promise<Finding<keyof typeof texts>[]> {
  let hexes: string[]
  try {
    hexes = peekMasterKeys(env.config, env.home)
  } catch (e) {
    return [bad('keys.master', `secrets.json cannot be read: ${reasonOf(e)}`, `secrets.json não pode ser lido: ${reasonOf(e)}`)]
  }
  if (hexes.length === 0)
    return [
      bad(
        'keys.master',
        `there is none, neither in ENCRYPTION_KEY nor in ${secretsFile(env.home)}`,
        `não há nenhuma, nem em ENCRYPTION_KEY nem em ${secretsFile(env.home)}`,
      ),
    ]
  const masters = new MasterKeys(hexes)
  return [...(await checkMaster(env, masters)), ...checkCopy(env, masters)]
}

export const secretChecks = family(texts, async (env) => [...checkStrength(env), ...checkFiles(env), ...(await checkKeys(env))])
