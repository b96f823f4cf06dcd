/** What can go wrong with a backup or a restore, each with what to do about it. The codes stand in the runs on record. */
const HINTS = {
  not_configured: 'set BACKUP_RECIPIENT and BACKUP_DIR or BACKUP_S3_BUCKET; "atende backup key make" makes a key',
  backup_running: 'another backup of this database is under way; wait until it has ended',
  disk_full: 'make room, or set BACKUP_DIR to a larger disk; unfinished files were removed',
  target_unreachable: 'is the disk mounted, does the storage service answer, are the keys right? The backup is tried again by itself',
  no_backup: 'see "atende backup list"; is this the right place (--from)?',
  chunk_missing: 'this backup is not whole; take another one (--backup)',
  chunk_corrupt: 'this backup was damaged where it lies; take another one (--backup) and look at that disk or service',
  wal_missing: 'go back to a time before the gap (--to), or to the end of the copy itself (--to backup)',
  wal_ambiguous: 'take the history that you want (--timeline), another backup (--backup), or the end of the copy itself (--to backup)',
  time_not_reached: 'the archive ends before that time; take an earlier one, or leave --to out for the latest state',
  archive_stuck: 'archive_command of PostgreSQL does not hand its segments over; see what it says in the log of PostgreSQL',
  archive_conflict: 'two histories of one database write there: give this one a place of its own (BACKUP_DIR, BACKUP_S3_PREFIX), then "atende backup"',
  place_taken: 'name another place (BACKUP_DIR, BACKUP_S3_PREFIX); or, when that installation is gone for good, "atende backup adopt"',
  wrong_identity: 'this is not the identity of the recipient that the backup was made for',
  identity_unreadable: 'give it by standard input: --identity - --yes < FILE',
  master_key_missing: 'put the master key of that day into ENCRYPTION_KEY, or its secrets.json into the data folder',
  not_authentic: 'this list of contents was not written by a server with this master key; do not use it',
  installation_running: 'stop Atende and its PostgreSQL first',
  maybe_running: 'see that PostgreSQL stands still ("docker compose ps", "systemctl status"), then add --stopped',
  not_empty: 'add --replace: what is there is moved aside, never deleted',
  not_enough_space: 'make room, or restore into another folder (--into)',
  tablespaces: 'move the tables back into the default tablespace, or use pgBackRest',
  rights_missing: 'give the login of BACKUP_DATABASE_URL what docs/operations.md lists',
  data_unreadable: 'the process must be able to read the data folder of PostgreSQL (BACKUP_PGDATA); run it as the same user',
  pg_dump_missing: 'install the client programs of that version (Debian: apt.postgresql.org, postgresql-client-NN), or name the data folder in BACKUP_PGDATA',
  database_failed: 'see what PostgreSQL said above',
  check_failed: 'the restored data is not as it should be; see what is named',
  test_running: 'wait until the other test has ended',
  test_not_possible: 'take a backup first; or give the identity with --identity',
  failed: undefined,
} as const
export type BackupErrorCode = keyof typeof HINTS

export class BackupError extends Error {
  readonly code: BackupErrorCode
  constructor(code: BackupErrorCode, message: string) {
    super(message)
    this.name = 'BackupError'
    this.code = code
  }
  get hint(): string | undefined {
    return HINTS[this.code]
  }
}

const systemCode = (e: unknown): string => (e instanceof Error && 'code' in e ? String(e.code) : '')

/** What a run keeps of an error: a code, never a path or an address. */
export function codeOf(e: unknown): BackupErrorCode {
  if (e instanceof BackupError) return e.code
  return ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(systemCode(e)) ? 'disk_full' : 'failed'
}

/** An error of a place where backups lie, in our words. */
export function ofTarget(e: unknown, target: string): BackupError {
  if (e instanceof BackupError) return e
  const said = e instanceof Error ? e.message : String(e)
  if (codeOf(e) === 'disk_full') return new BackupError('disk_full', `${target}: no space left`)
  return new BackupError('target_unreachable', `${target}: ${said}`)
}
