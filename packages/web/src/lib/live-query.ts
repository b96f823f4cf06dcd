import type { Query, QueryKey } from '@tanstack/react-query'
import { queryClient } from './query.ts'

type Change = (data: unknown) => unknown

/** By query: what came while its answer was under way. */
const held = new Map<string, Change[]>()

function apply({ queryKey }: Query, change: Change): void {
  const known = queryClient.getQueryData(queryKey)
  const next = known === undefined ? known : change(known)
  // What the news did not concern is not fresher by them.
  if (next !== known) queryClient.setQueryData(queryKey, next)
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
 * Changes what every query holds whose key begins like this, by what was told live. An answer that is under way may be older than the
 * news, and a further page is put to the pages as they were when it was asked for: both would undo the change, so it is made once more
 * when the answer is there. `change` must bear that: twice in a row, and on data that know of it already.
 */
export function changeLive<T>(queryKey: QueryKey, change: (data: T, key: QueryKey) => T): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey })) {
    // What a query holds is known by its key; the cache cannot tell its type.
    const one: Change = (data) => change(data as T, query.queryKey)
    apply(query, one)
    if (query.state.fetchStatus !== 'idle') held.set(query.queryHash, [...(held.get(query.queryHash) ?? []), one])
  }
}
