/** Names that a server of its own usually has below the same domain. */
const RESERVED = new Set(['www', 'api', 'app', 'admin', 'mail', 'smtp', 'ftp', 'static', 'status', 'webhooks', 'localhost'])
const MAX = 40

/** "Pousada Recanto do Mar" → "pousada-recanto-do-mar": what a company's name becomes in an address. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX)
    .replace(/^-+|-+$/g, '')
  if (slug === '') return 'conta'
  return RESERVED.has(slug) ? `${slug}-1` : slug
}

/** The tenant's part of a host name below `baseDomain`, when there is one. */
export function slugOfHost(host: string, baseDomain: string | undefined): string | undefined {
  if (!baseDomain) return undefined
  const end = `.${baseDomain.toLowerCase()}`
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const label = name.endsWith(end) ? name.slice(0, -end.length) : ''
  return /^[a-z0-9-]+$/.test(label) ? label : undefined
}
