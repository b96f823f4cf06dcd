import { pageOf } from '@atende/contracts/common'
import { Notice } from '@atende/contracts/notices'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

export type NoticeFilter = 'open' | 'any'
const Page = pageOf(Notice)

export const useNotices = (status: NoticeFilter) =>
  useInfiniteQuery({
    queryKey: keys.noticeList(status),
    queryFn: ({ pageParam, signal }) => api(Page, 'GET', '/api/notices', { query: { status, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })

export const useResolveNotice = () =>
  useMutation({
    mutationFn: (id: string) => api(Notice, 'POST', `/api/notices/${id}/resolve`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.notices }),
    onError: toastError,
  })
