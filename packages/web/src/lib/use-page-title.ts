import { useEffect } from 'react'
import { setPageTitle } from './badge.ts'

/** The tab says where it is; the unread count stays in front. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    setPageTitle(title)
  }, [title])
}
