import { AuditCheckpoints, AuditLine, AuditStatus } from '@atende/contracts/audit'
import { pageOf } from '@atende/contracts/common'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, apiAnswer } from '../../lib/api.ts'
import { useMe } from '../../lib/session.ts'
import { saveFile } from './save-file.ts'

/** As it stands in the address of the page: days, not moments. */
export type Filters = {
  pessoa?: string | undefined
  acao?: string | undefined
  resultado?: 'success' | 'failure' | undefined
  de?: string | undefined
  ate?: string | undefined
  consultas?: true | undefined
}

const startOf = (day: string): Date => new Date(`${day}T00:00:00`)
const afterDay = (day: string): Date => {
  const next = startOf(day)
  next.setDate(next.getDate() + 1)
  return next
}
/** From the first moment of one day to the last of another, as the clock on this wall says. */
export const periodOf = ({ de, ate }: Pick<Filters, 'de' | 'ate'>) => ({
  from: de === undefined ? undefined : startOf(de).toISOString(),
  to: ate === undefined ? undefined : afterDay(ate).toISOString(),
})
export const queryOf = (f: Filters) => ({
  actorId: f.pessoa,
  action: f.acao,
  outcome: f.resultado,
  // Looking at this page is an administration call itself: they would fill it.
  calls: f.consultas || f.acao !== undefined ? undefined : ('hidden' as const),
  ...periodOf(f),
})

/** Who runs the server reads the server's own diary. */
export const useAuditBase = (): string => (useMe().tenant === null ? '/api/server/audit' : '/api/audit')

const Page = pageOf(AuditLine)
export function useAuditLines(filters: Filters) {
  const base = useAuditBase()
  return useInfiniteQuery({
    queryKey: ['audit', 'lines', base, filters],
    queryFn: ({ pageParam, signal }) => api(Page, 'GET', base, { query: { ...queryOf(filters), cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
}

export function useAuditStatus() {
  const base = useAuditBase()
  return useQuery({ queryKey: ['audit', 'status', base], queryFn: ({ signal }) => api(AuditStatus, 'GET', `${base}/status`, { signal }) })
}

export async function downloadAudit(base: string, filters: Filters, format: 'csv' | 'json'): Promise<void> {
  await saveFile(await apiAnswer('POST', `${base}/export`, { body: { ...queryOf(filters), format } }))
}

export async function downloadCheckpoints(base: string): Promise<void> {
  const all = await api(AuditCheckpoints, 'GET', `${base}/checkpoints`)
  await saveFile(new Response(JSON.stringify(all, null, 2), { headers: { 'content-type': 'application/json' } }), 'assinaturas-da-auditoria.json')
}

export async function downloadAccessRecords(body: { from: string; to: string; reason: string; format: 'csv' | 'json' }): Promise<void> {
  await saveFile(await apiAnswer('POST', '/api/access-records/export', { body }))
}
