import { Media } from '@atende/contracts/media'
import type { ShownTemplate, TemplateParts } from '@atende/contracts/templates'
import { useQueries } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'

const exampleOf = (header: { kind: string } | null | undefined): string | undefined =>
  header && 'exampleMediaId' in header && typeof header.exampleMediaId === 'string' ? header.exampleMediaId : undefined

/** Puts our stored samples where the pictures are; Meta's own addresses are never loaded. */
export function useSampleMedia(parts: TemplateParts, shown: ShownTemplate): ShownTemplate {
  const ids = [exampleOf(parts.header), ...(parts.cards ?? []).map((card) => card.header.exampleMediaId)]
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['media', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api(Media, 'GET', `/api/media/${id}`, { signal }),
      enabled: id !== undefined,
      staleTime: 30 * 60_000,
    })),
  })
  const { header } = shown
  return {
    ...shown,
    header: header && 'media' in header ? { ...header, media: found[0]?.data ?? null } : header,
    cards: shown.cards.map((card, i) => ({ ...card, header: { ...card.header, media: found[i + 1]?.data ?? null } })),
  }
}
