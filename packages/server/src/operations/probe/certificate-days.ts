import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Config } from '../../platform/config.ts'

/** Shorter than those who ask have patience. */
const ANSWER_MS = 3_000
const DAY_MS = 24 * 3600_000

/** `days` is negative when it is over. `error` is a code: what could not be looked at. */
export type CertificateLook = { from: 'file' | 'address'; notAfter: Date; days: number } | { from: 'file' | 'address'; error: string }

/** The certificate that visitors get at this moment, whatever it is worth: whether it is trusted is not asked here. */
function certificateAt(name: string, address: string, port: number): Promise<Buffer> {
  return new Promise((done, failed) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false, ...(isIP(name) ? {} : { servername: name }) }, () => {
      const { raw } = socket.getPeerCertificate()
      socket.destroy()
      if (raw) done(raw)
      else failed(new Error('no certificate'))
    })
    const late = setTimeout(() => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), ANSWER_MS)
    socket.once('error', failed)
    socket.once('close', () => clearTimeout(late))
  })
}

const codeOf = (e: unknown): string => (e instanceof Error && 'code' in e && typeof e.code === 'string' ? e.code : 'unreadable')

/**
 * How long the server's certificate still holds: of CERTIFICATE_FILE, or of what answers at PUBLIC_URL. Undefined when there is none to
 * look at, because people come by http.
 */
export async function certificateDays(
  config: Pick<Config, 'CERTIFICATE_FILE' | 'PUBLIC_URL' | 'OUTGOING_HOSTS'>,
  now = Date.now(),
): Promise<CertificateLook | undefined> {
  const { CERTIFICATE_FILE: file, PUBLIC_URL } = config
  const url = PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL)
  if (file === undefined && url?.protocol !== 'https:') return undefined
  const from = file === undefined ? 'address' : 'file'
  try {
    const host = (url?.hostname ?? '').replace(/^\[|\]$/g, '')
    const address = config.OUTGOING_HOSTS.find((entry) => entry.startsWith(`${host}=`))?.slice(host.length + 1) ?? host
    const found = new X509Certificate(file === undefined ? await certificateAt(host, address, Number(url?.port || 443)) : await readFile(file))
    const notAfter = new Date(found.validTo)
    return { from, notAfter, days: Math.floor((notAfter.getTime() - now) / DAY_MS) }
  } catch (e) {
    return { from, error: codeOf(e) }
  }
}
