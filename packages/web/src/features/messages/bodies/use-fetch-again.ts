import { Media } from '@atende/contracts/media'
import { useMutation } from '@tanstack/react-query'
import { api } from '../../../lib/api.ts'
import { useCan } from '../../../lib/session.ts'
import { toastError } from '../../../ui/toast.ts'

/** Only where another try may help: what was refused without a next try never had an id to ask for. */
const mayHelp = ({ status, reason, retryAt }: Media): boolean => (status === 'failed' || status === 'pending') && !(reason === 'refused' && retryAt === null)

/** Asks the server to fetch a received file now; the file itself follows as an event. */
export const useFetchAgain = (media: Media) => {
  const allowed = useCan('messages.send')
  const { mutate, isPending } = useMutation({ mutationFn: () => api(Media, 'POST', `/api/media/${media.id}/fetch`), onError: toastError })
  const fetching = isPending || (media.status === 'pending' && !isLater(media.retryAt))
  return { offered: allowed && mayHelp(media) && !fetching, fetching, fetchNow: () => mutate() }
}

export const isLater = (at: string | null): boolean => at !== null && Date.parse(at) > Date.now() + 2_000
