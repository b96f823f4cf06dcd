import { NoticeCount } from '@atende/contracts/notices'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'

/** How many notices are open, for who may deal with them. */
export const useNoticeCount = (enabled: boolean) =>
  useQuery({ queryKey: keys.noticeCount, queryFn: ({ signal }) => api(NoticeCount, 'GET', '/api/notices/count', { signal }), enabled }).data
