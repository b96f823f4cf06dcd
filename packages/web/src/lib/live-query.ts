import type { Query, QueryKey } from '@tanstack/react-query'
import { queryClient } from './query.ts'

type Change = (data: unknown) => unknown
type Cached = Query<unknown, Error, unknown, QueryKey>

/** By query: what came while its answer was under way. */
const held = new Map<string, Change[]>()

function apply({ queryKey }: Cached, change: Change): void {
  queryClient.setQueryData(queryKey, (data: unknown) => (data === undefined ? undefined : change(data)))
}

queryClient.getQueryCache().subscribe((event) => {
  const { queryHash } = event.query
  const changes = held.get(queryHash)
  if (changes === undefined) return
  const answered = event.type === 'updated' && event.action.type === 'success' && event.action.manual !== true
  if (!answered && event.type !== 'removed' && !(event.type === 'updated' && event.action.type === 'error')) return
  held.delete(queryHash)
  if (answered) for (const change of changes) apply(event.query, change)
})

/**
 * Changes what a query holds by what was told live. An answer that is under way may be older than the news, and a further page is put
 * to the pages as they were when it was asked for: both would undo the change, so it is made once more when the answer is there.
 * `change` must bear that: twice in a row, and on data that know of it already.
 */
export function changeLive(query: Query, change: Change): void {
  apply(query, change)
  if (query.state.fetchStatus !== 'idle') held.set(query.queryHash, [...(held.get(query.queryHash) ?? []), change])
}

/** `changeLive` for every query whose key begins like this. */
export function changeAllLive<T>(queryKey: QueryKey, change: (data: T, key: QueryKey) => T): void {
  // What a query holds is known by its key; the cache cannot tell its type.
  for (const query of queryClient.getQueryCache().findAll({ queryKey })) changeLive(query, (data) => change(data as T, query.queryKey))
}
