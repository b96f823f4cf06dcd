import { type Tail, verifyTail } from '../../../features/audit/verify-tail.ts'
import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, warn } from '../check.ts'
import type { DoctorDatabase, DoctorEnv } from '../doctor-env.ts'

const texts = {
  'audit.chain': {
    title: both('the diary is as it was written', 'o diário está como foi escrito'),
    todo: both('atende audit verify names the line; treat it as an incident', 'atende audit verify aponta a linha; trate como incidente'),
    runbook: 'personal-data-incident',
  },
  'audit.checkpoints': {
    title: both('the diary is signed and copied', 'o diário é assinado e copiado'),
    todo: both(
      'see that a worker runs; check AUDIT_COPY_URL, and AUDIT_COPY_DIR (after a change of it run the installer again: the worker may write nowhere else)',
      'veja se há um worker no ar; confira AUDIT_COPY_URL e AUDIT_COPY_DIR (depois de mudá-la, rode o instalador de novo: o worker não grava em outro lugar)',
    ),
    runbook: 'start',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const LINES = 200
/** Companies looked at; the busiest of late first. */
const CHAINS = 50
const LATE_MINUTES = 30

type Looked = Tail & { name: string; lastAt: Date | null }
async function lookAtChains(db: DoctorDatabase): Promise<Looked[]> {
  const newest = await db.ask<{ id: string | null; name: string; at: Date | null }>(
    `select h.tenant_id id, coalesce(t.slug, 'server') name, case when h.seq > 0 then h.at end at
    from audit_heads h left join tenants t on t.id = h.tenant_id order by 3 desc nulls last limit ${CHAINS}`,
  )
  const looked: Looked[] = []
  for (const { id, name, at } of newest) {
    // Of one moment, while others write.
    const tail = await db.kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((tx) => verifyTail(tx, id, LINES))
    looked.push({ ...tail, name, lastAt: at })
  }
  return looked
}

function judgeCheckpoints(chains: readonly Looked[], waiting: number, env: DoctorEnv): Finding<Id>[] {
  const late = chains.filter((c) => c.sinceCheckpoint > 0 && c.lastAt !== null && Date.now() - c.lastAt.getTime() > LATE_MINUTES * 60_000)
  const copies = env.config.AUDIT_COPY_DIR !== undefined || env.config.AUDIT_COPY_URL !== undefined
  const status: Status = copies && waiting > 20 ? 'warn' : 'ok'
  return [
    ...late.map((c) =>
      warn<Id>('audit.checkpoints', `${c.name}: ${c.sinceCheckpoint} lines are not signed`, `${c.name}: ${c.sinceCheckpoint} linhas sem assinatura`),
    ),
    judge(
      'audit.checkpoints',
      status,
      copies
        ? both(`${waiting} wait to be copied`, `${waiting} aguardam cópia`)
        : both('signed; no copy elsewhere is set up', 'assinado; nenhuma cópia externa configurada'),
    ),
  ]
}

export const auditChecks = family(
  texts,
  async (env): Promise<Finding<Id>[]> => {
    if (!env.database) return []
    const chains = await lookAtChains(env.database)
    const [row] = await env.database.ask<{ n: number }>('select count(*)::int n from door_audit_uncopied(1000)')
    const broken = chains.filter((c) => c.break)
    const lines = chains.reduce((n, c) => n + c.lines, 0)
    return [
      ...broken.map((c) =>
        bad<Id>('audit.chain', `${c.name}: ${c.break?.kind} at line ${c.break?.seq}`, `${c.name}: ${c.break?.kind} na linha ${c.break?.seq}`),
      ),
      ok('audit.chain', `the last ${lines} lines of ${chains.length} chains`, `as últimas ${lines} linhas de ${chains.length} cadeias`),
      ...judgeCheckpoints(chains, row?.n ?? 0, env),
    ]
  },
  'database',
)
