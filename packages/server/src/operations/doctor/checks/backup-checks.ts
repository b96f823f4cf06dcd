import { archiveState, minutesSince } from '../../backup/archive-state.ts'
import { latestRuns, type RunKind, type ServerRun } from '../../server-runs.ts'
import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, skipped, warn } from '../check.ts'
import type { DoctorDatabase, DoctorEnv } from '../doctor-env.ts'

const texts = {
  'backup.age': {
    title: both('the last backup is young', 'o último backup é recente'),
    todo: both(
      'atende backup; then see why none comes by itself: systemctl status atende-backup; journalctl -u atende-backup -n 50 (compose: docker compose logs backup)',
      'atende backup; depois veja por que nenhum sai sozinho: systemctl status atende-backup; journalctl -u atende-backup -n 50 (compose: docker compose logs backup)',
    ),
    runbook: 'restore',
  },
  'backup.archive': {
    title: both('what was written is at every place of the backups', 'o que foi escrito está em todos os lugares dos backups'),
    todo: both(
      'atende backup ship says what is wrong with the place; a gap ends with the next backup',
      'atende backup ship diz o que há com o lugar; um buraco acaba com o próximo backup',
    ),
    runbook: 'restore',
  },
  'backup.restore_test': {
    title: both('the last restore test succeeded', 'o último teste de restauração deu certo'),
    todo: both(
      'run one (docs/backups.md) and read what it says; a backup that does not restore is none',
      'rode um (docs/backups.md) e leia o resultado; backup que não restaura não é backup',
    ),
    runbook: 'restore',
  },
  'backup.recipient': {
    title: both('backups are encrypted to a key that is elsewhere', 'backups cifrados para uma chave que fica fora daqui'),
    todo: both(
      'make a key pair on another computer (age-keygen) and set BACKUP_RECIPIENT to its public part (age1…)',
      'gere um par de chaves em outro computador (age-keygen) e defina BACKUP_RECIPIENT com a parte pública (age1…)',
    ),
    runbook: 'restore',
  },
  'backup.elsewhere': {
    title: both('backups lie on another machine too', 'há cópia dos backups em outra máquina'),
    todo: both(
      'set BACKUP_S3_* (docs/backups.md): a copy on the same disk dies with it',
      'defina BACKUP_S3_* (docs/backups.md): uma cópia no mesmo disco morre com ele',
    ),
    runbook: 'restore',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const hoursSince = (run: ServerRun) => (Date.now() - (run.endedAt ?? run.startedAt).getTime()) / 3600_000
const age = (hours: number): { en: string; pt: string } =>
  hours < 48 ? both(`${Math.round(hours)} h ago`, `há ${Math.round(hours)} h`) : both(`${Math.round(hours / 24)} days ago`, `há ${Math.round(hours / 24)} dias`)
const mib = (details: ServerRun['details']) => (typeof details.bytes === 'number' ? `, ${Math.round(details.bytes / 1048576)} MiB` : '')

type Limits = { late: number; tooLate: number }
async function judgeRuns(db: DoctorDatabase, id: Id, kind: RunKind, { late, tooLate }: Limits): Promise<Finding<Id>[]> {
  const runs = await latestRuns(db.kysely, [kind], 20)
  const good = runs.find((r) => r.outcome === 'ok')
  const [newest] = runs
  const failed = newest && (newest.outcome === 'failed' || newest.outcome === 'lost') ? newest : undefined
  const code = failed ? String(failed.details.error ?? failed.outcome) : ''
  const found: Finding<Id>[] = failed ? [bad(id, `the last one failed: ${code}`, `o último falhou: ${code}`)] : []
  if (!good) return [...found, warn(id, 'there is none yet', 'ainda não há nenhum')]
  const hours = hoursSince(good)
  const status: Status = hours > tooLate ? 'fail' : hours > late ? 'warn' : 'ok'
  const when = age(hours)
  return [...found, judge(id, status, both(`${when.en}${mib(good.details)}`, `${when.pt}${mib(good.details)}`))]
}

const DAY = 24
async function checkRuns(env: DoctorEnv, inUse: boolean): Promise<Finding<Id>[]> {
  const db = env.database
  if (!db) return (['backup.age', 'backup.restore_test'] as const).map((id) => skipped(id, 'the database does not answer', 'o banco de dados não responde'))
  const seen = await latestRuns(db.kysely, ['backup'])
  if (!inUse && seen.length === 0) {
    const todo = both(
      'set BACKUP_RECIPIENT and a place (docs/backups.md), or see that whatever does it for you runs',
      'defina BACKUP_RECIPIENT e um lugar (docs/backups.md), ou confira se outra ferramenta os faz',
    )
    return [warn('backup.age', 'no backups are set up', 'nenhum backup configurado', { todo })]
  }
  return [
    ...(await judgeRuns(db, 'backup.age', 'backup', { late: 26, tooLate: 3 * DAY })),
    ...(await judgeRuns(db, 'backup.restore_test', 'restore-test', { late: 8 * DAY, tooLate: 22 * DAY })),
  ]
}

async function checkArchive({ database }: DoctorEnv, inUse: boolean): Promise<Finding<Id>[]> {
  const state = database && (await archiveState(database.kysely))
  if (!state || (state.stopped && !inUse)) return []
  return state.places.flatMap(({ place, completeAt, error, gap }): Finding<Id>[] => {
    const when = age(minutesSince(completeAt) / 60)
    const isOld = minutesSince(completeAt) > state.limitMinutes
    const words = both(`${place}: complete ${when.en}${error ? ` (${error})` : ''}`, `${place}: completo ${when.pt}${error ? ` (${error})` : ''}`)
    return [
      judge('backup.archive', isOld ? 'fail' : error ? 'warn' : 'ok', words),
      ...(gap ? [bad('backup.archive', `${place}: a piece of the archive is missing`, `${place}: falta um pedaço do arquivo`)] : []),
    ]
  })
}

function checkRecipient({ raw }: DoctorEnv): Finding<Id>[] {
  const recipient = raw.BACKUP_RECIPIENT ?? ''
  if (/AGE-SECRET-KEY/i.test(recipient)) return [bad('backup.recipient', 'BACKUP_RECIPIENT holds the secret key', 'BACKUP_RECIPIENT contém a chave secreta')]
  return recipient.startsWith('age1')
    ? [ok('backup.recipient', 'a public key is set', 'há uma chave pública')]
    : [bad('backup.recipient', 'BACKUP_RECIPIENT is no age public key (age1…)', 'BACKUP_RECIPIENT não é uma chave pública age (age1…)')]
}

function checkElsewhere(env: DoctorEnv): Finding<Id> {
  if (env.backupsElsewhere) {
    const ask = 'docker compose exec backup atende doctor --only backup,disk'
    return skipped('backup.elsewhere', `another container makes the backups: ${ask}`, `outro contêiner faz os backups: ${ask}`)
  }
  return env.raw.BACKUP_S3_BUCKET
    ? ok('backup.elsewhere', 'S3', 'S3')
    : warn('backup.elsewhere', 'BACKUP_S3_BUCKET is not set', 'BACKUP_S3_BUCKET não está definida')
}

export const backupChecks = family(texts, async (env) => {
  // As isConfigured, also where the value is wrong: a place alone, which compose always names, makes no backup.
  const inUse = Boolean(env.raw.BACKUP_RECIPIENT)
  const settings = inUse ? [...checkRecipient(env), checkElsewhere(env)] : []
  return [...(await checkRuns(env, inUse)), ...(await checkArchive(env, inUse)), ...settings]
})
