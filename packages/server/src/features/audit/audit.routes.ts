import { Readable } from 'node:stream'
import { AccessRecordsExportInput, AuditCheckpoints, AuditExportInput, AuditLine, AuditProgress, AuditQuery, AuditStatus } from '@atende/contracts/audit'
import { pageOf } from '@atende/contracts/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { tenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { inTenant } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Access, Http } from '../../platform/http.ts'
import { decodeCursor, toPage } from '../../platform/pages.ts'
import * as records from './access-records.db.ts'
import * as db from './audit.db.ts'
import { type AuditEntry, auditedBy, writeAudit } from './audit.ts'
import { checkpointsOf } from './chain.db.ts'
import { exportAccessRecords } from './export-access-records.ts'
import { exportAudit } from './export-audit.ts'
import { presentLine } from './present-line.ts'
import { readStatus } from './read-status.ts'
import { type Scope, scopeOf } from './scope.ts'
import { ownKeys, toPem } from './signing-keys.ts'
import { verifyInSteps } from './verify-in-steps.ts'

const tags = ['audit']
const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const
const Place = z.tuple([z.string().regex(/^\d{1,18}$/)])

const callerScope = (ctx: Context, request: FastifyRequest): Scope => {
  if (!request.login) throw new AppError('unauthenticated')
  return scopeOf(ctx, request.login)
}
const tell = (scope: Scope, request: FastifyRequest, line: Pick<AuditEntry, 'action' | 'outcome' | 'details'>) =>
  scope.run((tx) => writeAudit(tx, { tenantId: scope.tenantId, ...line, ...auditedBy(request) }))

const sendFile = (reply: FastifyReply, name: string, format: 'csv' | 'json', parts: AsyncGenerator<string>) =>
  reply
    .header('content-disposition', `attachment; filename="${name}-${new Date().toISOString().slice(0, 10)}.${format}"`)
    .type(TYPES[format])
    .send(Readable.from(parts))

export function auditRoutes(app: Http, ctx: Context): void {
  diaryRoutes(app, ctx, '/api/audit', 'audit.read')
  diaryRoutes(app, ctx, '/api/server/audit', 'server.manage')
  proofRoutes(app, ctx, '/api/audit', 'audit.read')
  proofRoutes(app, ctx, '/api/server/audit', 'server.manage')
  accessRecordRoutes(app, ctx)
}

/** The diary of the caller's company; under /api/server that of the server. */
function diaryRoutes(app: Http, ctx: Context, base: string, access: Access): void {
  app.get(
    base,
    { config: { access }, schema: { tags, summary: 'Lines of the diary, the newest first', querystring: AuditQuery, response: { 200: pageOf(AuditLine) } } },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const scope = callerScope(ctx, request)
      const below = cursor === undefined ? undefined : decodeCursor(cursor, Place)[0]
      const rows = await scope.run((tx) => db.lines(tx, scope.tenantId, filter, below, limit + 1))
      return toPage(
        rows,
        limit,
        (row) => [row.seq],
        (row) => presentLine(ctx.keys, row),
      )
    },
  )

  app.post(
    `${base}/export`,
    { config: { access, stepUp: true }, schema: { tags, summary: 'Lines of the diary as CSV or JSON; the export is recorded', body: AuditExportInput } },
    async (request, reply) => {
      const { format, ...filter } = request.body
      const scope = callerScope(ctx, request)
      await tell(scope, request, { action: 'audit.export', details: { format, ...filter } })
      return sendFile(reply, 'auditoria', format, exportAudit(ctx, scope, filter, format))
    },
  )
}

function proofRoutes(app: Http, ctx: Context, base: string, access: Access): void {
  app.get(
    `${base}/status`,
    { config: { access }, schema: { tags, summary: 'Where the chain stands, and its last checkpoint', response: { 200: AuditStatus } } },
    async (request) => readStatus(ctx, callerScope(ctx, request)),
  )

  app.get(
    `${base}/checkpoints`,
    { config: { access }, schema: { tags, summary: 'All signed checkpoints, to keep elsewhere', response: { 200: AuditCheckpoints } } },
    async (request) => {
      const scope = callerScope(ctx, request)
      const publicKeys = (await ownKeys(ctx.db, ctx.keys)).map((k) => ({ id: k.id, pem: toPem(k.publicKey) }))
      return { items: await scope.run((tx) => checkpointsOf(tx, scope.tenantId)), publicKeys }
    },
  )

  app.post(
    `${base}/verify`,
    { config: { access }, schema: { tags, summary: 'Verify the whole chain', description: 'Answers one JSON value per line: `AuditProgress`.' } },
    async (request, reply) => {
      const scope = callerScope(ctx, request)
      const steps = verifyInSteps(ctx, scope, (verdict) =>
        tell(scope, request, { action: 'audit.verify', outcome: verdict.ok ? 'success' : 'failure', details: { lines: verdict.lines, break: verdict.break } }),
      )
      const lines = async function* () {
        for await (const step of steps) yield `${JSON.stringify(AuditProgress.parse(step))}\n`
      }
      return reply.type('application/x-ndjson').send(Readable.from(lines()))
    },
  )
}

function accessRecordRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/access-records/export',
    {
      config: { access: 'access_records.export', stepUp: true },
      schema: {
        tags,
        summary: 'Access records (Lei 12.965/2014, art. 15) as CSV or JSON',
        description: 'Kept for six months, given out on an order of a court. The export and its reason are recorded.',
        body: AccessRecordsExportInput,
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = tenantLogin(request)
      const { format, ...details } = request.body
      await tell(callerScope(ctx, request), request, { action: 'access_records.export', details })
      const read = (after: records.Mark, max: number) => inTenant(ctx.db, tenantId, (tx) => records.page(tx, details.from, details.to, after, max), userId)
      return sendFile(reply, 'registros-de-acesso', format, exportAccessRecords(ctx.keys, read, format))
    },
  )
}
