import type { ReactNode } from 'react'
import { ErrorState } from './ErrorState.tsx'
import { ListSkeleton } from './ListSkeleton.tsx'

type Loading<T> = { isPending: boolean; isError: boolean; error: unknown; data: T | undefined; refetch: () => unknown }
type LoadedListProps<T> = { query: Loading<T>; rows: number; avatar?: boolean; children: (data: T) => ReactNode }

/** Rows while it loads, what went wrong, or what came. */
export function LoadedList<T>({ query, rows, avatar = false, children }: LoadedListProps<T>) {
  return (
    <>
      {query.isPending && <ListSkeleton avatar={avatar} rows={rows} />}
      {query.isError && <ErrorState compact error={query.error} retry={() => void query.refetch()} />}
      {query.data !== undefined && children(query.data)}
    </>
  )
}
