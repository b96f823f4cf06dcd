import { pageOf } from '@atende/contracts/common'
import { Media, type MediaKind } from '@atende/contracts/media'
import { type CreateTemplateInput, Template, TemplatePreview, type TemplateValues, type UpdateTemplateInput } from '@atende/contracts/templates'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'

const Page = pageOf(Template)
export type TemplateFilter = { q?: string; status?: string; category?: string; language?: string; channelId?: string }
const reload = () => queryClient.invalidateQueries({ queryKey: keys.templates })

/** Portuguese ones first, then by name. */
export const useTemplates = (filter: TemplateFilter, limit = 50) =>
  useInfiniteQuery({
    queryKey: keys.templateList({ ...filter, limit }),
    queryFn: ({ pageParam, signal }) => api(Page, 'GET', '/api/templates', { query: { ...filter, limit, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const useTemplate = (id: string) =>
  useQuery({ queryKey: keys.template(id), queryFn: ({ signal }) => api(Template, 'GET', `/api/templates/${id}`, { signal }) })

const keep = (template: Template): void => {
  queryClient.setQueryData(keys.template(template.id), template)
  void reload()
}

export const useCreateTemplate = () =>
  useMutation({ mutationFn: (body: z.input<typeof CreateTemplateInput>) => api(Template, 'POST', '/api/templates', { body }), onSuccess: keep })

export const useUpdateTemplate = (id: string) =>
  useMutation({ mutationFn: (body: z.input<typeof UpdateTemplateInput>) => api(Template, 'PATCH', `/api/templates/${id}`, { body }), onSuccess: keep })

export const useUnpauseTemplate = (id: string) => useMutation({ mutationFn: () => api(Template, 'POST', `/api/templates/${id}/unpause`), onSuccess: keep })

export const useDeleteTemplate = (id: string) =>
  useMutation({
    mutationFn: (allLanguages: boolean) => api(NoContent, 'DELETE', `/api/templates/${id}`, { query: { allLanguages } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...keys.templates, 'list'] }),
  })

const Synced = z.object({ found: z.int(), changed: z.int(), gone: z.int() })
/** Of several accounts, one after the other; Meta counts calls per account. */
export const useSyncTemplates = () =>
  useMutation({
    mutationFn: async (channelIds: readonly string[]) => {
      let found = 0
      for (const channelId of channelIds) found += (await api(Synced, 'POST', '/api/templates/sync', { body: { channelId } })).found
      return found
    },
    onSettled: reload,
  })

/** Filled for this conversation; asked again at each change, and the last answer stays while the next is on its way. */
export const useTemplatePreview = (templateId: string | null, conversationId: string, values: TemplateValues) =>
  useQuery({
    queryKey: [...keys.templates, 'preview', templateId, conversationId, values],
    queryFn: ({ signal }) => api(TemplatePreview, 'POST', `/api/templates/${templateId}/preview`, { body: { conversationId, values }, signal }),
    enabled: templateId !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 60_000,
  })

export const useUploadMedia = () =>
  useMutation({
    mutationFn: ({ file, kind }: { file: File; kind: MediaKind }) => {
      const form = new FormData()
      form.set('kind', kind)
      form.set('file', file, file.name)
      return api(Media, 'POST', '/api/media', { form })
    },
  })

/** Files that were uploaded or are known on this page, to be shown at once. */
export const useMediaById = (id: string | undefined) =>
  useQuery({
    queryKey: ['media', id],
    queryFn: ({ signal }) => api(Media, 'GET', `/api/media/${id}`, { signal }),
    enabled: id !== undefined,
    staleTime: 30 * 60_000,
  })
