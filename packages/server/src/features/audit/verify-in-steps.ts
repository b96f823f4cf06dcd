import { EventEmitter, on } from 'node:events'
import type { AuditProgress } from '@atende/contracts/audit'
import type { Context } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { chainIn } from './chain.db.ts'
import type { Scope } from './scope.ts'
import { ownKeys } from './signing-keys.ts'
import { type Verdict, verifyChain } from './verify-chain.ts'

/** One verification per chain at a time in a process: it reads everything. */
const running = new Set<string | null>()

async function verify(ctx: Context, scope: Scope, say: (step: AuditProgress) => void): Promise<Verdict> {
  const keys = new Map((await ownKeys(ctx.db, ctx.keys)).map((k) => [k.id, k.publicKey]))
  return scope.still(async (tx) => {
    const source = chainIn(tx, scope.tenantId)
    const total = Number((await source.head())?.seq ?? 0)
    say({ type: 'progress', lines: 0, total })
    return verifyChain(source, { keys, given: [] }, (lines) => say({ type: 'progress', lines, total }))
  })
}

/**
 * Verifies the chain and tells how far it got; the verdict comes last.
 * @throws AppError audit_verifying when one is under way
 */
export function verifyInSteps(ctx: Context, scope: Scope, tell: (verdict: Verdict) => Promise<void>): AsyncGenerator<AuditProgress> {
  if (running.has(scope.tenantId)) throw new AppError('audit_verifying')
  running.add(scope.tenantId)
  const steps = new EventEmitter()
  const heard = on(steps, 'step', { close: ['end'] })
  const work = verify(ctx, scope, (step) => void steps.emit('step', step))
    .then(async (verdict) => {
      await tell(verdict)
      steps.emit('step', { type: 'done', verdict })
    })
    .catch((err: unknown) => {
      ctx.log.error({ err }, 'audit: a verification failed')
      steps.emit('step', { type: 'failed' })
    })
    .finally(() => {
      running.delete(scope.tenantId)
      steps.emit('end')
    })
  return (async function* () {
    for await (const [step] of heard) yield step as AuditProgress
    await work
  })()
}
