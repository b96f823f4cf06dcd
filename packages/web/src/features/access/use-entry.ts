import { EntryOptions } from '@atende/contracts/accounts'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { readStored, writeStored } from '../../lib/locale.ts'

const STORED = 'atende.company'
/** Whoever entered by single sign-on finds it again. */
export const rememberCompany = (company: string): void => writeStored(STORED, company)
export const knownCompany = (): string | undefined => readStored(STORED) ?? undefined

/** What the entry page may offer. When it cannot be asked, the form for passwords is there all the same. */
export const useEntry = (company?: string) =>
  useQuery({
    queryKey: ['entry', company ?? ''],
    queryFn: ({ signal }) => api(EntryOptions, 'GET', '/api/auth/entry', { query: { company }, signal }),
    staleTime: 5 * 60_000,
  })

/** To the provider: a page of its own, so the browser goes there itself. */
export function goToSso(company: string, returnTo: string): void {
  rememberCompany(company)
  const query = new URLSearchParams({ voltar: returnTo })
  window.location.assign(`/api/auth/sso/${encodeURIComponent(company)}/start?${query}`)
}
