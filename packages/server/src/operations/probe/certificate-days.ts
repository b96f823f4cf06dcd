import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Config } from '../../platform/config.ts'

/** Shorter than those who ask have patience. */
const ANSWER_MS = 3_000
const DAY_MS = 24 * 3600_000

/**
 * `days` is negative when it is over. `distrust`: why browsers and WhatsApp would refuse it, as a code; null when they take it, or when
 * only its file was read. `error` is a code: what could not be looked at.
 */
export type CertificateLook =
  | { from: 'file' | 'address'; notAfter: Date; days: number; names: string; distrust: string | null }
  | { from: 'file' | 'address'; error: string }

type Seen = { raw: Buffer; distrust: string | null }
const distrustOf = (error: Error | string | null | undefined): string | null =>
  error ? String(error instanceof Error ? ('code' in error && error.code) || error.message : error) : null

/** The certificate that visitors get at this moment, whatever it is worth. */
function certificateAt(name: string, address: string, port: number): Promise<Seen> {
  return new Promise((done, failed) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false, ...(isIP(name) ? {} : { servername: name }) }, () => {
      const { raw } = socket.getPeerCertificate()
      const distrust = distrustOf(socket.authorizationError as Error | string | null | undefined)
      socket.destroy()
      if (raw) done({ raw, distrust })
      else failed(new Error('no certificate'))
    })
    const late = setTimeout(() => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), ANSWER_MS)
    socket.once('error', failed)
    socket.once('close', () => clearTimeout(late))
  })
}

const codeOf = (e: unknown): string => (e instanceof Error && 'code' in e && typeof e.code === 'string' ? e.code : 'unreadable')

type Settings = Pick<Config, 'CERTIFICATE_FILE' | 'PUBLIC_URL'> & Partial<Pick<Config, 'OUTGOING_HOSTS'>>

/**
 * How long the server's certificate still holds: of CERTIFICATE_FILE, or of what answers at PUBLIC_URL. Undefined when there is none to
 * look at, because people come by http.
 */
export async function certificateDays(config: Settings, now = Date.now()): Promise<CertificateLook | undefined> {
  const { CERTIFICATE_FILE: file, PUBLIC_URL, OUTGOING_HOSTS = [] } = config
  const url = PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL)
  if (file === undefined && url?.protocol !== 'https:') return undefined
  const from = file === undefined ? 'address' : 'file'
  try {
    const host = (url?.hostname ?? '').replace(/^\[|\]$/g, '')
    const address = OUTGOING_HOSTS.find((entry) => entry.startsWith(`${host}=`))?.slice(host.length + 1) ?? host
    const seen = file === undefined ? await certificateAt(host, address, Number(url?.port || 443)) : { raw: await readFile(file), distrust: null }
    const found = new X509Certificate(seen.raw)
    const [notAfter, names] = [new Date(found.validTo), (found.subjectAltName ?? '').replaceAll('DNS:', '')]
    return { from, notAfter, days: Math.floor((notAfter.getTime() - now) / DAY_MS), names, distrust: seen.distrust }
  } catch (e) {
    return { from, error: codeOf(e) }
  }
}
